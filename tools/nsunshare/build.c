// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: adds the steps to the plan. The order of the calls is the order of the steps. */
#include <sys/mount.h>

#include "kernel/sys_ns.h"
#include "nsunshare.h"
#include "run/plan_time.h"
#include "run/plan_vfork.h"
#include "run/report.h"

static bool is_pinned(const struct opts *o, size_t type)
{
	return o->pin[type] || (o->persist && (o->types & nstypes[type].flag));
}

/* Returns true if the caller's ids are mapped in the new user namespace. If not, a process in
 * that namespace could trace the parent and thereby gain ids that it does not have. */
static bool own_ids_are_mapped(const struct run *r)
{
	uint32_t inside;

	return !r->has_owner && r->has_maps &&
	       idmap_to_inside(&r->maps.map[IDMAP_UID], geteuid(), &inside) == 0 &&
	       idmap_to_inside(&r->maps.map[IDMAP_GID], getegid(), &inside) == 0;
}

static bool has_pins(const struct opts *o)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (is_pinned(o, i))
			return true;
	return false;
}

/* Returns the namespaces that the child creates instead of the caller. The child creates the
 * cgroup namespace, because the root of a cgroup namespace is the cgroup of the process that
 * creates it. */
static uint64_t types_of_child(const struct opts *o)
{
	return o->fork && o->cgroup ? o->types & CLONE_NEWCGROUP : 0;
}

static void add_cgroup(const struct opts *o, struct plan *p, enum plan_actor self)
{
	if (!o->cgroup)
		return;
	plan_add(p, self, &step_cgroup, o->cgroup, 0);
	for (size_t i = 0; i < o->cgroup_set.n; i++)
		plan_add(p, self, &step_cgroup_set, o->cgroup_set.word[i], 0);
}

static void add_maps(const struct run *r, struct plan *p, enum plan_actor inside)
{
	if (r->has_maps)
		plan_add(p, r->writer == IDMAP_BY_CHILD ? inside : PLAN_HELPER,
			 r->writer == IDMAP_BY_HELPERS ? &step_maps_helpers : &step_maps, NULL, 0);
}

/* Adds the steps that create the new namespaces, except those that the child creates. */
static void add_unshare(const struct run *r, struct plan *p)
{
	const struct opts *o = r->o;
	uint64_t types = o->types & ~types_of_child(o);

	if (r->has_owner)
		plan_add(p, PLAN_CALLER, &step_owner, NULL, 0);
	if (types)
		plan_add(p, PLAN_CALLER, &step_unshare, NULL, types);
	/* the offsets must be written before a process enters the time namespace
	 * (time_namespaces(7)) */
	if (timens_wanted(&o->clocks) && r->has_owner)
		plan_add(p, PLAN_HELPER, &step_offsets, &r->offsets, 0);
	else if (timens_wanted(&o->clocks))
		plan_add(p, PLAN_CALLER, &plan_time_write, &r->offsets, 0);
	if (is_pinned(o, NSTYPE_MNT))
		plan_add(p, PLAN_CALLER, &step_mnt_above, NULL, 0);
	/* change the propagation before namespace files are mounted, because the kernel does not
	 * mount a namespace file on a mount that propagates to the new mount namespace */
	if ((o->types & CLONE_NEWNS) && o->propagation)
		plan_add(p, PLAN_CALLER, &step_propagation, NULL, o->propagation);
}

/* Adds the steps up to the mounting of namespace files, if nsunshare itself becomes the program. */
static void add_alone(struct run *r, struct plan *p, bool needs_outside)
{
	const struct opts *o = r->o;

	add_cgroup(o, p, PLAN_CALLER);
	if (o->cgroup)
		plan_add(p, PLAN_CALLER, &step_join, o->cgroup, 0);
	if (needs_outside)
		plan_add(p, PLAN_CALLER, &step_helper, NULL, 0);
	add_unshare(r, p);
	handle_plan_wait(&r->handle, p, PLAN_CALLER);
	add_maps(r, p, PLAN_CALLER);
	if (o->types & CLONE_NEWTIME)
		plan_add(p, PLAN_CALLER, &plan_time_enter, NULL, 0);
}

