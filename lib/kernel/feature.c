// SPDX-License-Identifier: GPL-2.0-or-later
/* feature: implements the probes for system calls and files, and runs each probe in a child. */
#include "kernel/feature.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

static int try_unshare(uint64_t flags)
{
	return sys_unshare(flags);
}

/* Enters a new time namespace without fork or exec (Linux 5.6). Returns 0, or a negative number
 * after a failure. */
static int try_enter_time(uint64_t flags)
{
	cleanup_fd int fd = -1;

	if (sys_unshare(flags) < 0)
		return -1;
	fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/time_for_children");
	return fd < 0 ? fd : sys_setns(fd, CLONE_NEWTIME);
}

static int try_clone3(uint64_t flags)
{
	int pidfd = -1;
	pid_t pid = sys_clone(flags, &pidfd);

	if (pid == 0)
		_exit(0);
	return pid < 0 || pidfd < 0 ? -1 : 0;
}

static int try_pidfd(uint64_t unused)
{
	(void)unused;
	return sys_pidfd_open(getpid());
}

static int try_setns_pidfd(uint64_t unused)
{
	cleanup_fd int pidfd = sys_pidfd_open(getpid());

	(void)unused;
	return pidfd < 0 ? pidfd : sys_setns(pidfd, CLONE_NEWNS);
}

static int try_binfmt(uint64_t unused)
{
	char text[1024];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/filesystems", text, sizeof(text));

	(void)unused;
	return n > 0 && strstr(text, "\tbinfmt_misc\n") ? 0 : -1;
}

static int try_close_range(uint64_t unused)
{
	(void)unused;
	return sys_fd_has_range();
}

static int try_subreaper(uint64_t unused)
{
	(void)unused;
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Checks that the list of children is readable, which needs CONFIG_PROC_CHILDREN and /proc
 * (proc_pid_task(5)). Returns 0, or -1 with errno set. */
static int try_children_file(uint64_t unused)
{
	(void)unused;
	return access("/proc/thread-self/children", R_OK);
}

static int try_namespace_id(uint64_t unused)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt");
	uint64_t id;

	(void)unused;
	return ns < 0 ? ns : sys_ns_id(ns, &id);
}

/* Requests the next mount namespace. ENOENT means success, because the caller's mount namespace may
 * be the last one. Returns a negative errno only after a failure. */
static int try_mount_namespace_next(uint64_t unused)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt"), next = -1;

	(void)unused;
	next = ns < 0 ? ns : sys_ns_mnt_next(ns);
	return next == -ENOENT ? 0 : next;
}

static int try_listns(uint64_t unused)
{
	const struct sys_ns_id_req req = { .size = sizeof(req) };
	uint64_t id;

	(void)unused;
	return (int)sys_listns(&req, &id, 1);
}

static int try_openat2(uint64_t unused)
{
	(void)unused;
	return sys_openat2(AT_FDCWD, "/", O_PATH, 0, SYS_RESOLVE_IN_ROOT);
}

/* clang-format off */
const struct feature feature_user = { "user", try_unshare, CLONE_NEWUSER, false };
const struct feature feature_time_without_fork = { "time-without-fork", try_enter_time, CLONE_NEWTIME, false };
const struct feature feature_time_without_fork_in_user = { "time-without-fork-in-user", try_enter_time, CLONE_NEWTIME | CLONE_NEWUSER, false };
const struct feature feature_clone3_pidfd = { "clone3-pidfd", try_clone3, 0, false };
const struct feature feature_pidfd = { "pidfd", try_pidfd, 0, false };
const struct feature feature_setns_pidfd = { "setns-pidfd", try_setns_pidfd, 0, true };
const struct feature feature_binfmt_misc = { "binfmt_misc", try_binfmt, 0, false };
const struct feature feature_close_range = { "close-range", try_close_range, 0, false };
const struct feature feature_subreaper = { "subreaper", try_subreaper, 0, false };
const struct feature feature_children_file = { "children-file", try_children_file, 0, false };
const struct feature feature_namespace_ids = { "namespace-ids", try_namespace_id, 0, false };
const struct feature feature_mount_namespace_next = { "mount-namespace-next", try_mount_namespace_next, 0, false };
const struct feature feature_listns = { "listns", try_listns, 0, false };
const struct feature feature_openat2 = { "openat2", try_openat2, 0, false };
/* clang-format on */

bool feature_has(const struct feature *f)
{
	uint64_t types = CLONE_NEWNS | (sys_cap_has(CAP_SYS_ADMIN) ? 0 : CLONE_NEWUSER);
	int wstatus = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit((f->mounts && sys_unshare(types) < 0) || f->probe(f->arg) < 0);
	return pid > 0 && RETRY_EINTR(waitpid(pid, &wstatus, 0)) == pid && wstatus == 0;
}

bool feature_has_unshare(uint64_t flags)
{
	return feature_has(&(struct feature){ NULL, try_unshare, flags, false });
}
