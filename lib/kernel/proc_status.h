/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_status: parses the text of proc_pid_status(5). The functions have no side effects. */
#ifndef NSU_KERNEL_PROC_STATUS_H
#define NSU_KERNEL_PROC_STATUS_H

#include "base/util.h"

/* Returns a pointer to the value after "KEY:" and blanks; the string continues to the end of
 * `status`. Returns NULL if the key is missing. */
const char *proc_status_value(const char *status, const char *key);

/* Sets *out to the number in the field with the index `field` (from 0) of value, which is a result
 * of proc_status_value(). Returns 0, or -EINVAL if the field is missing or value is NULL. */
int proc_status_number(const char *value, unsigned field, uint32_t *out) must_check;

/* Returns the value of a key, a hexadecimal number, or 0 if the key is missing. */
uint64_t proc_status_hex(const char *status, const char *key);

/* Returns the pid of the process in the pid namespace `level` levels below the reader's, or in the
 * innermost one if there are fewer levels. Returns 0 if the NSpid line is missing. */
uint64_t proc_status_nspid(const char *status, unsigned level);

#endif
