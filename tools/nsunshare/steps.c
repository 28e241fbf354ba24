// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the kinds of steps. Each quotes the kernel rule that gives it its place. */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "file.h"
#include "nsunshare.h"
#include "spawn.h"
#include "sys_mount.h"
#include "sys_ns.h"
#include "sys_pidfd.h"

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

/* ---- processes and namespaces */

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	pid_t pid = sys_clone(s->num, -1, NULL);

	if (pid < 0)
		return nserr_set(e, pid,
				 s->num ? "cannot create a process in new namespaces"
					: "cannot create a process");
	if (s->kind->forks == PLAN_CHILD)
		r->pid = pid;
	return pid;
}

static void show_fork(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_adds(out, "create the child");
	if (s->num) {
		buf_adds(out, " in new namespaces:");
		add_types(out, s->num);
	}
}

const struct plan_kind step_fork = {
	.name = "fork",
	.call = "clone3(2)",
	.show = show_fork,
	.fork = run_fork,
	.forks = PLAN_CHILD,
};

const struct plan_kind step_helper = {
	.name = "helper",
	.call = "clone3(2)",
	.what = "create a helper that stays outside",
	.fork = run_fork,
	.forks = PLAN_HELPER,
};

static int run_unshare(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct buf types = BUF_INIT;
	int rc = sys_unshare(s->num);

	(void)ctx;
	if (rc == 0)
		return 0;
	add_types(&types, s->num);
	nserr_set(e, rc, "cannot unshare%s", types.s ? types.s : "");
	buf_free(&types);
	return rc;
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

/* ---- maps: user_namespaces(7): written once, before a set*id or an exec that would lose the
 * capabilities in the new namespace; more than one's own id only from the parent namespace. */

static int run_maps(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	cleanup_fd int procfd = -1;
	enum idmap_way way = IDMAP_DIRECT;
	char path[32] = "/proc/self";
	int rc = 0;

	if (!s->num) {
		snprintf(path, sizeof(path), "/proc/%d", r->pid);
		rc = idmaps_way(&r->maps, &way, e);
	}
	if (rc < 0)
		return rc;
	procfd = file_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (procfd < 0)
		return nserr_set(e, procfd, "cannot open %s", path);
	return way == IDMAP_DIRECT ? idmaps_write(procfd, &r->maps, e)
				   : idmaps_write_helpers(procfd, &r->maps, e);
}

static void show_maps(const void *ctx, const struct plan_step *s, struct buf *out)
{
	static const char *const setgroups[] = { "", " setgroups allow", " setgroups deny" };
	const struct run *r = ctx;

	(void)s;
	buf_printf(out, "map%s", setgroups[r->maps.setgroups]);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		const struct idmap *m = &r->maps.map[k];

		for (size_t i = 0; i < m->n; i++)
			buf_printf(out, "%s %s %u:%u:%u", i || k ? "," : "", idmap_kind_names[k],
				   m->ext[i].inside, m->ext[i].outside, m->ext[i].count);
	}
}

const struct plan_kind step_maps = {
	.name = "maps",
	.call = "write(/proc/PID/{setgroups,uid_map,gid_map})",
	.run = run_maps,
	.show = show_maps,
};

/* ---- time: time_namespaces(7): the offsets can be written until a process enters; the process
 * that unshared is not in the new namespace itself, but may enter it. */

static int run_clocks(void *ctx, const struct plan_step *s, struct nserr *e)
{
	static const char *const names[] = { "monotonic", "boottime" };
	const struct run *r = ctx;
	struct buf text = BUF_INIT;
	int rc;

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (r->o->clock[i])
			buf_printf(&text, "%s %lld 0\n", names[i], (long long)r->offset[i]);
	rc = text.err ? text.err : file_write_at(AT_FDCWD, "/proc/self/timens_offsets", text.s);
	buf_free(&text);
	return rc < 0 ? nserr_set(e, rc, "cannot write /proc/self/timens_offsets") : 0;
}

static void show_clocks(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_adds(out, "set the clocks:");
	if (r->o->clock[0])
		buf_printf(out, " monotonic %lld", (long long)r->offset[0]);
	if (r->o->clock[1])
		buf_printf(out, " boottime %lld", (long long)r->offset[1]);
}

const struct plan_kind step_clocks = {
	.name = "clocks",
	.call = "write(/proc/self/timens_offsets)",
	.run = run_clocks,
	.show = show_clocks,
};

static int run_enter_time(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, "/proc/self/ns/time_for_children", O_RDONLY, 0);
	int rc = fd < 0 ? fd : sys_setns(fd, CLONE_NEWTIME);

	(void)ctx;
	(void)s;
	return rc < 0 ? nserr_set(e, rc, "cannot enter the new time namespace") : 0;
}

const struct plan_kind step_enter_time = {
	.name = "enter-time",
	.call = "setns(/proc/self/ns/time_for_children)",
	.run = run_enter_time,
	.what = "enter the new time namespace",
};

/* ---- mounts */

