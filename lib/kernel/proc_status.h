/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_status: parses the text of proc_pid_status(5). The functions have no side effects. */
#ifndef NSU_KERNEL_PROC_STATUS_H
#define NSU_KERNEL_PROC_STATUS_H

#include "base/util.h"

/* Returns the text after "KEY:" and blanks up to the end of `status`, or NULL if the key is
 * missing.
 */
const char *proc_status_value(const char *status, const char *key);

/* Reads a field of a value, counted from 0. Returns 0 or -EINVAL, also if value is NULL. */
int proc_status_number(const char *value, unsigned field, uint32_t *out) must_check;

/* Returns the hexadecimal number of a key, or 0 if the key is missing. */
uint64_t proc_status_hex(const char *status, const char *key);

/*
 * Returns the pid of the process in the pid namespace `level` levels below that of the reader, or
 * in its innermost one if there are fewer levels. Returns 0 if the line NSpid is missing.
 */
uint64_t proc_status_nspid(const char *status, unsigned level);

#endif
