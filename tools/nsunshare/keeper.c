// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the functions of the helper that runs until the program has ended. */
#include "nsunshare.h"

static void created(void *ctx, pid_t child)
{
	struct run *r = ctx;

	r->pid = r->handle.pid = child;
}

/* Records that the program has been executed, or that the init process could not execute it. */
static void executed(struct run *r)
{
	if (handle_init_executed(&r->handle, &r->late) < 0)
		nserr_prefix(&r->late, "the program is running, but");
	if (!r->handle.not_executed)
		name_publish(r);
}

static void running(void *ctx)
{
	struct run *r = ctx;

	r->runs = true;
	pins_close(r);
	handle_let_go(&r->handle);
	if (r->handle.report[0] < 0)
		executed(r);
}

/* Stores the identity of the program for --name. The process that becomes the program has reported
 * its pid and waits for an answer, so the pid is valid. Returns 0, or a negative errno with e
 * set. */
static int identified(void *ctx, pid_t pid, struct nserr *e)
{
	struct run *r = ctx;

	if (!r->o->name)
		return 0;
	r->entry.init_pid = r->pid;
	r->entry.pid = pid;
	return nsname_describe(&r->entry, e);
}

/* Receives a report of the init process. With --init, the end of file on the report socket can
 * arrive before the caller knows whether the set-up has failed. In this case running() calls
 * executed() later. */
static void heard(void *ctx)
{
	struct run *r = ctx;

	(void)!handle_hear_init(&r->handle, identified, r);
	if (r->handle.report[0] >= 0)
		return;
	r->keeper.watch = -1;
	if (r->runs)
		executed(r);
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
	/* release the name last, because the next nsunshare command with this name may use the same
	 * cgroup */
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
