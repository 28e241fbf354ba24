// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the steps of --name. The helper runs them, because the parent that waits is in the new
 * namespaces and may not see the directory of the names. */
#include "nsunshare.h"

static int run_reserve(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	int rc = nsname_reserve(&r->name, s->arg, e);

	if (rc < 0)
		nserr_prefix(e, "--name");
	return rc;
}

static void undo_reserve(void *ctx, const struct plan_step *s)
{
	struct nserr ignored = NSERR_INIT;
	struct run *r = ctx;

	(void)s;
	(void)!nsname_release(&r->name, &ignored);
}

/* Reserves the name before the other steps, so that a second nsunshare command with the same name
 * has no effects. */
const struct plan_kind step_name = {
	.name = "name",
	.call = "openat(2), flock(2)",
	.what = "reserve the name '%s'",
	.run = run_reserve,
	.undo = undo_reserve,
};

/* Reads the facts that identify the child. This step runs before the caller can wait for the child,
 * because afterwards another process may have the same pid. */
static int run_identify(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	r->entry = (struct nsname){ .pid = r->pid, .supervisor_pid = r->o->detach ? 0 : getppid() };
	return nsname_describe(&r->entry, e);
}

const struct plan_kind step_identify = {
	.name = "identify",
	.call = "pidfd_open(2)",
	.what = "identify the child for name:%s",
	.run = run_identify,
};

void name_publish(struct run *r)
{
	if (r->o->name && nsname_publish(&r->name, &r->entry, &r->late) < 0)
		nserr_prefix(&r->late, "--name");
}

int name_release(struct run *r, struct nserr *e)
{
	int rc = r->o->name ? nsname_release(&r->name, e) : 0;

	if (!r->late.what[0])
		return rc;
	*e = r->late;
	return r->late.errnum ? -r->late.errnum : -EINVAL;
}
