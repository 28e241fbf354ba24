/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_access: explains why a process or one of its files in /proc could not be opened. */
#ifndef NSU_KERNEL_PROC_ACCESS_H
#define NSU_KERNEL_PROC_ACCESS_H

#include <sys/types.h>

#include "base/nserr.h"

/*
 * Explains EACCES or EPERM for a file that needs PTRACE_MODE_READ (ptrace(2)), such as
 * /proc/PID/ns/net or /proc/PID/root. Sets the hint of e if the reason is certain: the ids of the
 * process differ from the caller's, the process is not dumpable, it has capabilities that the
 * caller lacks, it is in a user namespace that is not below the caller's, or /proc is mounted with
 * hidepid=1. procfd is the /proc directory of the process. Must be called only after such a
 * failure.
 */
void proc_access_explain(int procfd, pid_t pid, struct nserr *e);

/* Returns true if /proc is mounted with hidepid=2 or hidepid=4 (proc(5)), so that a process may
 * exist without a visible directory. */
bool proc_access_is_hidden(void);

#endif
