// SPDX-License-Identifier: GPL-2.0-or-later
/* steps: the steps of nsenter2, one kind of step for each kernel rule. */
#include <sys/prctl.h>

#include "base/file.h"
#include "common/execute.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "nsenter2.h"
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
 * After setns(2), processes of the target may see this process, which has descriptors and the
 * binary of the host until the exec. They can neither trace an undumpable process nor open its
 * /proc/PID/{exe,fd,mem} (ptrace(2)). The exec makes the process dumpable again. The types of
 * STEPS_UNSEEN need no guard.
 */
static const struct plan_kind kind_guard = {
	.name = "guard",
	.call = "prctl(PR_SET_DUMPABLE, 0)",
	.run = run_guard,
	.what = "keep processes of the target from tracing this process",
};

static int run_enter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct nsenter2 *n = ctx;

	(void)s;
	return nsjoin_enter(&n->join, e);
}

static void show_enter(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	nsjoin_show(&n->join, out);
}

static const struct plan_kind kind_enter = {
	.name = "enter",
	.call = "setns(2)",
	.run = run_enter,
	.show = show_enter,
};

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct nsenter2 *n = ctx;

	(void)s;
	return execute_fork(&n->supervise, &n->handle, e);
}

/* pid_namespaces(7): setns(2) changes the pid namespace of the children only. */
static const struct plan_kind kind_fork = {
	.name = "fork",
	.call = "clone(2)",
	.fork = run_fork,
	.forks = PLAN_CHILD,
	.what = "create the child that becomes the program",
};

/* ---- Directories */

static int run_root(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct nsenter2 *n = ctx;

	/* kind_back returns to it */
	if (n->wd.fd < 0 && !n->wdns)
		n->wd.fd = file_open_at(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	if (fchdir(n->root.fd) < 0 || chroot(".") < 0)
		return nserr_set(e, errno, "cannot change the root directory to %s",
				 (const char *)s->arg);
	return 0;
}

/* Runs after entering the mount namespace, which sets the root to that of the namespace. */
static const struct plan_kind kind_root = {
	.name = "root",
	.call = "chroot(2)",
	.run = run_root,
	.what = "change the root directory to %s",
};

static int run_back(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	char path[4096];

	(void)s;
	if (fchdir(n->wd.fd) == 0 && sys_getcwd(path, sizeof(path)) != -ENOENT)
		return 0;
	return chdir("/") < 0 ? nserr_set(e, errno, "cannot change to the root directory") : 0;
}

/* Keeps the working directory as nsenter(1) does, except if it is outside the new root. */
static const struct plan_kind kind_back = {
	.name = "back",
	.call = "fchdir(2), getcwd(2)",
	.run = run_back,
	.what = "keep the working directory, or change to the root if it is outside",
};

static int run_wd(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	int rc = n->wdns ? chdir(n->wdns) : fchdir(n->wd.fd);

	if (rc < 0)
		return nserr_set(e, errno, "cannot change the working directory to %s",
				 (const char *)s->arg);
	return 0;
}

static const struct plan_kind kind_wd = {
	.name = "wd",
	.call = "chdir(2)",
	.run = run_wd,
	.what = "change the working directory to %s",
};

static int run_inside(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	char path[4096];

	/* another error, for a path that is too long, means inside */
	if (sys_getcwd(path, sizeof(path)) != -ENOENT)
		return 0;
	nserr_set(e, 0, "the working directory %s is outside the root directory",
		  (const char *)s->arg);
	if (n->wd.path)
		nserr_hint(e, "use --wdns to name a directory inside the root directory");
	return -EXDEV;
}

/* getcwd(2) fails with ENOENT for a directory that is not below the root, which would be a way out.
 */
static const struct plan_kind kind_inside = {
	.name = "inside",
	.call = "getcwd(2)",
	.run = run_inside,
	.what = "check that the working directory %s is inside the root",
};

static const char *dir_name(const struct dir_opt *dir)
{
	return dir->from == DIR_PATH ? dir->path : dir->from ? "of the target" : "/";
}

static void add_dirs(const struct nsenter2 *n, struct plan *p)
{
	const char *wd = n->wdns ? n->wdns : dir_name(&n->wd);
	bool moves = n->wd.from || n->wdns;

	if (n->root.from)
		plan_add(p, PLAN_CALLER, &kind_root, dir_name(&n->root), 0);
	if (n->root.from && !moves) {
		plan_add(p, PLAN_CALLER, &kind_back, NULL, 0);
		return;
	}
	if (moves)
		plan_add(p, PLAN_CALLER, &kind_wd, wd, 0);
	if (moves || (nsjoin_types(&n->join) & CLONE_NEWNS))
		plan_add(p, PLAN_CALLER, &kind_inside, wd, 0);
}

/* ---- A terminal of its own */

static int run_relay(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct nsenter2 *n = ctx;

	(void)s;
	return pty_relay_start(&n->relay, e);
}

static void undo_relay(void *ctx, const struct plan_step *s)
{
	struct nsenter2 *n = ctx;

	(void)s;
	pty_relay_end(&n->relay);
}

/* Runs first, so that no process of the target sees the process that holds the caller's terminal.
 */
static const struct plan_kind kind_relay = {
	.name = "relay",
	.call = "fork(2)",
	.run = run_relay,
	.undo = undo_relay,
	.what = "create the process that relays the terminal",
};

static int run_pty(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct nsenter2 *n = ctx;

	(void)s;
	n->slave = pty_open(&n->relay, e);
	return n->slave < 0 ? n->slave : 0;
}

static const struct plan_kind kind_pty = {
	.name = "pty",
	.call = "open(/dev/ptmx)",
	.run = run_pty,
	.what = "open a pseudo-terminal of the target",
};

static int run_session(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	return pty_attach(n->slave, e);
}

static const struct plan_kind kind_session = {
	.name = "session",
	.call = "setsid(2), ioctl(TIOCSCTTY)",
	.run = run_session,
	.what = "make the pseudo-terminal the terminal of a new session",
};

/* ---- The program */

static const char *program(const struct nsenter2 *n)
{
	const char *path = n->argv[0];
	char *shell[2];

	if (!path)
		exec_shell(false, &path, shell);
	return path;
}

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	const char *path;
	char *shell[2];

	(void)s;
	if (n->argv[0])
		return exec_program(n->argv, e);
	exec_shell(false, &path, shell);
	return exec_file(path, shell, e);
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "execute %s", program(ctx));
}

