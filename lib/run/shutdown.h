/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shutdown: ends all descendants of process 1 or of a subreaper. */
#ifndef NSU_RUN_SHUTDOWN_H
#define NSU_RUN_SHUTDOWN_H

#include <signal.h>

#include "run/supervise.h"

/* Makes this process the subreaper of its descendants, for supervise.init; does nothing as PID 1.
 * Returns 0 or a negative errno with e set. */
int shutdown_adopt(struct nserr *e) must_check;

/* Begins the shutdown: sends the stop signal to all descendants, then SIGCONT, so that stopped
 * processes receive it. Returns false if the shutdown had begun already. */
bool shutdown_end(struct supervise *s);

/* Sends KILL to all descendants at once. */
void reap_kill(struct supervise *s);

/* Kills the orphans that reaped processes left behind, if the grace period is over. */
void shutdown_orphans(const struct supervise *s);

/* Waits for a signal of the set. During the shutdown it waits at most until the grace period is
 * over and then kills all descendants. Returns the signal, or 0 if none came. */
int shutdown_wait(struct supervise *s, const sigset_t *set, siginfo_t *info);

#endif
