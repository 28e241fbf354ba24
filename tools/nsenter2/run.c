// SPDX-License-Identifier: GPL-2.0-or-later
/* run: holds the namespaces of one target, then prints the plan or executes it. */
#include "common/execute.h"
#include "nsenter2.h"
#include "run/exec.h"

/* Runs the program as a child. Returns its wait status, or a negative number with e set. */
static int execute_child(struct nsenter2 *n, struct plan *p, struct nserr *e)
{
	int wstatus;

	if (execute_start(&n->supervise, &n->handle, p, n, e) < 0)
		return -1;
	util_close(&n->slave);
	wstatus = supervise_wait(&n->supervise, e);
	pty_relay_end(&n->relay);
	execute_ended(&n->handle, wstatus);
	return wstatus;
}

void run_target(struct nsenter2 *n)
{
	struct nserr e = NSERR_INIT;
	struct plan plan = PLAN_INIT;
	int wstatus = -1;

	if (target_hold(n, &e) < 0)
		cli_die_nserr(&e);
	steps_add(n, &plan);
	if (n->explain) {
		execute_explain(&plan, n);
		exit(0);
	}
	if (steps_fork(n))
		wstatus = execute_child(n, &plan, &e);
	else
		(void)!plan_run(&plan, n, NULL, &e);
	if (wstatus < 0)
		cli_die_nserr(&e);
	exec_end_as(wstatus);
}
