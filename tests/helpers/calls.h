/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls.h: system calls and error numbers by name, for helpers that make calls fail. */
#ifndef NSU_TEST_CALLS_H
#define NSU_TEST_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the number of a call, or -1 if neither the headers nor the list of newer calls in calls.c
 * contain the name. */
long calls_number(const char *name);

/* Returns the name of a call, or NULL if it is unknown. */
const char *calls_name(long number);

/* Returns the number of an error by its name, for example EPERM, or 0 if it is unknown. */
int calls_errno(const char *name);

/* Returns true if the running kernel has the call. Makes the call with arguments that are invalid
 * for every call. */
bool calls_present(long number);

#endif
