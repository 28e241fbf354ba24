// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: from the request to the array of steps. The order here is the specification. */
#include <sys/mount.h>

#include "nsunshare.h"
#include "sys_ns.h"

/* The process that the namespaces are for, and the one that acts on them from outside. */
struct actors {
	enum plan_actor inside, outside;
};

static void add_namespaces(const struct run *r, struct plan *p, const struct actors *a)
{
	const struct opts *o = r->o;

	if (a->inside == PLAN_CALLER) {
		if (a->outside == PLAN_HELPER)
			plan_add(p, PLAN_CALLER, &step_helper, NULL, 0);
		if (o->types)
			plan_add(p, PLAN_CALLER, &step_unshare, NULL, o->types);
	} else {
		/* clone(2) would freeze the clocks of a new time namespace: they come after it */
		plan_add(p, PLAN_CALLER, &step_fork, NULL, o->types & ~(uint64_t)CLONE_NEWTIME);
	}
	if (r->has_maps)
		plan_add(p, r->maps_by_self ? a->inside : a->outside, &step_maps, NULL,
			 r->maps_by_self);
	if (a->inside == PLAN_CHILD && (o->types & CLONE_NEWTIME))
		plan_add(p, PLAN_CHILD, &step_unshare, NULL, CLONE_NEWTIME);
}

/* What is done inside, with all privilege over the new namespaces. */
static void add_inside(const struct run *r, struct plan *p, enum plan_actor self)
{
	const struct opts *o = r->o;

	if (o->types & CLONE_NEWTIME) {
		if (o->clock[0] || o->clock[1])
			plan_add(p, self, &step_clocks, NULL, 0);
		plan_add(p, self, &step_enter_time, NULL, 0);
	}
	if ((o->types & CLONE_NEWNS) && o->propagation)
		plan_add(p, self, &step_propagation, NULL, o->propagation);
	if (o->hostname)
		plan_add(p, self, &step_hostname, o->hostname, 0);
	if (o->root)
		plan_add(p, self, &step_root, o->root, 0);
	if (o->wd)
		plan_add(p, self, &step_chdir, o->wd, 0);
	if (o->mount_proc)
		plan_add(p, self, &step_mount_proc, o->mount_proc, !(o->propagation & MS_PRIVATE));
}

static void add_program(const struct run *r, struct plan *p, enum plan_actor self)
{
	const struct opts *o = r->o;

	if (r->set_gid) {
		plan_add(p, self, &step_groups, NULL, 0);
		plan_add(p, self, &step_gid, NULL, 0);
	}
	if (r->set_uid)
		plan_add(p, self, &step_uid, NULL, 0);
	/* the kernel forgets the signal when ids change, so it comes after them */
	if (o->kill_child)
		plan_add(p, self, &step_pdeathsig, NULL, (uint64_t)o->kill_signal);
	plan_add(p, self, &step_exec, NULL, 0);
}

void build_plan(const struct run *r, struct plan *p)
{
	struct actors a = { PLAN_CHILD, PLAN_CALLER };

	if (!r->o->fork)
		a = (struct actors){ PLAN_CALLER,
				     r->has_maps && !r->maps_by_self ? PLAN_HELPER : PLAN_CALLER };
	add_namespaces(r, p, &a);
	add_inside(r, p, a.inside);
	add_program(r, p, a.inside);
}
