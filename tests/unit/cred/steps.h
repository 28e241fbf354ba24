/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h: plans the steps that change the credentials, and runs one of them. */
#ifndef NSU_UNIT_CRED_STEPS_H
#define NSU_UNIT_CRED_STEPS_H

#include "../plan.h"
#include "cred/as.h"

/* Adds all steps of c to the plan. */
static inline void plan(const struct cred *c, struct plan *p)
{
	cred_plan(c, p, PLAN_CALLER);
	cred_plan_last(c, p, PLAN_CALLER);
}

/* Runs the step with this name, with an empty e. Returns its result. */
static inline int run_step(const struct cred *c, const char *name, struct nserr *e)
{
	struct plan p = PLAN_INIT;
	int rc;

	plan(c, &p);
	rc = unit_run_step(&p, name, e);
	plan_free(&p);
	return rc;
}

#endif
