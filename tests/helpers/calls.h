/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls.h: system calls and error numbers by name, for the helpers that tamper with them. */
#ifndef NSU_TEST_CALLS_H
#define NSU_TEST_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* The number of a call, -1 for a name that neither the headers nor our list of newer ones knows. */
long calls_number(const char *name);

/* The name of a call, NULL if unknown. */
const char *calls_name(long number);

/* An error by name (EPERM), 0 if unknown. */
int calls_errno(const char *name);

/* Whether the running kernel has the call. Asked with arguments that no call can act on. */
bool calls_present(long number);

#endif
