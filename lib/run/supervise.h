/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise: standing between whoever started us and the program, without being noticed. What is
 * sent to us reaches the program, what becomes of it becomes of us.
 *
 *	supervise_block(&s);            before the first fork
 *	 child: supervise_child(&s)     last before exec, after any change of credentials
 *	 parent: s.pid = the child; supervise_wait(&s, &e); exec_end_as(status)
 *	supervise_unblock(&s)           instead, where the set-up failed
 *
 * No signal is lost in between: all are blocked from the first call on, so that one that comes
 * early stays pending until there is somebody to send it to. Nothing polls and no handler runs.
 */
#ifndef NSU_RUN_SUPERVISE_H
#define NSU_RUN_SUPERVISE_H

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include "base/nserr.h"
#include "run/plan.h"

#define SUPERVISE_NSIG 65 /* signals are 1 to 64 */

struct supervise {
	/* the tool sets these before supervise_block(); all zero is a good beginning */
	int death_signal; /* for the child when we die, prctl(2) PR_SET_PDEATHSIG; 0 for none */
	bool child_init; /* the child is the first process of a pid namespace: cannot stop itself */
	bool group;      /* the child leads a process group: signals go to it, and the terminal
			  * if it was ours */
	bool init;       /* we reap everything, end everything: PID 1 or subreaper, see reap.h */
	struct timespec grace; /* init: from the first TERM to KILL */
	int stop_signal;       /* init: what ends processes in place of TERM; 0 is TERM */
	/* what is sent on for a signal that comes: 0 itself, -1 nothing, or another signal */
	signed char rewrite[SUPERVISE_NSIG];

	pid_t pid; /* of the child, set by the tool after the fork */

	/* private */
	sigset_t mask;        /* the caller's */
	bool ignored_sigchld; /* by the caller: we had to change it */
	int parent;           /* pidfd of ourselves for the child to look at, -1 without */
	pid_t parent_pid;
	int tty;   /* with group: the controlling terminal whose foreground we gave away, else -1 */
	int phase; /* init: of the end, see reap.c; 0 before */
	struct timespec deadline;
	sigset_t seen; /* what has come */
	int wstatus;
};

/* Blocks all signals but those that a fault raises, and remembers how they were. 0 or a negative
 * errno. */
int supervise_block(struct supervise *s, struct nserr *e) must_check;

/*
 * Instead of that, in the child of outer: the signals stay blocked without a gap, in which a first
 * process would lose them, and its own child will have them as outer found them. Sets the death
 * signal that outer wants. 0, or a negative errno with e set.
 */
int supervise_inherit(struct supervise *s, const struct supervise *outer,
		      struct nserr *e) must_check;

/* All signals but those that a fault of our own raises. */
void supervise_signals(sigset_t *all);

/* For plan.interrupts: HUP, INT, QUIT and TERM, where they have been blocked by us. */
void supervise_interrupts(const struct supervise *s, sigset_t *set);

/* Mask and dispositions as supervise_block() found them. A signal that came meanwhile acts now, so
 * an interrupted set-up ends here, with the status that its signal gives. */
void supervise_unblock(struct supervise *s);

/*
 * In the child, last before exec: process group, death signal, dispositions and mask. Fails with
 * -ESRCH when the parent has gone already. 0 or a negative errno with e set.
 */
int supervise_child(const struct supervise *s, struct nserr *e) must_check;

/* Adds that as a step of the plan, for actor; it goes last before the exec. s is borrowed. */
void supervise_plan(const struct supervise *s, struct plan *p, enum plan_actor actor);

/*
 * The death signal alone, for a child that executes nothing: to be set after the last change of
 * credentials, since the kernel drops it then (prctl(2)). parent is a pidfd (-1: none), which
 * tells that the parent has gone even where getppid(2) is 0, in a pid namespace.
 * 0, -ESRCH when the parent has gone, or a negative errno.
 */
int supervise_death_signal(int sig, int parent, pid_t parent_pid) must_check;

/*
 * Waits until the child has ended (with init: until everything has), sending on each signal,
 * stopping when it is stopped. The wait status, as exec_end_as() takes it, or a negative errno
 * with e set.
 */
int supervise_wait(struct supervise *s, struct nserr *e) must_check;

#endif
