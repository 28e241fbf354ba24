// SPDX-License-Identifier: GPL-2.0-or-later
/* handle_report: receives the pid of the program from an nsinit that the tool executes, directly or
 * through other tools of the suite (see run/report.h). */
#include <fcntl.h>

#include "run/handle.h"
#include "run/report.h"
#include "run/supervise.h"

void handle_expect_init(struct handle *h, char *const argv[])
{
	h->waits_for_init = handle_forks(h) && report_chain_has_init(argv);
}

static int run_report(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct handle *h = (struct handle *)s->arg;

	(void)ctx;
	return report_open(h->report, e);
}

static const struct plan_kind report_kind = {
	.name = "report",
	.call = "socketpair(2)",
	.what = "create a socket that reports the execution of the program",
	.run = run_report,
};

void handle_plan_report(struct handle *h, struct plan *p)
{
	if (h->waits_for_init || h->waits_for_pivot)
		plan_add(p, PLAN_CALLER, &report_kind, h, 0);
}

static int run_pass(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct handle *h = s->arg;
	int rc = report_pass(h->report[1]);

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot pass a descriptor to the init") : 0;
}

static const struct plan_kind pass_kind = {
	.name = "pass-report",
	.call = "fcntl(F_SETFD)",
	.what = "pass the socket to the init in NSUTILS_REPORT_FD",
	.run = run_pass,
};

static int run_inherit(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct handle *h = s->arg;

	(void)ctx;
	return fcntl(h->report[1], F_SETFD, 0) < 0
		       ? nserr_set(e, errno, "cannot pass a descriptor to nspivot")
		       : 0;
}

/* The socket stays open only until nspivot executes its program, because nspivot marks all
 * descriptors above 2 as close-on-exec. */
static const struct plan_kind inherit_kind = {
	.name = "inherit-report",
	.call = "fcntl(F_SETFD)",
	.what = "let nspivot inherit the socket, which it closes after the change of the root",
	.run = run_inherit,
};

void handle_plan_pass(struct handle *h, struct plan *p, enum plan_actor actor)
{
	if (h->waits_for_init)
		plan_add(p, actor, &pass_kind, h, 0);
	else if (h->waits_for_pivot)
		plan_add(p, actor, &inherit_kind, h, 0);
}

int handle_watch_init(struct handle *h)
{
	util_close(&h->report[1]);
	return supervise_watch(h->report[0]);
}

/* Only the first message with a pid determines the pid of the program, because a program that is
 * not an init may have received the descriptor and could send any number of messages. */
bool handle_hear_init(struct handle *h, int (*identified)(void *ctx, pid_t pid, struct nserr *e),
		      void *ctx)
{
	struct nserr e = NSERR_INIT;
	pid_t pid = 0;
	int rc = h->report[0] < 0 ? -EAGAIN : report_receive(h->report[0], &pid);

	if (rc == -EAGAIN)
		return false;
	if (rc == REPORT_FAILED) {
		h->not_executed = true;
	} else if (rc == REPORT_PID && h->init_pid == 0) {
		h->init_pid = h->pid;
		rc = identified ? identified(ctx, pid, &e) : 0;
		if (rc == 0)
			rc = handle_identified(h, pid, &e);
		report_answer(h->report[0], rc < 0 ? &e : NULL);
	} else if (rc <= 0) {
		util_close(&h->report[0]);
	}
	return true;
}

int handle_init_executed(struct handle *h, struct nserr *e)
{
	int rc = 0;

	if (h->waits_for_init && h->init_pid == 0)
		rc = handle_identified(h, h->pid, e);
	if (h->not_executed)
		h->status_fd = -1;
	else
		handle_executed(h);
	return rc;
}
