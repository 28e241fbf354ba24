// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: adds the steps to the plan. The order of the calls is the order of the steps. */
#include "nsenter2.h"

/* Returns the path of the directory, or NULL for the directory of the target. */
static const char *dir_name(const struct dir_opt *dir)
{
	return dir->from == DIR_PATH ? dir->path : dir->from ? NULL : "/";
}

static void add_dirs(const struct run *r, struct plan *p)
{
	const char *wd = r->o->wdns ? r->o->wdns : dir_name(&r->o->wd);
	bool moves = r->o->wd.from || r->o->wdns;

	if (r->o->root.from)
		plan_add(p, PLAN_CALLER, &step_root, dir_name(&r->o->root), 0);
	if (r->o->root.from && !moves) {
		plan_add(p, PLAN_CALLER, &step_back, NULL, 0);
		return;
	}
	if (moves)
		plan_add(p, PLAN_CALLER, &step_wd, wd, 0);
	/* a directory of --wd=<dir> is not checked, because it may be outside of the root, as in
	 * nsenter(1) */
	if (r->o->wd.from != DIR_PATH && (moves || (nsjoin_types(&r->join) & CLONE_NEWNS)))
		plan_add(p, PLAN_CALLER, &step_inside, wd, 0);
}

/* Adds the steps that mount file systems. Mounting needs the capabilities that the credentials of
 * the program drop. */
static void add_mounts(const struct run *r, struct plan *p, enum plan_actor who)
{
	if (r->o->mount_proc || r->o->mount_sys || r->o->etc_netns)
		plan_add(p, who, &step_private, NULL, 0);
	if (r->o->mount_proc)
		plan_add(p, who, &step_proc, NULL, 0);
	if (r->o->mount_sys)
		plan_add(p, who, &step_sys, NULL, 0);
	if (r->o->etc_netns)
		plan_add(p, who, &step_etc, mount_netns_name(r->o), 0);
}

/* Adds the steps of --follow that must run before any namespace is entered. */
static void add_follow_before(const struct run *r, struct plan *p)
{
	if (r->cgroup.n)
		plan_add(p, PLAN_CALLER, &step_cgroup, NULL, 0);
	/* add cred_oom before step_guard, because the /proc files of an undumpable process belong
	 * to root */
	if (r->followed.oom[0])
		plan_add(p, PLAN_CALLER, &cred_oom, r->followed.oom, 0);
	if (r->o->context)
		plan_add(p, PLAN_CALLER, &step_context, NULL, 0);
	if (r->groups_before)
		plan_add(p, PLAN_CALLER, &step_groups, NULL, 0);
}

/* Adds the steps of --follow that run in the process of the program. */
static void add_follow(const struct run *r, struct plan *p, enum plan_actor who)
{
	if (r->followed.env)
		plan_add(p, who, &step_env, NULL, 0);
}

bool run_forks(const struct run *r)
{
	return r->o->pty || r->o->detach || r->o->kill_signal || handle_forks(&r->handle) ||
	       ((nsjoin_types(&r->join) & CLONE_NEWPID) && !r->o->no_fork);
}

void build_plan(struct run *r, struct plan *p)
{
	uint64_t types = nsjoin_types(&r->join);
	bool forks = run_forks(r);
	enum plan_actor who = forks ? PLAN_CHILD : PLAN_CALLER;

	if (r->o->pty)
		plan_add(p, PLAN_CALLER, &step_relay, NULL, 0);
	add_follow_before(r, p);
	if (types & ~TYPES_UNSEEN)
		plan_add(p, PLAN_CALLER, &step_guard, NULL, 0);
	if (types)
		plan_add(p, PLAN_CALLER, &step_enter, NULL, 0);
	add_dirs(r, p);
	if (r->o->pty)
		plan_add(p, PLAN_CALLER, &step_pty, NULL, 0);
	handle_expect_init(&r->handle, r->program.argv);
	handle_plan_report(&r->handle, p);
	if (forks)
		plan_add(p, PLAN_CALLER, &step_fork, NULL, 0);
	handle_plan_created(&r->handle, p);
	handle_plan_wait(&r->handle, p, PLAN_CALLER);
	if (r->o->pty)
		plan_add(p, who, &step_session, NULL, 0);
	add_mounts(r, p, who);
	add_follow(r, p, who);
	cred_plan(&r->cred, p, who);
	if (forks)
		supervise_plan(&r->supervise, p, who);
	handle_plan_exec(&r->handle, p, who, program_name(&r->program));
	handle_plan_pass(&r->handle, p, who);
	cred_plan_last(&r->cred, p, who);
	r->program.other_root = r->o->root.from ||
				(nsjoin_types(&r->join) & ~r->join.optional & CLONE_NEWNS);
	plan_add(p, who, &step_exec, &r->program, 0);
}
