/* SPDX-License-Identifier: GPL-2.0-or-later */
/* errno-name.h: finds the names of errors. The build generates the list of names from <errno.h>. */
#ifndef NSU_TEST_ERRNO_NAME_H
#define NSU_TEST_ERRNO_NAME_H

#include <errno.h>
#include <stddef.h>

/* Returns the name of the error with that number, for example "EPERM", or NULL if it is unknown. */
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
