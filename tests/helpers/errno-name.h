/* SPDX-License-Identifier: GPL-2.0-or-later */
/* errno-name.h: names of errors, made from <errno.h> when the suite is built. */
#ifndef NSU_TEST_ERRNO_NAME_H
#define NSU_TEST_ERRNO_NAME_H

#include <errno.h>
#include <stddef.h>

/* "EPERM", NULL if unknown. */
static inline const char *errno_name(int e)
{
	switch (e) {
#define CALL(name)
#define ERROR(name) \
	case name: \
		return #name;
#include "syscall-names.h"
#undef CALL
#undef ERROR
	}
	return NULL;
}

#endif
