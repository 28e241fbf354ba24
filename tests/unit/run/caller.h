/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caller.h: runs plans whose caller cannot signal other processes. The linker replaces kill(2)
 * (option --wrap in tests/Makemodule.am).
 */
#ifndef NSU_UNIT_RUN_CALLER_H
#define NSU_UNIT_RUN_CALLER_H

#include <signal.h>

#include "../unit.h"

static pid_t caller;            /* the process that has called caller_begin() */
static bool caller_cannot_kill; /* kill(2) fails in the caller, for another process */

/* Returns true in the caller, and false in its children. */
static inline bool caller_is_self(void)
{
	return caller == getpid();
}

int __real_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig)
{
	if (!caller_is_self() || pid == getpid() || !caller_cannot_kill)
		return __real_kill(pid, sig);
	errno = EPERM;
	return -1;
}

/* Makes this process the caller, whose calls of kill(2) succeed. Ends a test that hangs. */
static inline void caller_begin(void)
{
	caller = getpid();
	caller_cannot_kill = false;
	alarm(60);
}

/* Checks that SIGTERM is pending, discards it and unblocks it. */
static inline void caller_discard_term(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	CHECK_INT(sigtimedwait(&term, NULL, &(struct timespec){ 0 }), SIGTERM);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
}

#endif
