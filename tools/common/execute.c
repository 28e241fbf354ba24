// SPDX-License-Identifier: GPL-2.0-or-later
/* execute: prints a plan, or executes a plan that creates a child, which then executes the
 * program. */
#include "common/execute.h"

#include "common/cli.h"
#include "kernel/sys_pidfd.h"
#include "run/cause.h"

void execute_explain(const struct plan *p, const void *ctx)
{
	struct buf out = BUF_INIT;

	plan_explain(p, ctx, &out);
	cli_print(&out);
}

pid_t execute_fork(struct supervise *s, struct handle *h, struct nserr *e)
{
	pid_t pid = sys_clone(0, NULL);

	if (pid < 0) {
		nserr_set(e, pid, "cannot create a process");
		cause_unshare(0, e);
		return pid;
	}
	s->pid = h->pid = pid;
	return pid;
}

/* Handles the messages of the nsinit at the end of a chain of tools. */
static void heard(void *ctx)
{
	struct nserr e = NSERR_INIT;
	struct handle *h = ctx;

	while (handle_hear_init(h, NULL, NULL))
		if (h->report[0] < 0 && handle_init_executed(h, &e) < 0)
			cli_warn_nserr(&e);
}

/* Sets s so that supervise_wait() calls heard() for each message of the init process. Called after
 * the child has executed the first tool of the chain. */
static void watch_init(struct supervise *s, struct handle *h)
{
	int rc = handle_watch_init(h);

	handle_let_go(h);
	if (rc < 0)
		cli_warn(rc, "cannot receive messages from nsinit");
	s->readable_ctx = h;
	s->readable = heard;
	heard(h);
}

int execute_start(struct supervise *s, struct handle *h, struct plan *p, void *ctx, struct nserr *e)
{
	int rc = supervise_block(s, e);

	if (rc < 0)
		return rc;
	supervise_interrupts(s, &p->interrupts);
	rc = plan_run(p, ctx, NULL, e);
	if (rc < 0)
		supervise_unblock(s);
	else if (h->report[0] >= 0)
		watch_init(s, h);
	else
		handle_running(h);
	return rc;
}

void execute_ended(struct handle *h, int wstatus)
{
	struct nserr e = NSERR_INIT;

	if (handle_ended(h, wstatus, &e) < 0 && wstatus >= 0)
		cli_warn_nserr(&e);
}
