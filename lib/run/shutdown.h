/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reap: how a first process, or a subreaper, brings everything below it to an end. */
#ifndef NSU_RUN_SHUTDOWN_H
#define NSU_RUN_SHUTDOWN_H

#include <signal.h>

#include "run/supervise.h"

/* Makes us the one to whom orphaned descendants fall (as PID 1 we are already), for
 * supervise.init. 0 or a negative errno. */
int shutdown_adopt(struct nserr *e) must_check;

/* Begins the end: the stop signal to everything, then SIGCONT, so that what is stopped hears it.
 * False when it had begun before. */
bool shutdown_end(struct supervise *s);

/* Kills everything at once. */
void reap_kill(struct supervise *s);

/* Processes were reaped: kills what they left behind, when the grace is over. */
void shutdown_orphans(const struct supervise *s);

/* Waits for a signal of the set, in the end until the grace is over at most; then everything is
 * killed. The signal, or 0 when there was none. */
int shutdown_wait(struct supervise *s, const sigset_t *set, siginfo_t *info);

#endif
