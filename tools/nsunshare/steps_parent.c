// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the steps of the parent that waits for the program. As with unshare(1), the parent is
 * in the new namespaces, so a program with capabilities there can see and trace the parent
 * (ptrace(2)). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "kernel/nsfile.h"
#include "kernel/sys_ns.h"
#include "nsunshare.h"

/* Makes this process undumpable, so that the processes in the new user namespace cannot trace it
 * (proc(5)). By tracing it, they would gain the ids of the caller, even if these are not mapped,
 * and the descriptors of this process. */
static int run_hide(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return prctl(PR_SET_DUMPABLE, 0) < 0
		       ? nserr_set(e, errno, "cannot make this process undumpable")
		       : 0;
}

const struct plan_kind step_hide = {
	.name = "hide",
	.call = "prctl(PR_SET_DUMPABLE)",
	.what = "become undumpable, so that the processes inside cannot trace this process",
	.run = run_hide,
};

/* Makes this process dumpable again. Otherwise its /proc files would belong to root (proc(5)), and
 * the user who started it could not enter its namespaces. */
static int run_show(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return prctl(PR_SET_DUMPABLE, 1) < 0
		       ? nserr_set(e, errno, "cannot make this process dumpable")
		       : 0;
}

const struct plan_kind step_show = {
	.name = "show",
	.call = "prctl(PR_SET_DUMPABLE)",
	.what = "become dumpable again, so that nsenter(1) can enter the namespaces of this "
		"process",
	.run = run_show,
	.afterwards = true,
};

static int run_hold_child(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	(void)e;
	supervise_hold_child(&r->supervise);
	return 0;
}

const struct plan_kind step_hold_child = {
	.name = "hold-child",
	.call = "openat(2), close(2)",
	.what = "open the status of the child, and close the /proc of the outer namespace",
	.run = run_hold_child,
	.afterwards = true,
};

/* Changes the working directory to /. If the program calls pivot_root(2), another working directory
 * of this process would still lead to the old root, because pivot_root(2) moves only roots and
 * working directories that equal the old root. */
static int run_leave(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return chdir("/") < 0 ? nserr_set(e, errno, "cannot change to /") : 0;
}

const struct plan_kind step_leave = {
	.name = "leave",
	.call = "chdir(2)",
	.what = "change to /",
	.run = run_leave,
	.afterwards = true,
};

/* Closes all descriptors above 2 except those that this process needs to wait for the program,
 * because a process in the new namespaces could duplicate them (pidfd_getfd(2)). */
static int run_close(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	int rc = supervise_close_others(&r->supervise, s->arg, -1);

	return rc < 0 ? nserr_set(e, rc, "cannot close descriptors") : 0;
}

const struct plan_kind step_close = {
	.name = "close",
	.call = "close_range(2)",
	.what = "close the descriptors that the program inherits",
	.run = run_close,
	.afterwards = true,
};

/* The root of a cgroup namespace is the cgroup of the process that creates it
 * (cgroup_namespaces(7)). The parent joins the namespace of the child, but stays in its own cgroup;
 * otherwise the cgroup of the child could not be removed. */
static int run_enter_cgroup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	cleanup_fd int ns = -1;
	char path[40];
	int rc;

	(void)s;
	snprintf(path, sizeof(path), "/proc/%d/ns/cgroup", (int)r->pid);
	ns = nsfile_open_proc(AT_FDCWD, path);
	rc = ns < 0 ? ns : sys_setns(ns, CLONE_NEWCGROUP);
	return rc < 0 ? nserr_set(e, rc, "cannot enter the cgroup namespace of the child") : 0;
}

const struct plan_kind step_enter_cgroup = {
	.name = "enter-cgroup",
	.call = "setns(CLONE_NEWCGROUP)",
	.what = "enter the cgroup namespace of the child",
	.run = run_enter_cgroup,
};
