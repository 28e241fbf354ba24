/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_vfork: runs the last steps of a plan in a child that shares the caller's memory. */
#ifndef NSU_RUN_PLAN_VFORK_H
#define NSU_RUN_PLAN_VFORK_H

#include "run/plan.h"

/* Returns true if each step after s is either a brief step of the process that s creates, or a step
 * that the caller may run after the program has begun. */
bool plan_may_vfork(const struct plan *p, const struct plan_step *s);

/*
 * Executes step s, which creates a process, by vfork(2), and runs the steps of the new process that
 * follow s. The caller is suspended until the child has executed its program or has ended. Returns
 * 1 and sets *pid if no step failed. Returns 0 if vfork is not possible (the kernel refuses it, or
 * memory or /proc is missing); then nothing has changed. Returns a negative errno with e set if a
 * step failed; then the child has undone its steps. The caller must wait for *pid unless it is 0.
 */
int plan_vfork(const struct plan *p, const struct plan_step *s, void *ctx, pid_t *pid,
	       struct nserr *e) must_check;

#endif
