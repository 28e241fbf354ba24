// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: the steps that apply the attributes of the target. */
#include <grp.h>

#include "base/file.h"
#include "nsenter2.h"

static int run_cgroup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return cgroup_join(&r->cgroup, getpid(), e);
}

/* This step runs before setns(2), because the path of a cgroup is different in another cgroup
 * namespace. */
const struct plan_kind step_cgroup = {
	.name = "cgroup",
	.call = "write(cgroup.procs)",
	.run = run_cgroup,
	.what = "join the cgroup of the target",
};

static int run_context(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	if (r->followed.setexeccon(r->followed.context) < 0)
		return nserr_set(e, errno, "cannot set the SELinux context");
	return 0;
}

const struct plan_kind step_context = {
	.name = "context",
	.call = "setexeccon(3)",
	.run = run_context,
	.what = "execute with the SELinux context of the target",
};

/* ---- the supplementary groups, before setns(2), because setgroups(2) may be denied in the entered
 * user namespace (user_namespaces(7)) */

static size_t groups_outside(const struct run *r)
{
	return r->outside_groups ? r->cred.ngroups : 0;
}

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	size_t n = groups_outside(r);

	(void)s;
	if (setgroups(n, r->cred.groups) == 0)
		return 0;
	return nserr_set(e, errno, "cannot %s supplementary groups", n ? "set the" : "drop");
}

static void show_groups(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	cred_show_groups(r->cred.groups, groups_outside(r), out);
	buf_adds(out, " before the user namespace is entered");
}

const struct plan_kind step_groups = {
	.name = "groups-outside",
	.call = "setgroups(2)",
	.run = run_groups,
	.show = show_groups,
};

static int run_env(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	(void)e;
	environ = r->followed.env;
	return 0;
}

const struct plan_kind step_env = {
	.name = "env",
	.call = "environ(7)",
	.run = run_env,
	.what = "use the environment of the target",
};
