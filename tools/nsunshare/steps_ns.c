// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the steps that create the process and its namespaces, and map ids. The comment on a
 * step names the kernel rule that determines its position. */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "idmap/writer.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "nsunshare.h"
#include "run/cause.h"
#include "run/interrupt.h"
#include "run/plan_time.h"

static void add_types(struct buf *out, uint64_t flags)
{
	const char *sep = " ";

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(flags & nstypes[i].flag))
			continue;
		buf_printf(out, "%s%s", sep, nstypes[i].name);
		sep = ", ";
	}
}

static int fail_namespaces(uint64_t types, int rc, struct nserr *e)
{
	struct buf text = BUF_INIT;

	add_types(&text, types);
	if (types)
		nserr_set(e, rc, "cannot create namespaces:%s", text.s ? text.s : "");
	else
		nserr_set(e, rc, "cannot create a process");
	cause_unshare(types, e);
	buf_free(&text);
	return rc;
}

/* ---- the owner: a user namespace belongs to the effective user id of the process that creates it
 * (user_namespaces(7)). */

static int run_owner(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	if (setgroups(0, NULL) < 0 || setresgid(r->owner_gid, r->owner_gid, r->owner_gid) < 0 ||
	    setresuid(r->owner_uid, r->owner_uid, r->owner_uid) < 0) {
		nserr_set(e, errno, "cannot become user %u and group %u for --owner", r->owner_uid,
			  r->owner_gid);
		if (e->errnum == EINVAL)
			nserr_hint(e, "use ids that are mapped in this user namespace");
		else if (e->errnum == EPERM && sys_cap_has(CAP_SETUID) && sys_cap_has(CAP_SETGID))
			nserr_hint(e, "use a user namespace in which setgroups is allowed and a "
				      "gid is mapped");
		else if (e->errnum == EPERM)
			nserr_hint(e, "run the command as root to use --owner");
		return -e->errnum;
	}
	/* Make this process undumpable. The owner has all capabilities in the new user namespace,
	 * so it could trace every process of the caller in this namespace and duplicate its
	 * descriptors (ptrace(2)). The kernel makes this process undumpable only if
	 * fs.suid_dumpable is not 1. execve(2) makes the program dumpable again. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return nserr_set(e, errno, "cannot make this process undumpable");
	return 0;
}

static void show_owner(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_printf(out, "become %u:%u, the owner of the user namespace", r->owner_uid,
		   r->owner_gid);
}

const struct plan_kind step_owner = {
	.name = "owner",
	.call = "setgroups(2), setresgid(2), setresuid(2), prctl(PR_SET_DUMPABLE)",
	.run = run_owner,
	.show = show_owner,
};

/* ---- processes */

static pid_t made(struct run *r, pid_t pid, struct nserr *e)
{
	if (pid < 0)
		return fail_namespaces(0, pid, e);
	if (pid > 0) {
		r->pid = r->supervise.pid = r->handle.pid = pid;
		if (r->keeper.stays)
			handle_served(&r->handle);
		util_close(&r->handle.report[1]);
	}
	/* close the helper's end in the child; otherwise the init process would not notice the end
	 * of the helper */
	util_close(&r->handle.report[0]);
	return pid;
}

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)s;
	return made(ctx, sys_clone(0, NULL), e);
}

static pid_t run_vfork(void *ctx, const struct plan_step *s, int (*child)(void *), void *arg,
		       struct nserr *e)
{
	(void)s;
	return made(ctx, sys_vfork(0, child, arg), e);
}

const struct plan_kind step_fork = {
	.name = "fork",
	.call = "clone(2)",
	.what = "create the child",
	.fork = run_fork,
	.forks = PLAN_CHILD,
};

/* Creates process 1 of a pid namespace. It may be a vfork(2) child, because a terminal cannot stop
 * process 1, which would suspend the caller forever.
 */
const struct plan_kind step_fork_first = {
	.name = "fork",
	.call = "clone(2)",
	.what = "create the child",
	.fork = run_fork,
	.vfork = run_vfork,
	.forks = PLAN_CHILD,
};

/* Creates the helper by a double fork, because the caller becomes the program, which must not get
 * an unexpected child. The helper ends when the program begins, or undoes its steps if a later
 * step fails. */
static pid_t run_helper(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	pid_t pid = sys_clone(0, NULL);
	int wstatus = 0;
	sigset_t all;

	(void)s;
	if (pid == 0) {
		if (prctl(PR_SET_DUMPABLE, 0) < 0)
			_exit(errno);
		/* block all signals: a signal to the process group must not keep the helper from
		 * undoing its steps */
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, &r->supervise.mask);
		pid = sys_clone(0, NULL);
		if (pid != 0)
			_exit(pid < 0 ? -pid : 0);
		return 0;
	}
	if (pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) < 0 && errno != ECHILD)
		return nserr_set(e, errno, "cannot wait for the helper process");
	if (pid > 0 && WIFEXITED(wstatus) && WEXITSTATUS(wstatus))
		pid = -WEXITSTATUS(wstatus);
	return pid < 0 ? fail_namespaces(0, pid, e) : pid;
}

