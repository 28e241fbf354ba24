/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h: declares functions that the fuzz targets (libFuzzer) share. Each target checks properties
 * of the result and not only the absence of crashes.
 */
#ifndef NSU_FUZZ_H
#define NSU_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(property) \
	do { \
		if (!(property)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #property); \
			abort(); \
		} \
	} while (0)

/* Returns a copy of the input up to its first NUL as a string. The caller must free it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size);

	if (!s)
		abort();
	return s;
}

#endif
