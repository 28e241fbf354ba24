/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise: waits for the program on behalf of the caller. This process forwards its signals to
 * the program, and stops, continues and ends when the program does.
 *
 *	supervise_block(&s)             before the first fork
 *	supervise_child(&s)             in the child: last before exec, after any change of
 *	                                credentials
 *	supervise_wait(&s, &e)          in the parent, with s.pid set to the child; then
 *	                                exec_end_as(status)
 *	supervise_unblock(&s)           in the parent instead, if the set-up failed
 *
 * No signal is lost: all signals are blocked from the first call on, so an early signal stays
 * pending until the program exists. This process does not poll and has no signal handlers.
 */
#ifndef NSU_RUN_SUPERVISE_H
#define NSU_RUN_SUPERVISE_H

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include "base/nserr.h"
#include "run/plan.h"

#define SUPERVISE_NSIG 65 /* number of signals (1 to 64) plus one */

struct supervise {
	/* The tool sets these members before supervise_block(). All zero is a valid default. */
	/* sent to the child when this process dies, prctl(2) PR_SET_PDEATHSIG; 0: none */
	int death_signal;
	bool child_init; /* the child is process 1 of a pid namespace, which cannot stop itself */
	/* the child is process 1 and no init: a signal that would have ended it if it were an
	 * ordinary process, but which the kernel discards, is replaced by SIGKILL */
	bool escalate;
	/* the child leads a process group, which gets the signals, and the foreground of the
	 * terminal if this process had it */
	bool group;
	/* reap all orphans and end all descendants: PID 1 or subreaper, see shutdown.h */
	bool init;
	/* without init: TERM is replaced by stop_signal, and KILL follows at the end of the grace
	 * period */
	bool stops;
	struct timespec grace; /* init, stops: from the first TERM to KILL */
	int stop_signal;       /* init, stops: the signal that ends processes; 0 means TERM */
	/* for each signal number, the signal to forward instead; 0: the same signal; -1: no
	 * signal */
	signed char rewrite[SUPERVISE_NSIG];

	/* init: there is no child. This process only reaps other processes until TERM or INT
	 * arrives. */
	bool pause;
	/* Called when a descriptor with O_ASYNC and F_SETSIG(SIGIO) has become readable, and before
	 * children are reaped; or NULL */
	void (*readable)(void *ctx);
	void *readable_ctx;

	pid_t pid; /* pid of the child; the tool sets it after the fork */

	/* private */
	sigset_t mask; /* signal mask of the caller */
	/* the caller ignored SIGCHLD, and supervise_block() has changed that */
	bool ignored_sigchld;
	int parent; /* pidfd of this process, which the child polls; -1: none */
	pid_t parent_pid;
	/* for escalate: descriptors of the caller's /proc and of files of the child in it; -1: not
	 * open */
	int proc, child_status, child_syscall;
	int ended_by; /* the signal that SIGKILL has replaced, or 0 */
	int tty;   /* with group: the terminal on which the child is the foreground group, or -1 */
	int phase; /* init: phase of the shutdown, see shutdown.c; 0: not begun */
	struct timespec deadline;
	sigset_t seen; /* signals received so far */
	int wstatus;
};

/* Blocks all signals except those that a fault raises, and saves the caller's signal mask and
 * action of SIGCHLD. Returns 0, or a negative errno with e set. */
int supervise_block(struct supervise *s, struct nserr *e) must_check;

/*
 * Replaces supervise_block() in the child of outer. The signals stay blocked, because process 1
 * would lose a signal that arrived while they were unblocked. The child of this process gets the
 * mask and actions that outer has saved. Sets the death signal of outer. Returns 0, or a negative
 * errno with e set.
 */
int supervise_inherit(struct supervise *s, const struct supervise *outer,
		      struct nserr *e) must_check;

/* Sets *all to all signals except those that a fault of the process raises. */
void supervise_signals(sigset_t *all);

/* Sets *set to the signals for plan.interrupts: HUP, INT, QUIT and TERM, except those that the
 * caller had blocked. */
void supervise_interrupts(const struct supervise *s, sigset_t *set);

/* Restores the mask and the actions that supervise_block() has saved. A pending signal then takes
 * effect, so that it ends an interrupted set-up, also as PID 1. */
void supervise_unblock(struct supervise *s);

/*
 * Sets process group, death signal, signal actions and mask. Must be the last call of the child
 * before exec. Returns 0, -ESRCH if the parent has already ended, or another negative errno, always
 * with e set after a failure.
 */
int supervise_child(const struct supervise *s, struct nserr *e) must_check;

/* Adds supervise_child() as a step of the actor, which must be the last one before exec. s is
 * borrowed. */
void supervise_plan(const struct supervise *s, struct plan *p, enum plan_actor actor);

/*
 * Sets the death signal only, for a child that does not execute a program. Must follow the last
 * change of credentials, which clears the death signal (prctl(2)). parent is a pidfd of the parent
 * or -1. The pidfd shows the end of the parent even in a pid namespace, where getppid(2) returns 0.
 * Returns 0, -ESRCH if the parent has ended, or another negative errno.
 */
int supervise_death_signal(int sig, int parent, pid_t parent_pid) must_check;

/*
 * Opens the files of the child that supervise_wait() reads if `escalate` is set, and closes the
 * /proc of the caller. A caller that has entered the namespaces of the child calls this function,
 * so that it has no descriptor that leads out of these namespaces.
 */
void supervise_hold_child(struct supervise *s);

/* Closes all descriptors above 2 that supervise_wait() does not need, except those of p and fd (-1:
 * none). For a step of p. Returns 0 or a negative errno. */
int supervise_close_others(const struct supervise *s, const struct plan *p, int fd) must_check;

/* Returns the first of HUP, INT, QUIT and TERM that this process has received, or 0. */
int supervise_ending(const struct supervise *s);

/* Returns true if SIGKILL must replace sig, see escalate. For supervise_wait() only. */
bool supervise_must_kill(const struct supervise *s, int sig);

/*
 * Waits until the child has ended (with init: until all descendants have ended), forwards each
 * signal, and stops when the child stops. Returns the wait status for exec_end_as(), or a negative
 * errno with e set.
 */
int supervise_wait(struct supervise *s, struct nserr *e) must_check;

#endif
