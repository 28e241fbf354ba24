/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: the JSON lines of --status-fd, nsutils(7). */
#ifndef NSU_RUN_STATUS_H
#define NSU_RUN_STATUS_H

#include <sys/types.h>

#include "base/nserr.h"

/*
 * {"event":"created","pid":7,"pidfd_inode":8,"namespaces":[{"type":"mnt","inode":1,"id":2},…]}
 * pid is a child of the caller that has not been waited for. self is -1, or the /proc directory of
 * the caller (O_PATH) if /proc may have changed since. Values that the kernel does not report are
 * null. Returns 0 or a negative errno with e set; -EINTR if a signal came while the pipe was full.
 */
int status_created(int fd, pid_t pid, int self, struct nserr *e) must_check;

/* {"event":"exec","pid":7}, and {"event":"exit","pid":7,"status":143,"signal":"TERM"}, with the
 * status as a shell reports it, and signal only if one ended the program. A missing reader is not a
 * failure, but status_exec() returns the negative errno; after -EINTR the caller must write no
 * further line. */
int status_exec(int fd, pid_t pid);
void status_exit(int fd, pid_t pid, int wstatus);

#endif
