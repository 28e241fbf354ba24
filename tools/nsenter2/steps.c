// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: defines the steps. The comment on a step names the kernel rule that the step
 * follows. */
#include <limits.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "common/execute.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"
#include "run/cause.h"
#include "run/exec.h"

/* ---- Entering */

static int run_guard(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return nserr_set(e, errno, "cannot make this process undumpable");
	return 0;
}

/*
 * After setns(2), processes of the target may see this process, which runs the binary of the host
 * and has descriptors of the host until execve(2). If this process is not dumpable, they can
 * neither trace it nor open its /proc/PID/{exe,fd,mem} (ptrace(2)). execve(2) makes the process
 * dumpable again. The types in TYPES_UNSEEN do not need this step.
 */
const struct plan_kind step_guard = {
	.name = "guard",
	.call = "prctl(PR_SET_DUMPABLE, 0)",
	.run = run_guard,
	.what = "prevent processes of the target from tracing this process",
};

static int run_enter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	return nsjoin_enter(&r->join, e);
}

static void show_enter(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	nsjoin_show(&r->join, out);
}

const struct plan_kind step_enter = {
	.name = "enter",
	.call = "setns(2)",
	.run = run_enter,
	.show = show_enter,
};

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	pid_t pid = execute_fork(&r->supervise, &r->handle, e);

	(void)s;
	/* execute_fork() does not set this hint if the /proc of the entered mount namespace does
	 * not contain this process */
	if (pid == -ENOMEM && (nsjoin_types(&r->join) & CLONE_NEWPID))
		nserr_hint(e, CAUSE_ENDED_PIDNS);
	return pid;
}

/* setns(2) changes only the pid namespace of the children (pid_namespaces(7)), so a child of this
 * process must become the program. */
const struct plan_kind step_fork = {
	.name = "fork",
	.call = "clone(2)",
	.fork = run_fork,
	.forks = PLAN_CHILD,
	.what = "create the child that becomes the program",
};

/* ---- Directories */

/* Writes the name of the directory to buf, for messages, and returns buf. path is NULL for the
 * directory of the target. */
static const char *dir_text(const char *path, char *buf, size_t n)
{
	if (path)
		snprintf(buf, n, "'%s'", path);
	else
		snprintf(buf, n, "that of the target");
	return buf;
}

static int run_root(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	char name[PATH_MAX + 2];
	int rc;

	/* open the working directory, because step_back returns to it */
	if (r->wd_fd < 0 && !r->o->wdns)
		r->wd_fd = file_open_at(AT_FDCWD, ".", O_PATH, 0);
	if (fchdir(r->root_fd) == 0 && chroot(".") == 0)
		return 0;
	rc = -errno;
	return nserr_set(e, rc, "cannot change the root directory to %s",
			 dir_text(s->arg, name, sizeof(name)));
}

static void show_root(const void *ctx, const struct plan_step *s, struct buf *out)
{
	char name[PATH_MAX + 2];

	(void)ctx;
	buf_printf(out, "change the root directory to %s", dir_text(s->arg, name, sizeof(name)));
}

/* This step runs after the mount namespace is entered, because setns(2) sets the root to the root
 * of that namespace. */
const struct plan_kind step_root = {
	.name = "root",
	.call = "chroot(2)",
	.run = run_root,
	.show = show_root,
};

static int run_back(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	char path[4096];

	(void)s;
	/* if getcwd(2) fails, the directory may be outside of the root */
	if (fchdir(r->wd_fd) == 0 && sys_getcwd(path, sizeof(path)) >= 0)
		return 0;
	return chdir("/") < 0 ? nserr_set(e, errno, "cannot change to the root directory") : 0;
}

/* Returns to the earlier working directory, as nsenter(1) does, unless it is outside of the new
 * root. */
const struct plan_kind step_back = {
	.name = "back",
	.call = "fchdir(2), getcwd(2)",
	.run = run_back,
	.what = "keep the working directory, or change to the root if the directory is outside the "
		"root",
};

static int run_wd(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	char name[PATH_MAX + 2];

	if ((r->o->wdns ? chdir(r->o->wdns) : fchdir(r->wd_fd)) == 0)
		return 0;
	return nserr_set(e, errno, "cannot change the working directory to %s",
			 dir_text(s->arg, name, sizeof(name)));
}

static void show_wd(const void *ctx, const struct plan_step *s, struct buf *out)
{
	char name[PATH_MAX + 2];

	(void)ctx;
	buf_printf(out, "change the working directory to %s", dir_text(s->arg, name, sizeof(name)));
}

const struct plan_kind step_wd = {
	.name = "wd",
	.call = "chdir(2)",
	.run = run_wd,
	.show = show_wd,
};

static int run_inside(void *ctx, const struct plan_step *s, struct nserr *e)
{
	char path[4096];
	ssize_t rc = sys_getcwd(path, sizeof(path));

	(void)ctx;
	if (rc >= 0)
		return 0;
	/* for example, the path is too long, so the kernel did not reach the root */
	if (rc != -ENOENT)
		return nserr_set(e, (int)rc, "cannot check the working directory");
	if (s->arg)
		return nserr_set(e, 0, "the working directory '%s' is outside the root directory",
				 (const char *)s->arg);
	return nserr_set(e, 0, "the working directory of the target is outside the root directory");
}

static void show_inside(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	if (s->arg)
		buf_printf(out, "check that the working directory '%s' is inside the root",
			   (const char *)s->arg);
	else
		buf_adds(out, "check that the working directory of the target is inside the root");
}

/* Fails if the working directory is outside of the root, because the program could leave the root
 * through it, and the caller has not asked for that. getcwd(2) fails with ENOENT for such a
 * directory. */
const struct plan_kind step_inside = {
	.name = "inside",
	.call = "getcwd(2)",
	.run = run_inside,
	.show = show_inside,
};

/* ---- Pseudo-terminal */

static int run_relay(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	return pty_relay_start(&r->relay, e);
}

static void undo_relay(void *ctx, const struct plan_step *s)
{
	struct run *r = ctx;

	(void)s;
	pty_relay_end(&r->relay);
}

/* This step runs first, so that processes of the target do not see the process that has the
 * caller's terminal open. */
const struct plan_kind step_relay = {
	.name = "relay",
	.call = "fork(2)",
	.run = run_relay,
	.undo = undo_relay,
	.what = "create the process that relays the terminal",
};

static int run_pty(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	r->slave = pty_open(&r->relay, e);
	return r->slave < 0 ? r->slave : 0;
}

const struct plan_kind step_pty = {
	.name = "pty",
	.call = "open(/dev/ptmx)",
	.run = run_pty,
	.what = "open a pseudo-terminal of the target",
};

static int run_session(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return pty_attach(r->slave, e);
}

const struct plan_kind step_session = {
	.name = "session",
	.call = "setsid(2), ioctl(TIOCSCTTY)",
	.run = run_session,
	.what = "make the pseudo-terminal the terminal of a new session",
};
