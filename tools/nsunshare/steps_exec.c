// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the last steps: credentials, descriptors and the execution of the program. */
#include "nsunshare.h"

void build_exec(struct run *r, struct plan *p, enum plan_actor self, struct supervise *s,
		struct handle *h)
{
	cred_plan(&r->cred, p, self);
	if (s)
		supervise_plan(s, p, self);
	handle_plan_exec(h, p, self, program_name(&r->program));
	handle_plan_pass(h, p, self);
	cred_plan_last(&r->cred, p, self);
	plan_add(p, self, &step_exec, &r->program, 0);
}
