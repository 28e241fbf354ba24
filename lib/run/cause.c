// SPDX-License-Identifier: GPL-2.0-or-later
/* cause: examines sysctls, maps, limits and mounts to explain a failed call. */
#include "run/cause.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "cgroup/cgroup.h"
#include "idmap/procfile.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/proc_status.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "ns/scan.h"
#include "ns/type.h"

/* Returns the number in a file, or -1. */
static int64_t number_in(const char *path)
{
	uint64_t v;

	return file_read_u64(AT_FDCWD, path, &v) == 0 ? (int64_t)MIN(v, INT64_MAX) : -1;
}

/*
 * Explains ENOSPC (EUSERS before Linux 4.9). namespaces(7): the user.max_*_namespaces of the
 * caller's user namespace and of all its ancestors limit the number of namespaces. User and pid
 * namespaces can be nested 32 deep.
 */
static void no_space(uint64_t types, struct nserr *e)
{
	const char *nested = "";
	char name[64];

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		if (!(types & nstypes[i].flag))
			continue;
		snprintf(name, sizeof(name), "user/%s", nstypes[i].sysctl);
		if (sysctl_get(name) == 0) {
			nserr_hint(e, "user.%s is 0; set sysctl user.%s=N to allow N %s namespaces",
				   nstypes[i].sysctl, nstypes[i].sysctl, nstypes[i].name);
			return;
		}
	}
	if ((types & CLONE_NEWUSER) && (types & CLONE_NEWPID))
		nested = "32 user or pid namespaces are nested already, or ";
	else if (types & CLONE_NEWUSER)
		nested = "32 user namespaces are nested already, or ";
	else if (types & CLONE_NEWPID)
		nested = "32 pid namespaces are nested already, or ";
	nserr_hint(e,
		   "%sa user.max_*_namespaces limit is reached in this user namespace or in "
		   "an ancestor; see nslist --limits",
		   nested);
}

static bool is_mapped(enum idmap_kind kind, uint32_t id)
{
	cleanup_fd int self = open("/proc/self", O_PATH | O_CLOEXEC);
	cleanup_idmap struct idmap m = IDMAP_INIT;

	return self < 0 || idmap_read(self, kind, &m, NULL) < 0 || idmap_find(&m, id);
}

/*
 * Returns true if the caller is in a chroot. setns(2) to the caller's own mount namespace leaves a
 * chroot, so a child calls setns(2) and checks whether "/" has changed. If the child lacks the
 * privilege for setns(2), a root that is not a mount point counts as a chroot.
 */
static bool is_chrooted(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	int wstatus = 0;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt");
		int before = mountinfo_id_of("/");
		struct stat a, b;

		if (fd < 0 || stat("/", &a) < 0 || sys_setns(fd, CLONE_NEWNS) < 0)
			_exit(2);
		if (stat("/", &b) < 0)
			_exit(2);
		_exit(a.st_dev == b.st_dev && a.st_ino == b.st_ino && before == mountinfo_id_of("/")
			      ? 0
			      : 1);
	}
	if (pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) == pid && WIFEXITED(wstatus) &&
	    WEXITSTATUS(wstatus) < 2)
		return WEXITSTATUS(wstatus);
	if (mountinfo_read(&m, NULL) < 0)
		return false;
	while (mountinfo_next(&m, &line))
		if (streq(line.target, "/"))
			return false;
	return true;
}

/* Explains EPERM for a new user namespace: user_namespaces(7), unshare(2). */
static void no_user(struct nserr *e)
{
	bool privileged = sys_cap_has(CAP_SYS_ADMIN);

	if (!is_mapped(IDMAP_UID, geteuid()) || !is_mapped(IDMAP_GID, getegid()))
		nserr_hint(e,
			   "the caller's %s id is not mapped in its user namespace; map it to "
			   "create another user namespace",
			   is_mapped(IDMAP_UID, geteuid()) ? "group" : "user");
	else if (!privileged && sysctl_get("kernel/unprivileged_userns_clone") == 0)
		nserr_hint(e, "only root may create user namespaces; set sysctl "
			      "kernel.unprivileged_userns_clone=1 to allow all users");
	else if (access("/proc/self/ns/user", F_OK) < 0)
		nserr_hint(e, "mount the proc file system on /proc, without which the reason "
			      "cannot be found; a chroot is a possible reason");
	else if (is_chrooted())
		nserr_hint(e, "the caller is in a chroot, which forbids user namespaces; use "
			      "nspivot instead");
	else if (!privileged)
		sysctl_hint_apparmor(e);
}

/*
 * Returns true if the children of the caller will be in another pid namespace. pid_namespaces(7):
 * after unshare(CLONE_NEWPID) the first child is process 1 of the new namespace. When it ends, the
 * namespace ends and no other child can be created.
 */
