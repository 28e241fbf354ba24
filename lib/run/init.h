/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * initproc: being the first process of a pid namespace, or a subreaper: the program is a child, and
 * when it ends, or TERM comes, everything else is ended too. For nsinit and nsunshare --init.
 *
 *	init_plan(&i, &p)           fork, "created", --wait-fd, retirement
 *	plan_add(&p, PLAN_CHILD, …)     what the tool does in the program's process
 *	init_plan_exec(&i, &p)      signals, descriptors, exec
 *	init_run(&i, &p, ctx, &e)
 */
#ifndef NSU_RUN_INIT_H
#define NSU_RUN_INIT_H

#include "run/handle.h"
#include "run/supervise.h"

struct init {
	struct supervise supervise; /* grace, stop_signal, rewrite and group are the tool's */
	struct handle handle;
	char *const *argv; /* the program */
	/* The supervisor of this process, where it is the child of one and has not executed
	 * anything since: its signals are still blocked, and what the program gets is what that one
	 * found. */
	const struct supervise *outer;
	bool guarded; /* as PID 1, be not dumpable: see initproc.c */
	/* Set when the program runs: what fails from then on is this process's own to tell. */
	bool running;
};

/* Add the steps before and after the tool's own in the program's process; i is borrowed. */
void init_plan(struct init *i, struct plan *p);
void init_plan_exec(struct init *i, struct plan *p);

/*
 * Executes the plan, of which this process is the caller, and stays until everything below has
 * ended. The wait status of the program (of the signal that ended the set-up, where that cannot end
 * us), or a negative errno with e set; e is set, too, when the program has run and not all could be
 * put away. Descriptors above 2 are closed then.
 */
int init_run(struct init *i, struct plan *p, void *ctx, struct nserr *e) must_check;

#endif
