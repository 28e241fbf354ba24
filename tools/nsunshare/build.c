// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: adds the steps to the plan. The order of the calls is the order of the steps. */
#include <sys/mount.h>

#include "kernel/sys_ns.h"
#include "nsunshare.h"
#include "run/plan_time.h"

/* The process that gets the new namespaces, and the process outside that changes it. */
struct actors {
	enum plan_actor inside, outside;
};

static bool is_pinned(const struct opts *o, size_t type)
{
	return o->pin[type] || (o->persist && (o->types & nstypes[type].flag));
}

static bool has_pins(const struct opts *o)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (is_pinned(o, i))
			return true;
	return false;
}

/*
 * Returns the namespaces that the child creates by unshare(2) after its creation. clone(2) would
 * freeze the clocks of a time namespace. The root of a cgroup namespace is the cgroup of the
 * process that creates it, so the child must be in its cgroup before.
 */
static uint64_t late_types(const struct opts *o)
{
	return o->types & (CLONE_NEWTIME | (o->cgroup ? CLONE_NEWCGROUP : 0));
}

static void add_cgroup(const struct opts *o, struct plan *p)
{
	if (!o->cgroup)
		return;
	plan_add(p, PLAN_CALLER, &step_cgroup, o->cgroup, 0);
	for (size_t i = 0; i < o->cgroup_set.n; i++)
		plan_add(p, PLAN_CALLER, &step_cgroup_set, o->cgroup_set.word[i], 0);
}

/* Adds the steps that create the namespaces in the caller, which becomes the program. */
static void add_unshare(const struct run *r, struct plan *p, const struct actors *a)
{
	const struct opts *o = r->o;

	if (o->cgroup)
		plan_add(p, PLAN_CALLER, &step_join, o->cgroup, 0);
	if (a->outside == PLAN_HELPER)
		plan_add(p, PLAN_CALLER, &step_helper, NULL, 0);
	if (r->has_owner)
		plan_add(p, PLAN_CALLER, &step_owner, NULL, 0);
	if (o->types)
		plan_add(p, PLAN_CALLER, &step_unshare, NULL, o->types);
}

/* Adds the steps that create the namespaces in a child, which becomes the program. The caller stays
 * outside. */
static void add_fork(const struct run *r, struct plan *p)
{
	const struct opts *o = r->o;
	bool first = o->types & CLONE_NEWPID;

	if (r->has_owner)
		plan_add(p, PLAN_CALLER, &step_owner, NULL, 0);
	plan_add(p, PLAN_CALLER, first ? &step_fork_first : &step_fork, NULL,
		 o->types & ~late_types(o));
	if (r->has_owner)
		plan_add(p, PLAN_CALLER, &step_caller, NULL, 0);
	if (o->cgroup)
		plan_add(p, PLAN_CALLER, &step_join, o->cgroup, 0);
}

static void add_namespaces(struct run *r, struct plan *p, const struct actors *a)
{
	const struct opts *o = r->o;

	if (a->inside == PLAN_CALLER)
		add_unshare(r, p, a);
	else
		add_fork(r, p);
	if (a->inside == PLAN_CHILD)
		handle_plan_created(&r->handle, p);
	handle_plan_wait(&r->handle, p, PLAN_CALLER);
	if (r->has_maps)
		plan_add(p, r->writer == IDMAP_BY_CHILD ? a->inside : a->outside,
			 r->writer == IDMAP_BY_HELPERS ? &step_maps_helpers : &step_maps, NULL, 0);
	if (a->inside == PLAN_CHILD && late_types(o))
		plan_add(p, PLAN_CHILD, &step_unshare, NULL, late_types(o));
	if (timens_wanted(&o->clocks) && r->has_owner)
		plan_add(p, a->outside, &step_offsets, &r->offsets, 0);
	else if (timens_wanted(&o->clocks))
		plan_add(p, a->inside, &plan_time_write, &r->offsets, 0);
	if (o->types & CLONE_NEWTIME)
		plan_add(p, a->inside, &plan_time_enter, NULL, 0);
	if (is_pinned(o, NSTYPE_MNT))
		plan_add(p, a->inside, &step_mnt_above, NULL, 0);
	/* must run before the pins: the kernel does not mount a namespace file on a mount that
	 * propagates to the new mount namespace */
	if ((o->types & CLONE_NEWNS) && o->propagation)
		plan_add(p, a->inside, &step_propagation, NULL, o->propagation);
}

static void add_pins(const struct run *r, struct plan *p, const struct actors *a)
{
	const struct opts *o = r->o;

	if (o->persist)
		plan_add(p, a->outside, &step_pin_dir, o->persist, 0);
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (is_pinned(o, i))
			plan_add(p, a->outside, &step_pin, NULL, i);
}

/* Adds the steps that run inside, with all capabilities in the new namespaces. */
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

void build_plan(struct run *r, struct plan *p)
{
	const struct opts *o = r->o;
	bool needs_outside = (r->has_maps && r->writer != IDMAP_BY_CHILD) || has_pins(o) ||
			     (r->has_owner && timens_wanted(&o->clocks));
	struct actors a = { PLAN_CHILD, PLAN_CALLER };

	if (!o->fork)
		a = (struct actors){ PLAN_CALLER, needs_outside ? PLAN_HELPER : PLAN_CALLER };
	if (is_pinned(o, NSTYPE_MNT))
		r->mnt_id = nspin_id();
	add_cgroup(o, p);
	add_namespaces(r, p, &a);
	add_pins(r, p, &a);
	add_inside(r, p, a.inside);
	add_program(r, p, a.inside);
}
