// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the functions of the helper that runs until the program has ended, and the steps by
 * which the helper gets the pid of a program that an init process creates. */
#include "nsunshare.h"
#include "run/report.h"

static void created(void *ctx, pid_t child)
{
	struct run *r = ctx;

	r->pid = r->handle.pid = child;
}

/* Records that the program has been executed, or that the init process could not execute it. */
static void executed(struct run *r)
{
	if (r->handle.waits_for_init && r->handle.init_pid == 0 &&
	    handle_identified(&r->handle, r->pid, &r->late) < 0)
		nserr_prefix(&r->late, "the program runs, but");
	if (r->not_executed) {
		handle_forget_status(&r->handle);
		return;
	}
	handle_executed(&r->handle);
	name_publish(r);
}

static void running(void *ctx)
{
	struct run *r = ctx;

	r->runs = true;
	pins_close(r);
	handle_let_go(&r->handle);
	if (!r->handle.waits_for_init || r->report[0] < 0)
		executed(r);
}

/* Records pid as the pid of the program. The process is a descendant that waits for the answer. */
static int identify(struct run *r, pid_t pid, struct nserr *e)
{
	int rc;

	if (r->o->name) {
		r->entry.init_pid = r->pid;
		r->entry.pid = pid;
		rc = nsname_describe(&r->entry, e);
		if (rc < 0)
			return rc;
	}
	return handle_identified(&r->handle, pid, e);
}

/*
 * Receives the pid of the program. Only the first message can set the pid, because a program that
 * is not an init process may have inherited the descriptor and could send any number of messages.
 * An end of file without a message means that there is no init process, so the child is the
 * program. With --init, the end of file can arrive before the caller knows whether the set-up has
 * failed.
 */
static void heard(void *ctx)
{
	struct run *r = ctx;
	struct nserr e = NSERR_INIT;
	pid_t pid = 0;
	int rc = report_receive(r->report[0], &pid);

	if (rc == REPORT_FAILED) {
		r->not_executed = true;
	} else if (rc > 0 && r->handle.init_pid == 0) {
		r->handle.init_pid = r->pid;
		rc = identify(r, pid, &e);
		report_answer(r->report[0], rc < 0 ? &e : NULL);
	} else if (rc <= 0) {
		r->keeper.watch = -1;
		util_close(&r->report[0]);
		if (r->runs)
			executed(r);
	}
}

static int ended(void *ctx, int wstatus, struct nserr *e)
{
	struct nserr more = NSERR_INIT;
	struct run *r = ctx;
	int rc = handle_ended(&r->handle, wstatus, e), next;

	next = r->o->cgroup_create ? cgroup_remove(&r->cgroup, &more) : 0;
	if (rc == 0 && next < 0) {
		rc = next;
		*e = more;
	}
	/* release the name last, because the next run with this name may use the same cgroup */
	next = name_release(r, &more);
	if (rc == 0 && next < 0) {
		rc = next;
		*e = more;
	}
	return rc;
}

void keeper_set(struct run *r, struct plan *p, bool needed)
{
	r->keeper = (struct plan_keeper){
		.created = created,
		.running = running,
		.heard = heard,
		.ended = ended,
		.stays = needed && (handle_forks(&r->handle) || r->o->cgroup_create || r->o->name),
		.line = -1,
		.watch = -1,
	};
	p->keeper = needed ? &r->keeper : NULL;
}

/* ---- The socket by which an init process reports the pid of the program */

bool report_wanted(const struct run *r)
{
	const struct opts *o = r->o;

	return o->fork && (handle_forks(&r->handle) || o->name) &&
	       (o->init || report_chain_has_init(o->argv));
}

static int run_report(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	r->handle.waits_for_init = true;
	return report_open(r->report, e);
}

const struct plan_kind step_report = {
	.name = "report",
	.call = "socketpair(2)",
	.what = "create a socket over which the init process reports the pid of the program",
	.run = run_report,
};

static int run_pass_report(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	int rc = report_pass(r->report[1]);

	(void)s;
	return rc < 0 ? nserr_set(e, rc, "cannot pass a descriptor to the init") : 0;
}

/* Passes the socket to the init process. This step must follow the steps that change the
 * environment and close descriptors. */
const struct plan_kind step_pass_report = {
	.name = "pass-report",
	.call = "fcntl(F_SETFD)",
	.what = "pass the socket to the init in NSUTILS_REPORT_FD",
	.run = run_pass_report,
};
