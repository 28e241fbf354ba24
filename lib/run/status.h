/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: the JSON lines of --status-fd, nsutils(7). */
#ifndef NSU_RUN_STATUS_H
#define NSU_RUN_STATUS_H

#include <sys/types.h>

#include "base/nserr.h"

/*
 * {"event":"created","pid":7,"pidfd_inode":8,"namespaces":[{"type":"mnt","inode":1,"id":2},…]}
 * pid is a child of the caller that has not been waited for. self is -1, or, where /proc may have
 * changed since, the caller's own /proc directory (O_PATH). What the kernel does not tell is null.
 * 0 or a negative errno with e set: -EINTR when a signal that ends us came while nobody read.
 */
int status_created(int fd, pid_t pid, int self, struct nserr *e) must_check;

/* {"event":"exec","pid":7}, and {"event":"exit","pid":7,"status":143,"signal":"TERM"}, the status
 * as a shell gives it, signal only where one ended the program. A reader that has gone is no
 * failure, though status_exec() says it, for -EINTR, behind which no further line is to come. */
int status_exec(int fd, pid_t pid);
void status_exit(int fd, pid_t pid, int wstatus);

#endif