/*
 * Adds the step that creates the child, and the steps of the parent, which waits for the child.
 * With vfork(2), the parent cannot run until the child has executed the program. In this case the
 * parent becomes undumpable before the fork, and stays so at least until it has closed the
 * descriptors that a process in the new namespaces could duplicate.
 */
static void add_fork(const struct run *r, struct plan *p, bool vfork)
{
	const struct opts *o = r->o;
	bool new_user = o->types & CLONE_NEWUSER;
	bool hold = new_user && r->supervise.escalate, hide = new_user && !r->has_owner;

	if (hide && vfork)
		plan_add(p, PLAN_CALLER, &step_hide, NULL, 0);
	plan_add(p, PLAN_CALLER, vfork ? &step_fork_first : &step_fork, NULL, 0);
	if (hold)
		plan_add(p, PLAN_CALLER, &step_hold_child, NULL, 0);
	plan_add(p, PLAN_CALLER, &step_leave, NULL, 0);
	if (new_user && vfork)
		plan_add(p, PLAN_CALLER, &step_close, p, 0);
	if (hide && vfork && r->visible)
		plan_add(p, PLAN_CALLER, &step_show, NULL, 0);
	else if (hide && !vfork && !r->visible)
		plan_add(p, PLAN_CALLER, &step_hide, NULL, 0);
}

/* Adds the steps up to the mounting of namespace files, if a child of nsunshare becomes the
 * program. */
static void add_child(struct run *r, struct plan *p, bool needs_outside, bool vfork)
{
	const struct opts *o = r->o;
	/* --status-fd, --pid-file and --wait-fd act after the creation of the child and before the
	 * maps are written */
	bool late = handle_forks(&r->handle) || r->handle.wait_fd >= 0;

	handle_plan_report(&r->handle, p);
	if (needs_outside)
		plan_add(p, PLAN_CALLER, &step_helper_stays, NULL, 0);
	if (o->name)
		plan_add(p, PLAN_HELPER, &step_name, o->name, 0);
	add_cgroup(o, p, PLAN_HELPER);
	add_unshare(r, p);
	if (!late)
		add_maps(r, p, PLAN_CALLER);
	add_fork(r, p, vfork);
	if (o->cgroup)
		plan_add(p, PLAN_HELPER, &step_join, o->cgroup, 0);
	if (types_of_child(o)) {
		plan_add(p, PLAN_CHILD, &step_unshare, NULL, types_of_child(o));
		plan_add(p, PLAN_CALLER, &step_enter_cgroup, NULL, 0);
	}
	if (o->name)
		plan_add(p, PLAN_HELPER, &step_identify, o->name, 0);
	handle_plan_created_by(&r->handle, p, PLAN_HELPER);
	handle_plan_wait(&r->handle, p, PLAN_CALLER);
	if (late)
		add_maps(r, p, PLAN_CHILD);
	if ((o->types & CLONE_NEWUSER) && !vfork)
		plan_add(p, PLAN_CALLER, &step_close, p, 0);
}

static void add_pins(const struct run *r, struct plan *p)
{
	const struct opts *o = r->o;

	if (o->persist)
		plan_add(p, PLAN_HELPER, &step_pin_dir, o->persist, 0);
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (is_pinned(o, i))
			plan_add(p, PLAN_HELPER, &step_pin, NULL, i);
}

/* Adds the steps that run inside the new namespaces, with all capabilities in the new
 * namespaces. */
