// SPDX-License-Identifier: GPL-2.0-or-later
/* steps: what nsenter2 does, one kind of step a kernel rule. */
#include <grp.h>
#include <sys/prctl.h>

#include "nsenter2.h"
#include "spawn.h"
#include "sys_ns.h"
#include "sys_pidfd.h"

static int run_guard(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	/*
	 * From setns(2) on, processes of the target may see this one; until the exec it has
	 * descriptors and a binary of the outside. One that is not dumpable they cannot trace, nor
	 * can they open its /proc/PID/{exe,fd,mem}. The exec takes it back.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return nserr_set(e, errno, "cannot make this process not dumpable");
	return 0;
}

static void show_guard(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	(void)s;
	buf_adds(out, "keep processes of the target from tracing this one");
}

static const struct plan_kind kind_guard = {
	"guard", "prctl(PR_SET_DUMPABLE, 0)", run_guard, NULL, show_guard, NULL, 0,
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
	"enter", "setns(2)", run_enter, NULL, show_enter, NULL, 0,
};

static pid_t fork_child(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid;

	(void)ctx;
	(void)s;
	pid = sys_clone(0, -1, NULL);
	return pid < 0 ? nserr_set(e, pid, "cannot fork") : pid;
}

static void show_fork(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	(void)s;
	/* pid_namespaces(7): setns(2) changes the pid namespace of the children only */
	buf_adds(out, "make the process that is in the pid namespace");
}

static const struct plan_kind kind_fork = {
	"fork", "clone3(2)", NULL, NULL, show_fork, fork_child, PLAN_CHILD,
};

static int run_root(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	if (fchdir(n->root.fd) < 0 || chroot(".") < 0)
		return nserr_set(e, errno, "cannot change the root directory to %s",
				 n->root.path ? n->root.path : "that of the target");
	return 0;
}

static void show_root(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	buf_printf(out, "change the root directory to %s",
		   n->root.path ? n->root.path : "that of the target");
}

static const struct plan_kind kind_root = {
	"root", "chroot(2)", run_root, NULL, show_root, NULL, 0,
};

static const char *wd_name(const struct nsenter2 *n)
{
	if (n->wdns)
		return n->wdns;
	return n->wd.path ? n->wd.path : n->wd.from ? "that of the target" : "/";
}

static int run_wd(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	int rc;

	(void)s;
	if (n->wdns)
		rc = chdir(n->wdns);
	else
		rc = n->wd.fd >= 0 ? fchdir(n->wd.fd) : chdir("/");
	if (rc < 0)
		return nserr_set(e, errno, "cannot change the working directory to %s", wd_name(n));
	return 0;
}

static void show_wd(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "change the working directory to %s", wd_name(ctx));
}

static const struct plan_kind kind_wd = {
	"wd", "chdir(2)", run_wd, NULL, show_wd, NULL, 0,
};

static int run_check_wd(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	char path[4096];
	int rc;

	(void)s;
	/* getcwd(3): ENOENT for a directory outside of the root, which would be a way out */
	if (getcwd(path, sizeof(path)) && path[0] == '/')
		return 0;
	if (errno == ERANGE || errno == ENAMETOOLONG)
		return 0;
	rc = nserr_set(e, 0, "the working directory %s is outside of the root directory",
		       wd_name(n));
	if (n->wd.path)
		nserr_hint(e, "--wdns names a directory found inside");
	return rc;
}

static void show_check_wd(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	(void)s;
	buf_adds(out, "make sure that the working directory is inside the root");
}

static const struct plan_kind kind_check_wd = {
	"check-wd", "getcwd(2)", run_check_wd, NULL, show_check_wd, NULL, 0,
};

static int run_ids(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	bool entered = nsjoin_types(&n->join) & CLONE_NEWUSER;

	(void)s;
	/* without -S and -G: root there, as far as its maps and its setgroups file permit it */
	if (n->gid.set || entered) {
		if (setgroups(0, NULL) < 0 && (n->gid.set || errno != EPERM))
			return nserr_set(e, errno, "cannot drop the supplementary groups");
		if (setgid(n->gid.id) < 0 && (n->gid.set || errno != EINVAL))
			return nserr_set(e, errno, "cannot set group id %u", n->gid.id);
	}
	if (n->uid.set || entered) {
		if (setuid(n->uid.id) < 0 && (n->uid.set || errno != EINVAL))
			return nserr_set(e, errno, "cannot set user id %u", n->uid.id);
	}
	return 0;
}

static void show_ids(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct nsenter2 *n = ctx;

	(void)s;
	buf_printf(out, "become user %u, group %u", n->uid.id, n->gid.id);
}

static const struct plan_kind kind_ids = {
	"ids", "setgroups(2), setgid(2), setuid(2)", run_ids, NULL, show_ids, NULL, 0,
};

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct nsenter2 *n = ctx;
	const char *path;
	char *shell[2];

	(void)s;
	if (n->argv[0])
		return spawn_exec(n->argv, e);
	spawn_shell(&path, shell);
	execv(path, shell);
	nserr_set(e, errno, "cannot execute '%s'", path);
	e->status = errno == ENOENT ? CLI_EXIT_NOENT : CLI_EXIT_NOEXEC;
	return -e->errnum;
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct nsenter2 *n = ctx;
	const char *path;
	char *shell[2];

	(void)s;
	if (!n->argv[0])
		spawn_shell(&path, shell);
	buf_printf(out, "execute %s", n->argv[0] ? n->argv[0] : path);
}

static const struct plan_kind kind_exec = {
	"exec", "execve(2)", run_exec, NULL, show_exec, NULL, 0,
};

void steps_add(const struct nsenter2 *n, struct plan *p)
{
	uint64_t types = nsjoin_types(&n->join);
	bool forks = (types & CLONE_NEWPID) && !n->no_fork;
	enum plan_actor who = forks ? PLAN_CHILD : PLAN_CALLER;

	if (types) {
		plan_add(p, PLAN_CALLER, &kind_guard, NULL, 0);
		plan_add(p, PLAN_CALLER, &kind_enter, NULL, 0);
	}
	if (n->root.from)
		plan_add(p, PLAN_CALLER, &kind_root, NULL, 0);
	if (n->wd.from || n->wdns || n->root.from)
		plan_add(p, PLAN_CALLER, &kind_wd, NULL, 0);
	if (n->wd.from || n->wdns || n->root.from || (types & CLONE_NEWNS))
		plan_add(p, PLAN_CALLER, &kind_check_wd, NULL, 0);
	if (forks)
		plan_add(p, PLAN_CALLER, &kind_fork, NULL, 0);
	if (!n->preserve && ((types & CLONE_NEWUSER) || n->uid.set || n->gid.set))
		plan_add(p, who, &kind_ids, NULL, 0);
	plan_add(p, who, &kind_exec, NULL, 0);
}