static bool has_other_pidns_for_children(void)
{
	struct stat own, children;

	if (stat("/proc/self/ns/pid", &own) < 0)
		return false;
	return stat("/proc/self/ns/pid_for_children", &children) < 0 ||
	       own.st_ino != children.st_ino;
}

/* Returns true and sets a hint if the caller's cgroup or one of its ancestors has reached pids.max
 * (cgroups(7)). */
static bool is_cgroup_full(struct nserr *e)
{
	struct nserr ignored = NSERR_INIT;
	bool full = false;
	struct cgroup c;

	if (cgroup_find(&c, NULL, &ignored) < 0)
		return false;
	for (size_t i = 0; i < c.n && !full; i++) {
		const char *dir = c.dir[i].path;
		size_t n = strlen(dir);

		while (!full && (n = cgroup_above(dir, n)) > 0) {
			char path[8192];
			int64_t most;

			snprintf(path, sizeof(path), "%.*s/pids.max", (int)n, dir);
			most = number_in(path);
			snprintf(path, sizeof(path), "%.*s/pids.current", (int)n, dir);
			full = most >= 0 && number_in(path) >= most;
			if (full)
				nserr_hint(e,
					   "raise pids.max of the cgroup '%.*s', which allows %lld "
					   "processes",
					   (int)n, dir, (long long)most);
		}
	}
	cgroup_free(&c);
	return full;
}

/* Returns the number of threads of this user that /proc shows, which is not more than the number
 * that the kernel counts. */
static uint64_t count_threads(void)
{
	cleanup_fd int proc = file_open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
	struct scan pids = { 0 };
	uint64_t sum = 0;

	if (proc < 0 || scan_dir(proc, ".", 0, &pids) < 0)
		pids.n = 0;
	for (size_t i = 0; i < pids.n; i++) {
		char name[32], text[8192];
		uint32_t uid, threads;

		snprintf(name, sizeof(name), "%d/status", pids.id[i]);
		if (file_read_at(proc, name, text, sizeof(text)) > 0 &&
		    proc_status_number(proc_status_value(text, "Uid"), 0, &uid) == 0 &&
		    proc_status_number(proc_status_value(text, "Threads"), 0, &threads) == 0)
			sum += uid == getuid() ? threads : 0;
	}
	scan_free(&pids);
	return sum;
}

void cause_nproc(struct nserr *e)
{
	struct rlimit limit;

	/* in a user namespace, RLIMIT_NPROC always applies, because only a capability in the
	 * initial user namespace exempts a process from it */
	if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    (sys_ns_in_userns() > 0 || !sys_cap_has(CAP_SYS_RESOURCE)) &&
	    count_threads() >= limit.rlim_cur)
		nserr_hint(e,
			   "raise RLIMIT_NPROC (ulimit -u), which allows %llu processes of "
			   "this user",
			   (unsigned long long)limit.rlim_cur);
}

void cause_unshare(uint64_t types, struct nserr *e)
{
	switch (e->errnum) {
	case ENOSPC:
	case EUSERS:
		if (types)
			no_space(types, e);
		break;
	case EACCES: /* only a security module returns EACCES */
		if (types & CLONE_NEWUSER)
			sysctl_hint_apparmor(e);
		break;
	case EPERM:
		if (types & CLONE_NEWUSER)
			no_user(e);
		else if (types && !sys_cap_has(CAP_SYS_ADMIN))
			nserr_hint(e, "CAP_SYS_ADMIN is required; add --user or "
				      "--map-root-user (-r)");
		sys_filter_explain_flags(types, e);
		break;
	case ENOMEM:
	case EINVAL:
		if (has_other_pidns_for_children())
			nserr_hint(e, e->errnum == ENOMEM
					      ? CAUSE_ENDED_PIDNS
					      : "use nsunshare --pid without --no-fork: "
						"this process is not in the pid namespace "
						"of its children");
		break;
	case EAGAIN:
		if (!is_cgroup_full(e))
			cause_nproc(e);
		break;
	}
}

void cause_search(const char *path, struct nserr *e)
{
	char dir[4096] = ".";
	struct stat st;

	if (e->errnum != EACCES || strlen(path) >= sizeof(dir))
		return;
	for (size_t n = 0, len = strlen(path);; n += 1 + strcspn(path + n + 1, "/")) {
		if (n > 0 || path[0] == '/')
			snprintf(dir, sizeof(dir), "%.*s", n ? (int)n : 1, path);
		if (sys_may_execute(dir) == -EACCES)
			break;
		if (n == len)
			return;
	}
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		nserr_hint(e,
			   "grant user %u search permission for the directory '%s' (mode %03o, "
			   "owner %u)",
			   geteuid(), dir, st.st_mode & 0777, st.st_uid);
}
