// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: adds the steps to the plan. Their order follows from a rule: the kernel accepts
 * offsets only after the time namespace was created and before a process enters it. */
#include "nstimeoffset.h"
#include "run/exec.h"
#include "run/plan_time.h"

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	return r->o->rest[0] ? exec_program(r->o->rest, e) : exec_file(r->program, r->shell, e);
}

static const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.what = "execute %s",
	.run = run_exec,
};

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
	handle_plan_exec(handle, p, PLAN_CALLER, r->program);
	plan_add(p, PLAN_CALLER, &step_exec, r->program, 0);
}
