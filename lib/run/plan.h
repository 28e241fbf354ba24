/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: what a tool is about to do, as an ordered array of steps that is either explained or
 * executed. The order of the array is the specification; each kernel rule is quoted at its step.
 *
 * Up to three processes walk the same array, each doing the steps of its own actor: the caller, a
 * helper (forked first, for what must be done from outside), and the child (which becomes the
 * program). The caller keeps the order: it lets another actor run its next steps and waits for the
 * answer. The line between them is a socket whose EOF means failure, so no side waits for one that
 * has gone; an exec closes it too, which is how the caller learns that the program runs.
 */
#ifndef NSU_RUN_PLAN_H
#define NSU_RUN_PLAN_H

#include <signal.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/nserr.h"

enum plan_actor { PLAN_CALLER, PLAN_HELPER, PLAN_CHILD, PLAN_ACTORS };

struct plan_step;

/* One kind of step; static const, one a kernel rule. */
struct plan_kind {
	const char *name; /* "uid-map" */
	const char *call; /* the system call that does it: "write(/proc/PID/uid_map)" */

	/* Does it. 0, or a negative errno with e set. A step that executes a program does not
	 * return on success. */
	int (*run)(void *ctx, const struct plan_step *s, struct nserr *e);

	/* Takes it back after a later step failed, in reverse order; NULL where there is nothing to
	 * take back. Runs in the process that ran it. */
	void (*undo)(void *ctx, const struct plan_step *s);

	/* Adds what would be done ("map uid 0 to 1000"), for --explain; NULL where `what` is
	 * enough. */
	void (*show)(const void *ctx, const struct plan_step *s, struct buf *out);

	/* For a step that makes the process of `forks`: does it instead of run. The pid in the
	 * caller, 0 in the new process, or a negative errno with e set. */
	pid_t (*fork)(void *ctx, const struct plan_step *s, struct nserr *e);
	enum plan_actor forks;

	/* The same by sys_vfork(), for a process that does all steps that follow, all of them
	 * brief: child(arg). NULL where it cannot be. */
	pid_t (*vfork)(void *ctx, const struct plan_step *s, int (*child)(void *), void *arg,
		       struct nserr *e);

	/* May be done in the memory of a caller that stands still meanwhile: waits for nobody, and
	 * what it changes is its process's or of no matter to the caller. */
	bool brief;

	/* The last step of its process, which closes the line and goes on without an exec. No
	 * signal interrupts it, so it may wait for nobody. */
	bool stays;

	/* What would be done, as a text in which %s stands for arg, a string. */
	const char *what;
};

struct plan_step {
	const struct plan_kind *kind;
	enum plan_actor actor;
	const void *arg; /* the tool's, borrowed */
	uint64_t num;
};

#define PLAN_STEPS 24 /* without memory of its own */

struct plan {
	struct plan_step *steps;
	struct plan_step first[PLAN_STEPS];
	size_t n, size;
	int err;             /* 0 or -ENOMEM; sticky */
	sigset_t interrupts; /* signals, blocked by the caller, that end the run early */
};

#define PLAN_INIT ((struct plan){ 0 })

/* Appends a step; arg and num are for the kind. */
void plan_add(struct plan *p, enum plan_actor actor, const struct plan_kind *kind, const void *arg,
	      uint64_t num);
void plan_free(struct plan *p);

/* Adds the plan to out, a numbered line a step: actor, what, system call. */
void plan_explain(const struct plan *p, const void *ctx, struct buf *out);

/*
 * Executes the plan. While the caller waits for another process, one of p->interrupts ends the run
 * with -EINTR; the signal stays pending, so that unblocking it afterwards ends the tool as the
 * signal would have.
 *
 * Returns in the caller only: 0 when all steps are done (a plan whose last step is an exec by the
 * caller never returns 0), with the pid of the child, 0 when none was forked, in *child, or a
 * negative errno with e set, and then everything is undone and every other process of the plan has
 * ended and been waited for. child may be NULL.
 */
int plan_run(const struct plan *p, void *ctx, pid_t *child, struct nserr *e) must_check;

#endif