static const struct plan_kind kind_exec = {
	.name = "exec",
	.call = "execve(2)",
	.run = run_exec,
	.show = show_exec,
};

bool steps_fork(const struct nsenter2 *n)
{
	return n->pty || n->supervise.death_signal || handle_forks(&n->handle) ||
	       ((nsjoin_types(&n->join) & CLONE_NEWPID) && !n->no_fork);
}

void steps_add(struct nsenter2 *n, struct plan *p)
{
	uint64_t types = nsjoin_types(&n->join);
	bool forks = steps_fork(n);
	enum plan_actor who = forks ? PLAN_CHILD : PLAN_CALLER;

	if (n->pty)
		plan_add(p, PLAN_CALLER, &kind_relay, NULL, 0);
	follow_add_before(n, p);
	if (types & ~STEPS_UNSEEN)
		plan_add(p, PLAN_CALLER, &kind_guard, NULL, 0);
	if (types)
		plan_add(p, PLAN_CALLER, &kind_enter, NULL, 0);
	add_dirs(n, p);
	if (n->pty)
		plan_add(p, PLAN_CALLER, &kind_pty, NULL, 0);
	if (forks)
		plan_add(p, PLAN_CALLER, &kind_fork, NULL, 0);
	handle_plan_created(&n->handle, p);
	handle_plan_wait(&n->handle, p, PLAN_CALLER);
	if (n->pty)
		plan_add(p, who, &kind_session, NULL, 0);
	follow_add(n, p, who);
	cred_plan(&n->cred, p, who);
	if (forks)
		supervise_plan(&n->supervise, p, who);
	handle_plan_exec(&n->handle, p, who, program(n));
	cred_plan_last(&n->cred, p, who);
	plan_add(p, who, &kind_exec, NULL, 0);
}