static void add_inside(const struct run *r, struct plan *p, enum plan_actor self)
{
	const struct opts *o = r->o;
	bool early = o->interpreter && o->root;

	if (o->hostname)
		plan_add(p, self, &step_hostname, o->hostname, 0);
	if (o->domainname)
		plan_add(p, self, &step_domainname, o->domainname, 0);
	if (o->lo)
		plan_add(p, self, &step_lo, NULL, 0);
	/* the steps that write to /proc must come before the change of the root */
	for (size_t i = 0; i < o->sysctls.n; i++)
		plan_add(p, self, &step_sysctl, o->sysctls.word[i], 0);
	if (o->oom_score_adj)
		plan_add(p, self, &cred_oom, o->oom_score_adj, 0);
	/* for flag F, the kernel opens the interpreter when it is registered, so register it before
	 * the root is changed */
	if (early) {
		plan_add(p, self, &step_mount_binfmt, BINFMT_DIR, 0);
		plan_add(p, self, &step_interpreter, o->interpreter, 1);
	}
	if (o->root)
		plan_add(p, self, &step_root, o->root, 0);
	if (o->wd)
		plan_add(p, self, &step_wd, o->wd, 0);
	if (o->mount_proc)
		plan_add(p, self, &step_mount_proc, o->mount_proc, !(o->propagation & MS_PRIVATE));
	if (o->mount_binfmt)
		plan_add(p, self, &step_mount_binfmt, o->mount_binfmt, 0);
	if (o->interpreter && !early)
		plan_add(p, self, &step_interpreter, o->interpreter, 0);
	if (o->setup)
		plan_add(p, self, &step_setup, o->setup, 0);
}

static void add_program(struct run *r, struct plan *p, enum plan_actor self)
{
	if (!r->o->init) {
		build_exec(r, p, self, r->o->fork ? &r->supervise : NULL, &r->handle);
		return;
	}
	plan_add(p, self, &step_init, NULL, 0);
}

/* Returns true if a helper process outside of the new namespaces is needed during or after the
 * set-up. */
static bool needs_helper(const struct run *r)
{
	const struct opts *o = r->o;

	return (r->has_maps && r->writer != IDMAP_BY_CHILD) || has_pins(o) ||
	       (r->has_owner && timens_wanted(&o->clocks)) || o->setup_outside ||
	       (o->fork && (o->cgroup || o->name || handle_forks(&r->handle)));
}

/* Returns true if an init process must report which process is the program. */
static bool expects_report(const struct run *r)
{
	const struct opts *o = r->o;

	return o->fork && (handle_forks(&r->handle) || o->name) &&
	       (o->init || report_chain_has_init(o->argv));
}

static void build(struct run *r, struct plan *p, bool vfork)
{
	const struct opts *o = r->o;
	enum plan_actor self = o->fork ? PLAN_CHILD : PLAN_CALLER;

	if (o->fork)
		add_child(r, p, needs_helper(r), vfork);
	else
		add_alone(r, p, needs_helper(r));
	add_pins(r, p);
	if (o->setup_outside)
		plan_add(p, PLAN_HELPER, &step_setup_outside, o->setup_outside, 0);
	add_inside(r, p, self);
	add_program(r, p, self);
}

static bool may_vfork(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].kind == &step_fork_first)
			return plan_may_vfork(p, &p->steps[i]);
	return false;
}

void build_plan(struct run *r, struct plan *p)
{
	const struct opts *o = r->o;
	bool first = o->fork && (o->types & CLONE_NEWPID), vfork;

	if (is_pinned(o, NSTYPE_MNT))
		r->mnt_id = nspin_id();
	if (needs_helper(r) || o->cgroup)
		r->pid = getpid();
	r->handle.waits_for_init = expects_report(r);
	/* If the program is nspivot, wait until it has changed its root, because name:NAME must not
	 * lead to the old root. */
	r->handle.waits_for_pivot = o->fork && o->name && report_is_pivot(o->argv);
	r->supervise.death_signal = o->kill_signal;
	/* with --init, process 1 sends the stop signal and SIGKILL, and this process does not */
	r->supervise.stops = o->stops && !o->init;
	r->supervise.child_init = first;
	r->supervise.escalate = first && !o->init;
	r->visible = o->fork && !r->restricts && own_ids_are_mapped(r);
	keeper_set(r, p, o->fork && needs_helper(r));
	/* Do not use vfork if the program could see the parent's working directory, which is
	 * changed after vfork. For example, nspivot refuses to run if another process still has its
	 * working directory in the old root. */
	vfork = first && (!(o->types & CLONE_NEWNS) || o->mount_proc);
	build(r, p, vfork);
	if (vfork && !may_vfork(p)) {
		struct plan_keeper *keeper = p->keeper;

		plan_free(p);
		p->keeper = keeper;
		build(r, p, false);
	}
}
