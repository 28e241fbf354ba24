/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shutdown: ends all descendants of process 1 or of a subreaper. */
#ifndef NSU_RUN_SHUTDOWN_H
#define NSU_RUN_SHUTDOWN_H

#include <signal.h>

#include "run/supervise.h"

/* Makes this process the subreaper of its descendants, which is required if supervise.init is set
 * and this process is not PID 1. Returns 0, or a negative errno with e set. */
int shutdown_adopt(struct nserr *e) must_check;

/* Begins the shutdown: sends the stop signal to all descendants, and then SIGCONT, so that stopped
 * processes receive the stop signal. Returns false if the shutdown has begun already. */
bool shutdown_end(struct supervise *s);

/* Begins the shutdown in the same way as shutdown_end() and returns the same value, but sends no
 * signals. After the grace period, shutdown_wait() sends KILL. */
bool shutdown_begin(struct supervise *s);

/* Sends KILL to all descendants at once, or only to the child if supervise.init is not set. */
void shutdown_kill(struct supervise *s);

/*
 * Returns true if the process with this pid is a descendant of the calling process. Returns false
 * if it is not, or if this cannot be determined, for example because the process has ended. In
 * process 1, returns true for each positive pid, so pid must come from the kernel (SCM_CREDENTIALS,
 * unix(7)).
 */
bool shutdown_descends(const struct supervise *s, pid_t pid);

/* Called after children have been reaped. If KILL has been sent to all descendants, sends it to
 * them again, because the children of the reaped processes may not have been found before.
 * Otherwise does nothing. */
void shutdown_orphans(const struct supervise *s);

/* Waits for a signal in *set. During the shutdown, waits at most until the end of the grace period,
 * and then kills all descendants. Returns the signal and sets *info, or returns 0 if no signal
 * arrived. */
int shutdown_wait(struct supervise *s, const sigset_t *set, siginfo_t *info);

#endif
