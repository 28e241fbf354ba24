// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the step of --init, in which the child becomes process 1, and builds the plan
 * that process 1 executes. */
#include "nsunshare.h"
#include "run/exec.h"

void build_init(struct run *r, struct plan *p)
{
	struct init *i = &r->init;

	*i = (struct init){
		.supervise = { .grace = r->supervise.grace,
			       .stop_signal = r->supervise.stop_signal },
		.handle = r->handle,
		.program = r->program,
		.outer = &r->supervise,
		.reports = r->handle.waits_for_init,
		.report_fd = r->handle.report[1],
		/* make process 1 undumpable only for root: an ordinary user who created the
		 * namespaces could not access process 1 any more */
		.guarded = r->by_root,
	};
	/* the process outside handles --wait-fd, --status-fd and --pid-file */
	i->handle.wait_fd = i->handle.status_fd = -1;
	i->handle.pid_file = NULL;
	i->handle.waits_for_init = false;
	i->handle.close_fds = true;
	init_plan(i, p);
	build_exec(r, p, PLAN_CHILD, &i->supervise, &i->handle);
}

/* Becomes process 1. pid_namespaces(7): process 1 only receives signals for which it has a handler,
 * and it adopts all orphans. */
static int run_init(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	struct plan p = PLAN_INIT;
	int wstatus;

	(void)s;
	build_init(r, &p);
	wstatus = init_run(&r->init, &p, r, e);
	if (wstatus < 0 && !r->init.running)
		return wstatus;
	/* print the message here, because the socket to the process outside is closed */
	if (wstatus < 0)
		cli_die_nserr(e);
	if (e->what[0])
		cli_warn_nserr(e);
	exec_end_as(wstatus);
}

const struct plan_kind step_init = {
	.name = "init",
	.call = "fork(2)",
	.run = run_init,
	.stays = true,
	.what = "remain as process 1 and supervise the program",
};
