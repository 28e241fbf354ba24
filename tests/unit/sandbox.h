/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.h: runs a part of a unit test as root of new namespaces, and starts children in new
 * namespaces. */
#ifndef NSU_UNIT_SANDBOX_H
#define NSU_UNIT_SANDBOX_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "unit.h"

/* The mount point of the test's own tmpfs. The directory exists on each system (hier(7)), and the
 * kernel removes the tmpfs with the mount namespace, even if the test is killed. */
#define SANDBOX_DIR "/mnt"

/* Mounts an empty tmpfs on this directory. Ends the process if that fails, because the test would
 * otherwise change the files of the machine. */
static inline void sandbox_tmpfs(const char *path)
{
	bool mounted = mount("sandbox", path, "tmpfs", 0, "mode=755") == 0;

	CHECK(mounted);
	if (!mounted)
		unit_end_child();
}

/* exit status of a sandbox without the permission to create namespaces */
enum { SANDBOX_ABSENT = 77 };

/* Runs the test and ends this child. */
static inline void sandbox_test(void (*test)(const char *dir))
{
	int fds = unit_open_fds();

	test(SANDBOX_DIR);
	unit_check_fds("the sandbox", fds);
	unit_end_child();
}

/* Runs the test in a child, for which it mounts a proc file system, and exits with the status of
 * the child. Called after unshare(CLONE_NEWPID), so the child is process 1 of the new pid
 * namespace. */
static inline void sandbox_pid(void (*test)(const char *dir))
{
	pid_t pid = unit_fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
		sandbox_test(test);
	}
	status = unit_wait(pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
}

/* Returns true if errnum, the error of unshare(2), says that this user may not create namespaces.
 * EINVAL says so only if the process has several threads, because a process with several threads
 * cannot create a user namespace (unshare(2)). In qemu-user, each process has a second thread.
 * Otherwise, EINVAL means that the flags are wrong. */
static inline bool sandbox_is_refused(int errnum)
{
	struct stat tasks;

	if (errnum == EINVAL)
		return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 3;
	return errnum == EPERM || errnum == ENOSYS || errnum == ENOSPC;
}

/* Makes this process root of new namespaces, with a tmpfs on SANDBOX_DIR. The kernel kills the
 * process if its parent is killed. Ends the process if it cannot create the namespaces: with the
 * status SANDBOX_ABSENT if this user may not create them. */
static inline void sandbox_enter(int flags)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (unshare(flags) < 0) {
		if (sandbox_is_refused(errno))
			_exit(SANDBOX_ABSENT);
		printf("# unshare(%#x): %s\n", (unsigned)flags, strerror(errno));
		fflush(stdout);
		_exit(99);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(map, sizeof(map), "0 %u 1", uid);
	CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/uid_map", map), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny"), 0);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/gid_map", map), 0);
	sandbox_tmpfs(SANDBOX_DIR);
}

/*
 * Runs test(dir) in a child, in a new user and mount namespace and in new namespaces of the types
 * in the CLONE_NEW* flags `more`. dir is the path of an empty directory on a tmpfs of these
 * namespaces. Fails the test case if a check in the child fails. Skips the case if the user may not
 * create the namespaces, which root may.
 */
static inline void sandbox(int more, void (*test)(const char *dir))
{
	pid_t pid = unit_fork();
	int status;

	if (pid == 0) {
		sandbox_enter(CLONE_NEWUSER | CLONE_NEWNS | more);
		if (more & CLONE_NEWPID)
			sandbox_pid(test);
		sandbox_test(test);
	}
	status = unit_wait(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_ABSENT)
		unit_skip_except_root("this user may not create namespaces");
	else
		CHECK_INT(status, 0);
}

/* Removes all capabilities from the effective set of the calling thread. */
static inline void sandbox_drop_caps(void)
{
	struct sys_caps caps;

	CHECK_INT(sys_cap_get(&caps), 0);
	caps.effective = 0;
	CHECK_INT(sys_cap_set(&caps), 0);
}

/* Starts a child that creates new namespaces of the types in the CLONE_NEW* flags `flags`. The
 * child has stopped itself when this function returns, so it makes no system call until it is
 * killed. Returns the pid of the child, or -1 if the namespaces cannot be created. */
static inline pid_t sandbox_child(int flags)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(flags) == 0)
			raise(SIGSTOP);
		_exit(1);
	}
	return waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) ? pid : -1;
}

/* Kills a child that sandbox_child() has started. */
static inline void sandbox_end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

#endif