const struct plan_kind step_helper = {
	.name = "helper",
	.call = "clone(2)",
	.what = "create a helper that stays in the outer namespaces",
	.fork = run_helper,
	.forks = PLAN_HELPER,
};

/* Creates the helper of a caller that waits for the program and has blocked all signals. The helper
 * is undumpable, so the program cannot trace it, although it may trace other processes of the same
 * user. The helper has a separate process group, so that it can clean up after a SIGKILL to the
 * group of the caller. */
static pid_t run_helper_stays(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	pid_t pid = sys_clone(0, NULL);

	(void)s;
	if (pid == 0 && (setpgid(0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0))
		_exit(125);
	if (pid == 0) {
		r->keeper.watch = r->handle.report[0];
		util_close(&r->handle.report[1]);
	}
	return pid < 0 ? fail_namespaces(0, pid, e) : pid;
}

static void show_helper_stays(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_printf(out, "create a helper that stays in the outer namespaces%s",
		   r->keeper.stays ? " until the program has ended" : "");
}

const struct plan_kind step_helper_stays = {
	.name = "helper",
	.call = "clone(2), setpgid(2), prctl(PR_SET_DUMPABLE)",
	.show = show_helper_stays,
	.fork = run_helper_stays,
	.forks = PLAN_HELPER,
};

/* ---- namespaces */

static int run_unshare(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_unshare(s->num);

	(void)ctx;
	return rc < 0 ? fail_namespaces(s->num, rc, e) : 0;
}

static void show_unshare(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_adds(out, "create namespaces:");
	add_types(out, s->num);
}

const struct plan_kind step_unshare = {
	.name = "unshare",
	.call = "unshare(2)",
	.run = run_unshare,
	.show = show_unshare,
};

/* ---- maps: a map is written once, and before an exec, which would lose the capabilities in the
 * new namespace. Only a process of the parent namespace may map more than its own id
 * (user_namespaces(7)). */

static int run_maps(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	cleanup_fd int procfd = -1, stop = -1;

	(void)s;
	procfd = r->writer == IDMAP_BY_CHILD ? file_open_self(e) : proc_stat_open(r->pid, e);
	if (procfd < 0)
		return procfd;
	/* wait for newuidmap(1) together with a signalfd, because all signals are blocked in this
	 * process */
	if (r->writer == IDMAP_BY_HELPERS)
		stop = interrupt_open_ending();
	return idmaps_write_by(r->writer, procfd, &r->maps, stop, e);
}

static void show_maps(const void *ctx, const struct plan_step *s, struct buf *out)
{
	static const char *const setgroups[] = { "", ", setgroups allow", ", setgroups deny" };
	const struct run *r = ctx;
	const char *sep = "map";

	(void)s;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		const struct idmap *m = &r->maps.map[k];

		for (size_t i = 0; i < m->n; i++, sep = ",")
			buf_printf(out, "%s %s %u:%u:%u", sep, idmap_kind_names[k],
				   m->ext[i].inside, m->ext[i].outside, m->ext[i].count);
	}
	buf_adds(out, setgroups[r->maps.setgroups] + (streq(sep, "map") ? 2 : 0));
}

const struct plan_kind step_maps = {
	.name = "maps",
	.call = "write(/proc/PID/{setgroups,uid_map,gid_map})",
	.run = run_maps,
	.show = show_maps,
	.brief = true,
};

const struct plan_kind step_maps_helpers = {
	.name = "maps",
	.call = "newuidmap(1), newgidmap(1)",
	.run = run_maps,
	.show = show_maps,
};

/* ---- clocks: the /proc files of a process that is not dumpable belong to root (proc(5)), so the
 * helper outside writes the offsets if the user namespace has another owner (--owner). */

static int run_offsets(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	cleanup_fd int procfd = proc_stat_open(r->pid, e);
	const struct plan_step of_process = { .arg = s->arg, .num = (uint64_t)procfd };

	return procfd < 0 ? procfd : plan_time_write.run(ctx, &of_process, e);
}

static void show_offsets(const void *ctx, const struct plan_step *s, struct buf *out)
{
	plan_time_write.show(ctx, s, out);
}

const struct plan_kind step_offsets = {
	.name = "time-offsets",
	.call = "write(/proc/PID/timens_offsets)",
	.run = run_offsets,
	.show = show_offsets,
};
