// SPDX-License-Identifier: GPL-2.0-or-later
/* execute: prints a plan, or runs a plan whose child is the program. */
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

int execute_start(struct supervise *s, struct handle *h, struct plan *p, void *ctx, struct nserr *e)
{
	int rc = supervise_block(s, e);

	if (rc < 0)
		return rc;
	supervise_interrupts(s, &p->interrupts);
	rc = plan_run(p, ctx, NULL, e);
	if (rc < 0)
		supervise_unblock(s);
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
