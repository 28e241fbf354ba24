/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise: waits for the program on behalf of the caller. The process that waits ("this process"
 * in the comments below) forwards the signals that it receives to the program, and stops, continues
 * and ends when the program does.
 *
 * The tool calls supervise_block() before the first fork. The child calls supervise_child() as the
 * last step before exec, after any change of credentials. The parent sets s.pid to the child and
 * calls supervise_wait(), and then exec_end_as() with the returned status. If the set-up failed,
 * the parent calls supervise_unblock() instead.
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

#define SUPERVISE_NSIG 65 /* array size for signals: the highest signal number (64) plus one */

struct supervise {
	/* The tool sets the members below before supervise_block(). All zero is a valid default. */
	/* signal that the child gets when this process dies, see PR_SET_PDEATHSIG in prctl(2); 0:
	 * none */
	int death_signal;
	bool child_init; /* the child is process 1 of a pid namespace, which cannot stop itself */
	/* The child is process 1, but it is not an init program. The kernel discards signals that
	 * would have ended an ordinary process; this process sends SIGKILL instead of such a
	 * signal. */
	bool escalate;
	/* The child leads its own process group, to which this process sends the signals. If the
	 * process group of this process was in the foreground of the terminal, the child's process
	 * group takes its place. */
	bool group;
	/* this process is PID 1 or a subreaper: it reaps all orphans and ends all descendants, see
	 * shutdown.h */
	bool init;
	/* only without `init`: stop_signal replaces TERM, and KILL follows at the end of the grace
	 * period */
	bool stops;
	/* with `init` or `stops`: time from the beginning of the shutdown until KILL is sent */
	struct timespec grace;
	/* with `init`: the signal that all descendants get when the shutdown begins; with `stops`:
	 * the signal that the child gets instead of TERM; 0 means TERM */
	int stop_signal;
	/* for each signal number, the signal to forward instead; 0: the same signal; -1: no
	 * signal */
	signed char rewrite[SUPERVISE_NSIG];

	/* with `init`: there is no child; this process only reaps other processes until TERM or INT
	 * arrives */
	bool pause;
	/* supervise_wait() calls this function when a descriptor of supervise_watch() has become
	 * readable, and before it reaps children. May be NULL. */
	void (*readable)(void *ctx);
	void *readable_ctx;

	pid_t pid; /* pid of the child; the tool sets it after the fork */

	/* private */
	sigset_t mask; /* signal mask of the caller */
	/* the caller ignored SIGCHLD, and supervise_block() has changed that */
	bool ignored_sigchld;
	/* pidfd of this process, which the child uses to see that this process has ended; -1:
	 * none */
	int parent;
	pid_t parent_pid;
	/* only with `escalate`: descriptors of the caller's /proc, and of the files of the child in
	 * /proc; -1 if not open */
	int proc, child_status, child_syscall;
	/* with `escalate`: the received signal if SIGKILL was sent instead of it, or 0 */
	int ended_by;
	/* only with `group`: the terminal whose foreground process group is that of the child, or
	 * -1 */
	int tty;
	/* only with `init`: the phase of the shutdown, see shutdown.c; 0 if it has not begun */
	int phase;
	struct timespec deadline;
	sigset_t seen; /* all signals that this process has received so far */
	int wstatus;
};

/* Blocks all signals except those that a fault raises, and saves the caller's signal mask and
 * action of SIGCHLD. Returns 0, or a negative errno with e set. */
int supervise_block(struct supervise *s, struct nserr *e) must_check;

/*
 * Must be called instead of supervise_block() in a child of the process that has called
 * supervise_block() for `outer`. Prepares s and keeps the signals blocked, because process 1 would
 * lose a signal that arrived while they were unblocked. The child of this process gets the mask and
 * actions that `outer` has saved. Sets the parent-death signal of this process to
 * outer->death_signal. Returns 0, or a negative errno with e set.
 */
int supervise_inherit(struct supervise *s, const struct supervise *outer,
		      struct nserr *e) must_check;

/*
 * Makes fd nonblocking, and lets the kernel send this process a signal whenever fd becomes readable
 * (fcntl(2), F_SETSIG), so that supervise_wait() calls s->readable(). Returns 0 or a negative
 * errno.
 */
int supervise_watch(int fd) must_check;

/* Sets *all to all signals except those that the kernel sends to a process because of a fault, such
 * as SIGSEGV. */
void supervise_signals(sigset_t *all);

/* Sets *set to the signals for plan.interrupts: HUP, INT, QUIT and TERM, except those that were
 * blocked in the caller. */
void supervise_interrupts(const struct supervise *s, sigset_t *set);

/* Restores the mask and the actions that supervise_block() has saved. A pending signal is then
 * delivered and ends the process, even if it is PID 1. */
void supervise_unblock(struct supervise *s);

/*
 * Sets the process group, the parent-death signal, the signal actions and the signal mask. Must be
 * the last call of the child before exec. Returns 0, -ESRCH if the parent has already ended, or
 * another negative errno. e is set after each failure.
 */
int supervise_child(const struct supervise *s, struct nserr *e) must_check;

/* Adds a step to the plan p, in which the process `actor` calls supervise_child(s). It must be the
 * last step of this process before exec. p keeps the pointer s. */
void supervise_plan(const struct supervise *s, struct plan *p, enum plan_actor actor);

/*
 * Sets only the parent-death signal, for a child that does not execute a program. Must be called
 * after the last change of credentials, because each change clears this signal (prctl(2)). parent
 * is a pidfd of the parent or -1. With the pidfd, the function detects that the parent has ended
 * even if the parent is outside of the pid namespace, where getppid(2) returns 0. If parent is -1,
 * the function compares parent_pid with the result of getppid(2), unless that is 0. Returns 0,
 * -ESRCH if the parent has ended, or another negative errno.
 */
int supervise_death_signal(int sig, int parent, pid_t parent_pid) must_check;

/*
 * Opens the files in /proc/PID of the child that supervise_wait() reads if `escalate` is set, and
 * closes the descriptor of the caller's /proc. A failure is ignored. Must be called if this process
 * has entered the namespaces of the child, because other processes in them could use a descriptor
 * of the caller's /proc to reach files outside.
 */
void supervise_hold_child(struct supervise *s);

/* Closes all descriptors above 2 except those that supervise_wait() needs, those of the plan p, and
 * fd (-1: none). Only a step of p may call it. Returns 0 or a negative errno. */
int supervise_close_others(const struct supervise *s, const struct plan *p, int fd) must_check;

/* Returns the first of HUP, INT, QUIT and TERM that this process has received, or 0. */
int supervise_ending(const struct supervise *s);

/* Returns true if SIGKILL must be sent instead of sig, see the member `escalate`. Only
 * supervise_wait() calls this function. */
bool supervise_must_kill(const struct supervise *s, int sig);

/*
 * Waits until the child has ended (with init: until all descendants have ended), forwards each
 * signal, and stops when the child stops. Returns the wait status for exec_end_as(), or a negative
 * errno with e set.
 */
int supervise_wait(struct supervise *s, struct nserr *e) must_check;

#endif
