/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h: runs and explains steps of a plan (run/plan.h). */
#ifndef NSU_UNIT_PLAN_H
#define NSU_UNIT_PLAN_H

#include "run/plan.h"
#include "unit.h"

/* Runs the step with this name, with an empty e. Returns its result, or 1 if the plan has no such
 * step. */
static inline int unit_run_step(const struct plan *p, const char *name, struct nserr *e)
{
	*e = NSERR_INIT;
	for (size_t i = 0; i < p->n; i++)
		if (streq(p->steps[i].kind->name, name))
			return p->steps[i].kind->run(NULL, &p->steps[i], e);
	return 1;
}

/* Returns the explanation of the plan, and frees the plan. The next call overwrites the result. */
static inline const char *unit_explain(struct plan *p)
{
	static struct buf b = BUF_INIT;

	buf_reset(&b);
	buf_adds(&b, "");
	plan_explain(p, NULL, &b);
	plan_free(p);
	return b.s;
}

#endif
