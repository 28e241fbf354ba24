// SPDX-License-Identifier: GPL-2.0-or-later
/* run: holds the namespaces of one target, then prints the plan or executes it. */
#include "nsenter2.h"
#include "run/exec.h"

static _Noreturn void explain(const struct nsenter2 *n, const struct plan *p)
{
	struct buf b = BUF_INIT;

	plan_explain(p, n, &b);
	cli_print(&b);
	exit(0);
}

/* Waits for the program, and ends as the program ends. */
static _Noreturn void follow_child(struct nsenter2 *n, pid_t child)
{
	struct nserr e = NSERR_INIT;
	int status;

	util_close(&n->slave);
	n->supervise.pid = child;
	handle_running(&n->handle);
	status = supervise_wait(&n->supervise, &e);
	pty_relay_end(&n->relay);
	if (handle_ended(&n->handle, status, status < 0 ? NULL : &e) < 0 && status >= 0)
		cli_warn_nserr(&e);
	if (status < 0)
		cli_die_nserr(&e);
	exec_end_as(status);
}

void run_target(struct nsenter2 *n)
{
	struct nserr e = NSERR_INIT;
	struct plan plan = PLAN_INIT;
	pid_t child = 0;
	bool forks;

	if (target_hold(n, &e) < 0)
		cli_die_nserr(&e);
	forks = steps_fork(n);
	steps_add(n, &plan);
	if (n->explain)
		explain(n, &plan);
	if (forks) {
		if (supervise_block(&n->supervise, &e) < 0)
			cli_die_nserr(&e);
		supervise_interrupts(&n->supervise, &plan.interrupts);
	}
	if (plan_run(&plan, n, &child, &e) < 0) {
		if (forks)
			supervise_unblock(&n->supervise);
		cli_die_nserr(&e);
	}
	follow_child(n, child);
}
