/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_vfork: runs the last steps of a plan in a child that shares the caller's memory. */
#ifndef NSU_RUN_PLAN_VFORK_H
#define NSU_RUN_PLAN_VFORK_H

#include "run/plan.h"

/* Returns true if each step after s is a brief one of the process that s creates, or one of the
 * caller that may run after the program has begun. */
bool plan_may_vfork(const struct plan *p, const struct plan_step *s);

/*
 * Creates the process of step s by vfork(2) and runs its steps after s in it. The caller stands
 * still until the child has executed its program or has ended. Returns 1 if no step failed, 0 if
 * the kernel or a lack of memory or of /proc rules this way out and nothing was done, or a negative
 * errno with e set; the child has then undone its steps. The caller has to wait for *pid, unless it
 * is 0.
 */
int plan_vfork(const struct plan *p, const struct plan_step *s, void *ctx, pid_t *pid,
	       struct nserr *e) must_check;

#endif
