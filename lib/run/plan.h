/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: keeps the steps of a tool in an array, and explains or executes the steps in the order of
 * the array. The comment on each step names the kernel rule that forces its position.
 *
 * Up to three processes execute the same array, and each process runs the steps of one actor: the
 * caller, a helper (forked first, for steps outside of the new namespaces) and the child, which
 * becomes the program. The caller keeps the order: it sends another actor a message to run its next
 * steps, and waits for the answer. The messages are sent over a socket, which the code calls the
 * line. EOF on the line means that the other process has ended, so no process waits for another
 * process that has ended. An exec closes the socket, too; this tells the caller that the program
 * runs.
 */
#ifndef NSU_RUN_PLAN_H
#define NSU_RUN_PLAN_H

#include <signal.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/nserr.h"

enum plan_actor { PLAN_CALLER, PLAN_HELPER, PLAN_CHILD, PLAN_ACTORS };

struct plan_step;

/* A kind of step. Each kind is a static constant; the comment on it names the kernel rule that
 * requires the step. */
struct plan_kind {
	const char *name; /* name of the step, such as "uid-map" */
	const char *call; /* the system call of the step, for example "write(/proc/PID/uid_map)" */

	/* Executes the step. Returns 0 or a negative errno with e set. A step that executes a
	 * program does not return on success. */
	int (*run)(void *ctx, const struct plan_step *s, struct nserr *e);

	/* Undoes the step after a later step has failed. The undo functions of a plan are called in
	 * reverse order, each in the process that ran the step. NULL if there is nothing to
	 * undo. */
	void (*undo)(void *ctx, const struct plan_step *s);

	/* Appends the text of the step for --explain, such as "map uid 0 to 1000", to out. NULL if
	 * `what` contains the whole text. */
	void (*show)(const void *ctx, const struct plan_step *s, struct buf *out);

	/* Called instead of run() in a step that creates a process. Creates the process, which then
	 * runs the steps of the actor `forks`. Returns 0 in the new process, and in the caller the
	 * pid of the new process or a negative errno with e set. */
	pid_t (*fork)(void *ctx, const struct plan_step *s, struct nserr *e);
	enum plan_actor forks;

	/*
	 * Creates the same process as fork(), but with sys_vfork(): the new process calls
	 * child(arg). Used if the new process runs all remaining steps and each of them is brief.
	 * NULL if vfork is not possible.
	 */
	pid_t (*vfork)(void *ctx, const struct plan_step *s, int (*child)(void *), void *arg,
		       struct nserr *e);

	/* The caller runs this step. If the child was created by vfork(2), the caller runs the step
	 * after the program has begun, and ignores a failure of the step. */
	bool afterwards;

	/* The step is safe in a vfork(2) child: it waits for no other process and does not change
	 * memory that the caller uses later. */
	bool brief;

	/* This step is the last one of its process. The step closes the socket to the caller, and
	 * the process then continues without an exec. Signals do not interrupt the step, so the
	 * step must not block. */
	bool stays;

	/* Text of the step for --explain. If it contains %s, arg is a string that replaces %s. */
	const char *what;
};

struct plan_step {
	const struct plan_kind *kind;
	enum plan_actor actor;
	const void *arg; /* argument of the step, borrowed from the tool */
	uint64_t num;
};

/* number of steps that struct plan itself can hold; plan_add() allocates memory for more steps */
#define PLAN_STEPS 24

/*
 * Makes the helper run until the program has ended, for work that the caller cannot do from inside
 * the new namespaces. The caller is the parent of this helper and has blocked all signals. The
 * functions below are called in the helper. ctx points to the helper's own copy of the tool's data.
 */
struct plan_keeper {
	/* Called with the pid of the child, before the helper runs its first step after the
	 * creation of the child. */
	void (*created)(void *ctx, pid_t child);
	/* Called after the child has executed its program. */
	void (*running)(void *ctx);
	/* Called when the descriptor `watch` is readable. The function may change `watch`. */
	void (*heard)(void *ctx);
	/* Called when the program has ended. wstatus is its wait status, or negative if the status
	 * is unknown because the caller was killed. Returns 0, or a negative errno with e set. */
	int (*ended)(void *ctx, int wstatus, struct nserr *e);

