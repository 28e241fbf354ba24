/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls.h: finds system calls and errors by their names, for helpers that make calls fail. */
#ifndef NSU_TEST_CALLS_H
#define NSU_TEST_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the number of a system call, or -1 if neither the headers nor the list of newer calls in
 * calls.c contain its name. */
long calls_number(const char *name);

/* Returns the name of a system call, or NULL if the number is unknown. */
const char *calls_name(long number);

/* Returns the number of the error with that name, for example EPERM, or 0 if the name is
 * unknown. */
int calls_errno(const char *name);

/* Returns true if the running kernel has the system call. Makes the call with arguments that every
 * call refuses as invalid. */
bool calls_present(long number);

#endif
