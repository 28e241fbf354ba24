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
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "unit.h"

/* Runs the test and exits with the number of failed checks (at most 255). */
static inline void sandbox_test(void (*test)(const char *dir), const char *dir)
{
	int fds = unit_open_fds();

	test(dir);
	unit_check_fds("the sandbox", fds);
	fflush(stdout);
	/* do not call exit(3), which would run LeakSanitizer; LeakSanitizer needs /proc */
	_exit(unit_failures > 255 ? 255 : (int)unit_failures);
}

/* Runs the test in a child, for which it mounts a proc file system, and exits with the status of
 * the child. Called after unshare(CLONE_NEWPID), so the child is process 1 of the new pid
 * namespace. */
static inline void sandbox_pid(void (*test)(const char *dir), const char *dir)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(mount("proc", "/proc", "proc", 0, NULL) == 0);
		sandbox_test(test, dir);
	}
	_exit(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 99);
}

/*
 * Runs test(dir) in a child, in a new user and mount namespace and in new namespaces of the types
 * in the CLONE_NEW* flags `more`. dir is the path of a new directory, which sandbox() removes
 * afterwards. Fails the test case if a check in the child fails. Does not run the test if the user
 * may not create the namespaces.
 */
static inline void sandbox(int more, void (*test)(const char *dir))
{
	char dir[] = "/tmp/sandbox.XXXXXX", map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int status = 0;
	pid_t pid;

	CHECK(mkdtemp(dir));
	CHECK(chmod(dir, 0755) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		unit_failures = 0;
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS | more) < 0) {
			printf("# no user namespace here\n");
			fflush(stdout);
			_exit(0);
		}
		CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/uid_map", map), 0);
		CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny"), 0);
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
		CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/gid_map", map), 0);
		fflush(stdout);
		if (more & CLONE_NEWPID)
			sandbox_pid(test, dir);
		sandbox_test(test, dir);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	snprintf(map, sizeof(map), "rm -rf %s", dir);
	CHECK(system(map) == 0);
}

/* Removes all capabilities from the effective set of the calling thread. */
static inline void sandbox_drop_caps(void)
{
	struct sys_caps caps;

	CHECK_INT(sys_cap_get(&caps), 0);
	caps.effective = 0;
	CHECK_INT(sys_cap_set(&caps), 0);
}

/* Starts a child that creates new namespaces of the types in the CLONE_NEW* flags `flags` and waits
 * until it is killed. Returns the pid of the child, or -1 if the namespaces cannot be created. */
static inline pid_t sandbox_child(int flags)
{
	int pair[2];
	bool ready;
	pid_t pid;
	char c;

	if (pipe(pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(flags) == 0 && write(pair[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(pair[1]);
	ready = read(pair[0], &c, 1) == 1;
	close(pair[0]);
	return ready ? pid : -1;
}

/* Kills a child that sandbox_child() has started. */
static inline void sandbox_end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

#endif
