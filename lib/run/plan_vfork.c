// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_vfork: runs the last steps of a plan in a child that shares the caller's memory. */
#include "run/plan_vfork.h"

#include "base/file.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_pidfd.h"
#include "run/interrupt.h"

/* Arguments and result of the child, in memory of the caller. */
struct vforked {
	const struct plan *p;
	size_t first; /* index of the child's first step */
	void *ctx;
	int status_fd; /* /proc/PID/status of the caller */
	struct nserr *e;
	/* result of the last step that returned; 0 if the program was executed or the child was
	 * killed */
	int rc;
};

bool plan_may_vfork(const struct plan *p, const struct plan_step *s)
{
	const struct plan_step *end = p->steps + p->n;

	if (!SYS_HAS_VFORK || !s->kind->vfork || s + 1 == end)
		return false;
	for (const struct plan_step *next = s + 1; next < end; next++)
		if (next->actor == s->kind->forks ? !next->kind->brief : !next->kind->afterwards)
			return false;
	return true;
}

static int run_steps(const struct vforked *v, size_t *i)
{
	for (*i = v->first; *i < v->p->n; ++*i) {
		int rc;

		if (v->p->steps[*i].kind->afterwards)
			continue;

		/*
		 * Check for signals before execve(2) for the last time. Afterwards signals are
		 * forwarded to the program, and a program that is process 1 ignores a signal until
		 * it has a handler.
		 */
		if (*i == v->p->n - 1 && interrupt_is_pending(v->status_fd, &v->p->interrupts))
			return interrupt_error(v->e);
		rc = plan_run_step(v->p, *i, v->ctx, v->e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int run_child(void *arg)
{
	struct vforked *v = arg;
	size_t i;

	v->rc = run_steps(v, &i);
	while (i-- > v->first)
		if (v->p->steps[i].kind->undo && !v->p->steps[i].kind->afterwards)
			v->p->steps[i].kind->undo(v->ctx, &v->p->steps[i]);
	_exit(125);
}

int plan_vfork(const struct plan *p, const struct plan_step *s, void *ctx, pid_t *pid,
	       struct nserr *e)
{
	cleanup_fd int status_fd = interrupt_open_status();
	struct vforked v = {
		.p = p,
		.first = (size_t)(s - p->steps) + 1,
		.ctx = ctx,
		.status_fd = status_fd,
		.e = e,
	};
	pid_t child;

	*pid = 0;
	if (status_fd < 0)
		return 0;
	child = s->kind->vfork(ctx, s, run_child, &v, e);
	/* Continue without vfork(2) if the kernel refuses it: before Linux 6.2, clone(2) with
	 * CLONE_VM fails with EINVAL after unshare(CLONE_NEWTIME). The error is ENOMEM if the
	 * memory for the stack of the child cannot be allocated. */
	if (child == -EINVAL || child == -ENOMEM) {
		*e = NSERR_INIT;
		return 0;
	}
	if (child < 0) {
		sys_filter_explain(s->kind->call, e);
		return child;
	}
	*pid = child;
	return v.rc < 0 ? v.rc : 1;
}
