/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: writes the JSON lines of --status-fd (nsutils(7)). */
#ifndef NSU_RUN_STATUS_H
#define NSU_RUN_STATUS_H

#include <sys/types.h>

#include "base/nserr.h"

/*
 * Writes
 * {"event":"created","pid":7,"pidfd_inode":8,"namespaces":[{"type":"mnt","inode":1,"id":2},…]}. pid
 * is the pid of a descendant of the caller that has not been waited for. If init_pid is not 0, the
 * member "init_pid" is added after "pid". In the event "created" both have the same value, because
 * the program does not exist yet. self is a descriptor of the /proc directory of the caller
 * (O_PATH) if another file system may be mounted on /proc by now, otherwise -1. Values that the
 * kernel does not report are null. Returns 0, or a negative errno with e set: -EINTR if a signal
 * arrived while the pipe was full.
 */
int status_created(int fd, pid_t pid, pid_t init_pid, int self, struct nserr *e) must_check;

/*
 * Write {"event":"exec","pid":7}, {"event":"ready","pid":7} and
 * {"event":"exit","pid":7,"status":143,"signal":"TERM"}. "status" has the value that a shell
 * reports, and "signal" is present only if a signal ended the program. A missing reader is not an
 * error. status_exec() and status_ready() return 0 or a negative errno; after -EINTR the caller
 * must not write another line.
 */
int status_exec(int fd, pid_t pid, pid_t init_pid);
int status_ready(int fd, pid_t pid);
void status_exit(int fd, pid_t pid, pid_t init_pid, int wstatus);

#endif
