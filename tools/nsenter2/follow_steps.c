// SPDX-License-Identifier: GPL-2.0-or-later
/* follow_steps: the steps that apply the attributes which follow.c has read. */
#include <grp.h>
#include <sys/stat.h>

#include "base/file.h"
#include "nsenter2.h"

static int run_cgroup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	return cgroup_join(&n->cgroup, getpid(), false, e);
}

/* Runs before setns(2): in another cgroup namespace the paths of the hierarchies are different. */
static const struct plan_kind kind_cgroup = {
	.name = "cgroup",
	.call = "write(cgroup.procs)",
	.run = run_cgroup,
	.what = "join the cgroup of the target",
};

static int run_oom(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = file_write_at(AT_FDCWD, "/proc/self/oom_score_adj", s->arg);

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set oom_score_adj to the value of the target") : 0;
}

/* Runs before the guard step: the /proc files of an undumpable process belong to root. */
static const struct plan_kind kind_oom = {
	.name = "oom",
	.call = "write(/proc/self/oom_score_adj)",
	.run = run_oom,
	.what = "take over oom_score_adj from the target",
};

static int run_context(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	if (n->followed.setexeccon(n->followed.context) < 0)
		return nserr_set(e, errno, "cannot set the SELinux context");
	return 0;
}

static const struct plan_kind kind_context = {
	.name = "context",
	.call = "setexeccon(3)",
	.run = run_context,
	.what = "execute with the SELinux context of the target",
};

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return setgroups(0, NULL) < 0 ? nserr_set(e, errno, "cannot drop supplementary groups") : 0;
}

/* user_namespaces(7): if setgroups is denied inside, groups can only be dropped before entering. */
static const struct plan_kind kind_groups = {
	.name = "groups-outside",
	.call = "setgroups(2)",
	.run = run_groups,
	.what = "drop supplementary groups before setgroups(2) is denied",
};

void follow_add_before(const struct nsenter2 *n, struct plan *p)
{
	if (n->cgroup.n)
		plan_add(p, PLAN_CALLER, &kind_cgroup, NULL, 0);
	if (n->followed.oom[0])
		plan_add(p, PLAN_CALLER, &kind_oom, n->followed.oom, 0);
	if (n->context)
		plan_add(p, PLAN_CALLER, &kind_context, NULL, 0);
	if (n->drop_groups)
		plan_add(p, PLAN_CALLER, &kind_groups, NULL, 0);
}

static int run_env(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	(void)e;
	environ = n->followed.env;
	return 0;
}

static const struct plan_kind kind_env = {
	.name = "env",
	.call = "environ(7)",
	.run = run_env,
	.what = "take over the environment of the target",
};

static int run_umask(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)e;
	umask((mode_t)s->num);
	return 0;
}

static const struct plan_kind kind_umask = {
	.name = "umask",
	.call = "umask(2)",
	.run = run_umask,
	.what = "take over the umask of the target",
};

void follow_add(const struct nsenter2 *n, struct plan *p, enum plan_actor who)
{
	if (n->followed.env)
		plan_add(p, who, &kind_env, NULL, 0);
	if (n->follow & FOLLOW_UMASK)
		plan_add(p, who, &kind_umask, NULL, n->followed.umask);
}
