/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init: runs this process as process 1 of a pid namespace, or as a subreaper, with the program as
 * its child. When the program ends or TERM arrives, this process ends all other descendants, too.
 * nsinit and nsunshare --init use it.
 *
 * First, init_plan() adds the steps for fork, "created", --wait-fd, run_retire() and the report.
 * Then the tool adds its own steps in the process of the program by plan_add(), and
 * init_plan_exec() adds the steps for signals, descriptors and exec. At the end, init_run()
 * executes the plan.
 */
#ifndef NSU_RUN_INIT_H
#define NSU_RUN_INIT_H

#include "run/handle.h"
#include "run/readiness.h"
#include "run/step_exec.h"
#include "run/supervise.h"

struct init {
	/* the tool sets the members grace, stop_signal, rewrite and group */
	struct supervise supervise;
	struct handle handle;
	struct program program;
	/*
	 * With nsunshare --init: this process's copy of the struct supervise for which the parent,
	 * nsunshare, has called supervise_block() before the fork. All signals are still blocked in
	 * this process, which is process 1, and the program gets the signal mask and actions that
	 * are saved in `outer`. NULL in nsinit, which blocks the signals itself.
	 */
	const struct supervise *outer;
	/* If `reports` is set, the process that becomes the program sends its pid through the
	 * socket report_fd to the tool at the other end, and waits for the answer of this tool
	 * (run/report.h). */
	bool reports;
	int report_fd;
	/* The program reports through NOTIFY_SOCKET that it is ready. After this report, the line
	 * is written to ready_fd, which replaces the ready_fd of the handle, and "ready" is
	 * reported to --status-fd. */
	bool notify;
	int ready_fd;
	/* private: the socket to which NOTIFY_SOCKET refers, and a flag that is set when the
	 * program has reported that it is ready */
	struct readiness readiness;
	bool is_ready;
	int pdeathsig;    /* signal that this process gets when its parent dies, or 0 */
	pid_t parent_pid; /* only if pdeathsig is set: pid of the parent */
	/* private: this process is process 1, or with --explain, would be process 1 */
	bool first;
	bool guarded; /* make process 1 undumpable, see the comment on run_retire() in init.c */
	/* true while the program runs; during this time, this process prints its own error
	 * messages */
	bool running;
};

/* init_plan() adds the steps of the program's process that come before the tool's own steps, and
 * init_plan_exec() adds those that come after them. i is borrowed. */
void init_plan(struct init *i, struct plan *p);
void init_plan_exec(struct init *i, struct plan *p);

/*
 * Executes the plan as the actor PLAN_CALLER and waits until all descendants have ended. When the
 * program runs, closes all descriptors above 2 that this process does not need. Returns the wait
 * status of the program; if the pid file could not be removed, also sets e. After any other
 * failure, returns a negative errno with e set.
 */
int init_run(struct init *i, struct plan *p, void *ctx, struct nserr *e) must_check;

#endif
