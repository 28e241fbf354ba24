/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: keeps the steps of a tool in an ordered array, and explains or executes them. The order of
 * the array is the specification. The comment on each step names the kernel rule that forces its
 * place.
 *
 * Up to three processes execute the same array, and each runs the steps of its own actor: the
 * caller, a helper (forked first, for steps outside of the new namespaces) and the child, which
 * becomes the program. The caller keeps the order: it sends another actor a message to run its next
 * steps, and waits for the answer. The messages go over a socket, called the line. EOF on the line
 * means that the other process has ended, so no process waits for one that has gone. An exec closes
 * the socket, too; by this the caller learns that the program runs.
 */
#ifndef NSU_RUN_PLAN_H
#define NSU_RUN_PLAN_H

#include <signal.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/nserr.h"

enum plan_actor { PLAN_CALLER, PLAN_HELPER, PLAN_CHILD, PLAN_ACTORS };

struct plan_step;

/* A kind of step. Each kind is a static constant, and its comment names the kernel rule. */
struct plan_kind {
	const char *name; /* "uid-map" */
	const char *call; /* the system call of the step: "write(/proc/PID/uid_map)" */

	/* Executes the step. Returns 0 or a negative errno with e set. A step that executes a
	 * program does not return on success. */
	int (*run)(void *ctx, const struct plan_step *s, struct nserr *e);

	/* Undoes the step after a later step has failed, or NULL. Called in reverse order, in the
	 * process that ran the step. */
	void (*undo)(void *ctx, const struct plan_step *s);

	/* Appends the text of the step for --explain, such as "map uid 0 to 1000", to out. NULL if
	 * `what` is the whole text. */
	void (*show)(const void *ctx, const struct plan_step *s, struct buf *out);

	/* Replaces run in a step that creates the process of the actor `forks`. Returns the pid in
	 * the caller, 0 in the new process, or a negative errno with e set. */
	pid_t (*fork)(void *ctx, const struct plan_step *s, struct nserr *e);
	enum plan_actor forks;

	/*
	 * Creates the same process with sys_vfork(): the new process calls child(arg). Used if the
	 * new process runs all remaining steps and each of them is brief. NULL if vfork is not
	 * possible.
	 */
	pid_t (*vfork)(void *ctx, const struct plan_step *s, int (*child)(void *), void *arg,
		       struct nserr *e);

	/* The step is a step of the caller that may run after vfork(2), when the program is running
	 * already. In this case its failure is ignored. */
	bool afterwards;

	/* The step is safe in a vfork(2) child: it waits for no other process and does not change
	 * memory that the caller uses later. */
	bool brief;

	/* The last step of its process, which closes the line and continues without an exec.
	 * Signals do not interrupt the step, so it must not block. */
	bool stays;

	/* Text of the step for --explain. %s in it is replaced by arg, a string. */
	const char *what;
};

struct plan_step {
	const struct plan_kind *kind;
	enum plan_actor actor;
	const void *arg; /* borrowed from the tool */
	uint64_t num;
};

#define PLAN_STEPS 24 /* a longer plan allocates memory */

/*
 * Makes the helper run until the program has ended, for work that the caller cannot do from inside
 * the new namespaces. Such a helper is a child of the caller, which has blocked all signals. The
 * functions run in the helper. ctx is the helper's own copy of the caller's memory.
 */
struct plan_keeper {
	/* Reports the pid of the child before the first step that follows its creation. */
	void (*created)(void *ctx, pid_t child);
	/* Called when the child has executed its program. */
	void (*running)(void *ctx);
	/* Called when watch is readable. The function may change watch. */
	void (*heard)(void *ctx);
	/* Called when the program has ended. wstatus is its wait status, or negative if the status
	 * is unknown because the caller was killed. Returns 0, or a negative errno with e set. */
	int (*ended)(void *ctx, int wstatus, struct nserr *e);

	int watch;  /* descriptor that the helper watches while it waits, or -1 */
	bool stays; /* if false, the helper ends when the program begins */
	/* the caller's socket to the helper, open from plan_run() to plan_keeper_end(); otherwise
	 * -1 */
	int line;
	pid_t pid;
};

struct plan {
	struct plan_step *steps;
	struct plan_step first[PLAN_STEPS];
	size_t n, size;
	int err;                    /* 0 or -ENOMEM from plan_add(); plan_run() returns it */
	sigset_t interrupts;        /* blocked signals that end the run early */
	struct plan_keeper *keeper; /* not copied; NULL: the helper is not a child of the caller */
	/* set by plan_run(): descriptors that it uses in the caller, or -1 */
	int own[PLAN_ACTORS + 2];
};

#define PLAN_INIT ((struct plan){ 0 })

/* Appends a step of this actor. arg and num are the arguments of its kind. An error is stored in
 * p->err. */
void plan_add(struct plan *p, enum plan_actor actor, const struct plan_kind *kind, const void *arg,
	      uint64_t num);
void plan_free(struct plan *p);

/* Appends the plan to out, one numbered line for each step: actor, text, system call. */
void plan_explain(const struct plan *p, const void *ctx, struct buf *out);

/* Runs step i in this process. Returns 0, or a negative errno with e set; if the step has not set
 * e, the message names the system call. Only for the files that implement plan_run(). */
int plan_run_step(const struct plan *p, size_t i, void *ctx, struct nserr *e) must_check;

/*
 * Executes the plan. While the caller waits for another process, a signal in p->interrupts ends the
 * run with -EINTR. The signal stays pending; when the tool unblocks it, the signal ends the tool.
 *
 * Returns in the caller only. After all steps, returns 0 and sets *child to the pid of the child,
 * or to 0 if there is none; it does not return if the last step is an exec by the caller. After a
 * failure, returns a negative errno with e set; then all steps are undone, and all other processes
 * of the plan have ended and have been waited for. child may be NULL.
 */
int plan_run(struct plan *p, void *ctx, pid_t *child, struct nserr *e) must_check;

/*
 * Reports the wait status of the program to the helper that runs until the end of the program, and
 * waits for the end of the helper. A pending HUP, INT, QUIT or TERM ends a wait of the helper for
 * the reader of a pipe, and so does sig, such a signal that came before, or 0. Returns the result
 * of keeper->ended, or a negative errno with e set if the helper has been killed. Returns 0 without
 * a helper.
 */
int plan_keeper_end(struct plan_keeper *k, int wstatus, int sig, struct nserr *e) must_check;

/* Waits in the helper until the line is readable. Calls heard() whenever `watch` is readable. For
 * plan_run() and plan_keep() only. */
void plan_keeper_watch(const struct plan_keeper *k, void *ctx, int line);

/* The main loop of the helper that runs until the end of the program. line is the socket to the
 * caller, and child is the pid of the program. For plan_run() only. */
_Noreturn void plan_keep(const struct plan_keeper *k, void *ctx, int line, pid_t child);

#endif