static int run_propagation(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_mount("none", "/", "", s->num, NULL);

	(void)ctx;
	if (rc == -EINVAL) {
		nserr_set(e, rc, "cannot change the propagation of /");
		nserr_hint(e, "/ is not a mount point here (a chroot?): --propagation=unchanged");
		return rc;
	}
	return rc < 0 ? nserr_set(e, rc, "cannot change the propagation of /") : 0;
}

static void show_propagation(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "make all mounts %s",
		   s->num & MS_SHARED  ? "shared"
		   : s->num & MS_SLAVE ? "slaves"
				       : "private");
}

const struct plan_kind step_propagation = {
	.name = "propagation",
	.call = "mount(2) MS_REC",
	.run = run_propagation,
	.show = show_propagation,
};

static int run_mount_proc(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;
	int rc = 0;

	(void)ctx;
	/* or the new proc would appear outside; what is no mount point has nothing to make private
	 */
	if (s->num)
		rc = sys_mount("none", dir, "", MS_PRIVATE | MS_REC, NULL);
	if (rc < 0 && rc != -EINVAL)
		return nserr_set(e, rc, "cannot make '%s' private", dir);
	rc = sys_mount("proc", dir, "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot mount proc on '%s'", dir) : 0;
}

const struct plan_kind step_mount_proc = {
	.name = "mount-proc",
	.call = "mount(2)",
	.run = run_mount_proc,
	.what = "mount proc on %s",
};

static int run_root(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;

	(void)ctx;
	if (chroot(dir) < 0 || chdir("/") < 0)
		return nserr_set(e, errno, "cannot change the root directory to '%s'", dir);
	return 0;
}

const struct plan_kind step_root = {
	.name = "root",
	.call = "chroot(2)",
	.run = run_root,
	.what = "change the root directory to %s",
};

static int run_chdir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;

	(void)ctx;
	return chdir(dir) < 0 ? nserr_set(e, errno, "cannot enter '%s'", dir) : 0;
}

const struct plan_kind step_chdir = {
	.name = "wd",
	.call = "chdir(2)",
	.run = run_chdir,
	.what = "enter %s",
};

static int run_hostname(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *name = s->arg;
	int rc = sys_sethostname(name, strlen(name));

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set the hostname to '%s'", name) : 0;
}

const struct plan_kind step_hostname = {
	.name = "hostname",
	.call = "sethostname(2)",
	.run = run_hostname,
	.what = "set the hostname to %s",
};

/* ---- the program */

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (setgroups(0, NULL) == 0)
		return 0;
	nserr_set(e, errno, "cannot drop the supplementary groups");
	if (errno == EPERM)
		nserr_hint(e, "setgroups is denied in this user namespace (a map of one group)");
	return -errno;
}

const struct plan_kind step_groups = {
	.name = "groups",
	.call = "setgroups(2)",
	.run = run_groups,
	.what = "drop supplementary groups",
};

static int run_gid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return setresgid(r->gid, r->gid, r->gid) < 0
		       ? nserr_set(e, errno, "cannot become group %u", r->gid)
		       : 0;
}

static void show_gid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "become group %u", ((const struct run *)ctx)->gid);
}

const struct plan_kind step_gid = {
	.name = "gid",
	.call = "setresgid(2)",
	.run = run_gid,
	.show = show_gid,
};

static int run_uid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return setresuid(r->uid, r->uid, r->uid) < 0
		       ? nserr_set(e, errno, "cannot become user %u", r->uid)
		       : 0;
}

static void show_uid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "become user %u", ((const struct run *)ctx)->uid);
}

const struct plan_kind step_uid = {
	.name = "uid",
	.call = "setresuid(2)",
	.run = run_uid,
	.show = show_uid,
};

static int run_pdeathsig(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	if (prctl(PR_SET_PDEATHSIG, s->num, 0, 0, 0) < 0)
		return nserr_set(e, errno, "cannot set the parent-death signal");
	return plan_caller_gone() ? nserr_set(e, ESRCH, "nsunshare has gone") : 0;
}

static void show_pdeathsig(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "get signal %d when nsunshare ends", (int)s->num);
}

const struct plan_kind step_pdeathsig = {
	.name = "pdeathsig",
	.call = "prctl(PR_SET_PDEATHSIG)",
	.run = run_pdeathsig,
	.show = show_pdeathsig,
};

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	char **argv = r->o->argv;
	const char *path;
	char *shell[2];

	(void)s;
	if (r->o->fork)
		sigprocmask(SIG_SETMASK, &r->mask, NULL);
	if (argv[0])
		return spawn_exec(argv, e);
	spawn_shell(&path, shell);
	execv(path, shell);
	nserr_set(e, errno, "cannot execute '%s'", path);
	e->status = errno == ENOENT ? CLI_EXIT_NOENT : CLI_EXIT_NOEXEC;
	return -errno;
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_adds(out, "execute");
	if (!r->o->argv[0])
		buf_adds(out, " a shell");
	for (char **a = r->o->argv; *a; a++)
		buf_printf(out, " %s", *a);
}

const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.run = run_exec,
	.show = show_exec,
};
