/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procstatus: fields of the text of proc_pid_status(5). The functions are pure. */
#ifndef NSU_KERNEL_PROC_STATUS_H
#define NSU_KERNEL_PROC_STATUS_H

#include "base/util.h"

/* Returns the text after "KEY:" and blanks, which goes on beyond the line, or NULL without a KEY.
 */
const char *proc_status_value(const char *status, const char *key);

/* Reads the field of that index of a value, from 0. Returns 0 or -EINVAL; value may be NULL. */
int proc_status_number(const char *value, unsigned field, uint32_t *out) must_check;

/* Returns the hexadecimal number of KEY, or 0. */
uint64_t proc_status_hex(const char *status, const char *key);

/*
 * Returns the pid in the pid namespace that is `level` below that of the reader, in the innermost
 * if there are fewer, or 0 if the text does not say.
 */
uint64_t proc_status_nspid(const char *status, unsigned level);

#endif
