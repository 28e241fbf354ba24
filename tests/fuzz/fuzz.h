/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz: what the libFuzzer targets share. Each states properties, not only that nothing crashes. */
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

/* The input as a string, which ends at its first NUL; to be freed. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size);

	if (!s)
		abort();
	return s;
}

#endif