	int watch; /* descriptor that the helper polls while it waits for the program, or -1 */
	/* the helper runs until the program has ended; if false, it ends when the program begins */
	bool stays;
	/* the caller's socket to the helper, open from the call of plan_run() to that of
	 * plan_keeper_end(); otherwise -1 */
	int line;
	pid_t pid;
};

struct plan {
	struct plan_step *steps;
	struct plan_step first[PLAN_STEPS];
	size_t n, size;
	int err; /* the first error of plan_add(), 0 or -ENOMEM, which plan_run() returns */
	/* signals that the caller has blocked; plan_run() returns -EINTR early if one of them
	 * arrives */
	sigset_t interrupts;
	/* callbacks and state of the helper, borrowed; NULL if the helper is not a child of the
	 * caller */
	struct plan_keeper *keeper;
	/* set by plan_run(): descriptors that the caller must keep open until plan_run() returns
	 * (the sockets to the other processes, a signalfd and /proc), or -1 */
	int own[PLAN_ACTORS + 2];
};

#define PLAN_INIT ((struct plan){ 0 })

/* Appends a step that this actor runs. arg and num are the arguments of the step; the kind
 * determines their meaning. Stores an error in p->err. */
void plan_add(struct plan *p, enum plan_actor actor, const struct plan_kind *kind, const void *arg,
	      uint64_t num);
void plan_free(struct plan *p);

/* Appends the plan to out, one numbered line for each step: actor, text, system call. */
void plan_explain(const struct plan *p, const void *ctx, struct buf *out);

/* Runs step i in this process. Returns 0, or a negative errno with e set; if the step has not set
 * e, the message names the system call. Only for the files that implement plan_run(). */
int plan_run_step(const struct plan *p, size_t i, void *ctx, struct nserr *e) must_check;

/*
 * Executes the plan. While the caller waits for another process, a signal in p->interrupts makes
 * plan_run() undo the steps and return -EINTR. The signal stays pending; when the tool unblocks it,
 * the signal ends the tool.
 *
 * Returns in the caller only. After all steps, returns 0 and sets *child to the pid of the child,
 * or to 0 if there is none; it does not return if the last step is an exec by the caller. After a
 * failure, returns a negative errno with e set; then all steps are undone, and all other processes
 * of the plan have ended and have been waited for. child may be NULL.
 */
int plan_run(struct plan *p, void *ctx, pid_t *child, struct nserr *e) must_check;

/*
 * Reports the wait status of the program to the helper that runs until the end of the program, and
 * waits for the end of the helper. If the helper waits for the reader of a pipe, a pending HUP,
 * INT, QUIT or TERM ends the helper's wait. sig is the first of these signals that arrived before
 * the call, or 0; if it is not 0, the helper does not wait. Returns the result of keeper->ended, or
 * a negative errno with e set if the helper has been killed. Returns 0 without a helper.
 */
int plan_keeper_end(struct plan_keeper *k, int wstatus, int sig, struct nserr *e) must_check;

/* Waits in the helper until the descriptor `line` is readable or has hung up. Meanwhile calls
 * k->heard() whenever k->watch is readable. Returns at once if k->watch is negative, and also
 * returns after 100 failures of poll(2). Only plan_run() and plan_keep() call this function. */
void plan_keeper_watch(const struct plan_keeper *k, void *ctx, int line);

/* Runs the main loop of the helper until the program has ended. Then sends the result of k->ended()
 * to the caller and ends the helper; does not return. line is the socket to the caller, and child
 * is the pid of the program. Only plan_run() calls this function. */
_Noreturn void plan_keep(const struct plan_keeper *k, void *ctx, int line, pid_t child);

#endif
