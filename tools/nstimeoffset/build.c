// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: adds the steps to the plan. The order of the steps follows from a rule: the kernel
 * accepts offsets only after the time namespace was created and before a process enters it. */
#include "nstimeoffset.h"
#include "run/plan_time.h"

void build_plan(struct run *r, struct plan *p)
{
	struct handle *handle = &r->o->handle;

	if (r->o->mode == MODE_WRITE) {
		plan_add(p, PLAN_CALLER, &plan_time_write, &r->offsets, (uint64_t)r->target.procfd);
		return;
	}
	plan_add(p, PLAN_CALLER, &plan_time_unshare, NULL, 0);
	handle_plan_wait(handle, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &plan_time_write, &r->offsets, 0);
	plan_add(p, PLAN_CALLER, &plan_time_enter, NULL, 0);
	handle_plan_exec(handle, p, PLAN_CALLER, program_name(&r->program));
	plan_add(p, PLAN_CALLER, &step_exec, &r->program, 0);
}
