// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: the steps that apply the attributes of the target. */
#include <grp.h>
#include <sys/stat.h>

#include "base/file.h"
#include "nsenter2.h"

static int run_cgroup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return cgroup_join(&r->cgroup, getpid(), e);
}

/* Runs before setns(2), because the paths in the hierarchies are different in another cgroup
 * namespace. */
const struct plan_kind step_cgroup = {
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

/* Runs before step_guard, because the /proc files of an undumpable process belong to root. */
const struct plan_kind step_oom = {
	.name = "oom",
	.call = "write(/proc/self/oom_score_adj)",
	.run = run_oom,
	.what = "take over oom_score_adj from the target",
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

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return setgroups(0, NULL) < 0 ? nserr_set(e, errno, "cannot drop supplementary groups") : 0;
}

/* Runs before setns(2), because setgroups(2) may be denied in the entered user namespace
 * (user_namespaces(7)). */
const struct plan_kind step_groups = {
	.name = "groups-outside",
	.call = "setgroups(2)",
	.run = run_groups,
	.what = "drop supplementary groups before setgroups(2) is denied",
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
	.what = "take over the environment of the target",
};

static int run_umask(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)e;
	umask((mode_t)s->num);
	return 0;
}

const struct plan_kind step_umask = {
	.name = "umask",
	.call = "umask(2)",
	.run = run_umask,
	.what = "take over the umask of the target",
};
