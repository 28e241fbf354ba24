/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init: runs this process as process 1 of a pid namespace, or as a subreaper. The program is its
 * child; when the program ends, or TERM comes, all other descendants are ended, too. For nsinit and
 * nsunshare --init.
 *
 *	init_plan(&i, &p)           fork, "created", --wait-fd, retirement
 *	plan_add(&p, PLAN_CHILD, …)     what the tool does in the program's process
 *	init_plan_exec(&i, &p)      signals, descriptors, exec
 *	init_run(&i, &p, ctx, &e)
 */
#ifndef NSU_RUN_INIT_H
#define NSU_RUN_INIT_H

#include "run/handle.h"
#include "run/step_exec.h"
#include "run/supervise.h"

struct init {
	struct supervise supervise; /* the tool sets grace, stop_signal, rewrite and group */
	struct handle handle;
	struct program program;
	/* The supervisor of this process, if this process is its child and has executed nothing
	 * since: the signals are still blocked, and the program gets the mask and actions that
	 * outer saved. */
	const struct supervise *outer;
	bool guarded; /* PID 1 must not be dumpable, see init.c */
	/* Set when the program runs: from then on this process reports its failures itself. */
	bool running;
};

/* Add the steps before and after the steps of the tool in the process of the program; i is
 * borrowed. */
void init_plan(struct init *i, struct plan *p);
void init_plan_exec(struct init *i, struct plan *p);

/*
 * Executes the plan, of which this process is the caller, and waits until all descendants have
 * ended. Returns the wait status of the program, or that of the signal that ended the set-up if the
 * signal cannot end process 1, or a negative errno with e set. e is also set if the program has run
 * and the pid file could not be removed. Closes descriptors above 2 once the program runs.
 */
int init_run(struct init *i, struct plan *p, void *ctx, struct nserr *e) must_check;

#endif
