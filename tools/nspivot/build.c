// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: adds the steps to the plan. The order of the calls is the order of the steps. */
#include "kernel/sys_mount.h"
#include "nspivot.h"

/*
 * Returns true if the program can be searched before the pivot. With --put-old, the program may be
 * in the old root, which has not been moved yet. If --setenv and similar options change the
 * environment, its PATH is not known yet.
 */
static bool can_check_program(const struct run *r)
{
	const struct opts *o = r->o;
	bool own_path = !r->cred.clear_env && r->cred.nenv == 0;

	return !o->put_old && (!o->argv || strchr(o->argv[0], '/') || own_path);
}

void build_plan(struct run *r, struct plan *p)
{
	const struct opts *o = r->o;

	if (o->move_root)
		plan_add(p, PLAN_CALLER, &step_check_move, NULL, 0);
	else if (!o->force)
		plan_add(p, PLAN_CALLER, &step_check_ns, NULL, 0);
	handle_plan_wait(&r->handle, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &step_begin, NULL, 0);
	for (size_t i = 0; i < o->n; i++)
		plan_add(p, PLAN_CALLER, &o->op[i].verb->kind, &o->op[i], 0);
	if (!o->force && !o->move_root && !o->put_old && !o->of_host)
		plan_add(p, PLAN_CALLER, &step_processes, NULL, 0);
	/* check the program now, while nspivot can still undo all steps and has all capabilities */
	if (can_check_program(r))
		plan_add(p, PLAN_CALLER, &step_program, NULL, 0);
	plan_add(p, PLAN_CALLER,
		 o->move_root ? &step_switch
		 : o->put_old ? &step_put_old
			      : &step_pivot,
		 NULL, 0);
	if (o->propagation == MS_SHARED || o->propagation == MS_UNBINDABLE)
		plan_add(p, PLAN_CALLER, &step_propagation, NULL, o->propagation);
	plan_add(p, PLAN_CALLER, &step_std_fds, NULL, 0);
	if (o->chdir)
		plan_add(p, PLAN_CALLER, &step_chdir, NULL, 0);
	if (!o->caps_kept && !r->cred.limit_caps && !r->cred.limit_ambient)
		plan_add(p, PLAN_CALLER, &step_ambient, NULL, 0);
	cred_plan(&r->cred, p, PLAN_CALLER);
	handle_plan_exec(&r->handle, p, PLAN_CALLER, program_name(&r->program));
	cred_plan_last(&r->cred, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &step_exec, &r->program, 0);
}
