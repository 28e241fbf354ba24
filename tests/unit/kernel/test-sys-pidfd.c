// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-pidfd: checks the calls for descriptors of processes with descriptors and flags that
 * they do not accept. */
#include "kernel/sys_pidfd.h"

#include <fcntl.h>
#include <sched.h>

#include "../fault.h"
#include "base/file.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void only_two_types_have_a_namespace_for_children(void)
{
	static const uint64_t others[] = { CLONE_NEWUTS, CLONE_NEWNET, CLONE_NEWUSER,
					   CLONE_NEWPID | CLONE_NEWTIME, 0 };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		CHECK_INT(sys_pidfd_child_ns(null, others[i]), -EOPNOTSUPP);
	/* the device refuses the ioctl(2) */
	CHECK_INT(sys_pidfd_child_ns(null, CLONE_NEWPID), -ENOTTY);
	CHECK_INT(sys_pidfd_child_ns(null, CLONE_NEWTIME), -ENOTTY);
	CHECK_INT(sys_pidfd_ns(null, CLONE_NEWUTS), -ENOTTY);
	CHECK_INT(sys_pidfd_ns(null, CLONE_NEWUTS | CLONE_NEWNET), -EOPNOTSUPP);
	CHECK_INT(sys_pidfd_ns(null, 1), -EOPNOTSUPP);
	close(null);
}

static void only_a_pidfd_has_the_inode_of_a_process(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	uint64_t inode = 7;

	CHECK_INT(sys_pidfd_inode(null, &inode), -EOPNOTSUPP);
	close(null);
	CHECK_INT(sys_pidfd_inode(null, &inode), -EBADF);
	CHECK_INT(inode, 7);
}

/* Asks whether a process has ended. A pipe, from which nothing can be read, is in place of the
 * pidfd of a process that runs. */
static int try_ended(void)
{
	int pair[2], rc;

	if (pipe(pair) < 0)
		return 1;
	fault_begin();
	rc = sys_pidfd_ended(pair[0]);
	fault_end();
	close(pair[0]);
	close(pair[1]);
	return rc;
}

static void a_failed_poll_is_reported(void)
{
	if (!fault_require())
		return;
	CHECK_INT(try_ended(), 0);
	CHECK_INT(fault_answer(try_ended, SYS_poll, 1, -EINTR), 0);
	CHECK_INT(fault_answer(try_ended, SYS_poll, 1, -ENOMEM), -ENOMEM);
}

/* Returns the inode of the namespace to which /proc/self/ns/FILE leads, or, if file is NULL, of the
 * namespace to which fd refers. */
static uint64_t inode_of(int fd, const char *file)
{
	char path[40];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", file ? file : "");
	return (file ? stat(path, &st) : fstat(fd, &st)) < 0 ? 0 : st.st_ino;
}

static void a_pidfd_opens_each_namespace(void)
{
	static const struct {
		uint64_t flag;
		const char *file, *child;
	} types[] = {
		{ CLONE_NEWCGROUP, "cgroup", NULL },
		{ CLONE_NEWIPC, "ipc", NULL },
		{ CLONE_NEWNS, "mnt", NULL },
		{ CLONE_NEWNET, "net", NULL },
		{ CLONE_NEWPID, "pid", "pid_for_children" },
		{ CLONE_NEWTIME, "time", "time_for_children" },
		{ CLONE_NEWUSER, "user", NULL },
		{ CLONE_NEWUTS, "uts", NULL },
	};
	cleanup_fd int pidfd = sys_pidfd_open(getpid());

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		cleanup_fd int ns = sys_pidfd_ns(pidfd, types[i].flag), child = -1;

		if (pidfd < 0 || ns == -ENOTTY || ns == -EINVAL || ns == -EOPNOTSUPP) {
			unit_skip("kernels before 6.11 do not open namespaces by a pidfd");
			return;
		}
		CHECK(ns > 2 && inode_of(ns, NULL) == inode_of(-1, types[i].file));
		CHECK_INT(fcntl(ns, F_GETFD), FD_CLOEXEC);
		child = sys_pidfd_child_ns(pidfd, types[i].flag);
		CHECK(types[i].child ? inode_of(child, NULL) == inode_of(-1, types[i].child)
				     : child == -EOPNOTSUPP);
	}
}

/* Ends the child with the exit status to which arg points. */
static int exit_with(void *arg)
{
	_exit(*(int *)arg);
}

static int add_one(void *arg)
{
	++*(int *)arg;
	return 0;
}

static int wait_for(pid_t pid)
{
	int status = unit_wait(pid);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_child_has_a_pidfd_and_its_own_files(void)
{
	int pidfd = -1, number = 7;
	pid_t pid = sys_clone(0, &pidfd);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
	}
	CHECK(pid > 0 && pidfd > 2);
	CHECK_INT(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(sys_pidfd_ended(pidfd), 0);
	CHECK_INT(sys_pidfd_send_signal(pidfd, 0), 0);
	CHECK_INT(sys_pidfd_send_signal(pidfd, 99), -EINVAL);
	if (sys_same_files(getpid(), getpid()) == 1)
		CHECK_INT(sys_same_files(getpid(), pid), 0);
	CHECK_INT(sys_same_files(getpid(), -1), -ESRCH);
	CHECK_INT(sys_pidfd_send_signal(pidfd, SIGKILL), 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK_INT(sys_pidfd_ended(pidfd), 1);
	CHECK_INT(sys_pidfd_send_signal(pidfd, 0), -ESRCH);
	close(pidfd);
	CHECK_INT(sys_pidfd_open(0), -EINVAL);
	CHECK_INT(sys_pidfd_open_task(-1), -EINVAL);
	CHECK_INT(sys_pidfd_getfd(-1, 0), -EBADF);
	CHECK_INT(sys_clone(CLONE_FS | CLONE_NEWNS, NULL), -EINVAL);
	/* a child of sys_run_apart() has its own memory; a child of sys_vfork() shares ours */
	CHECK_INT(wait_for(sys_run_apart(exit_with, &number)), 7);
	if (SYS_HAS_VFORK) {
		CHECK_INT(wait_for(sys_vfork(0, add_one, &number)), 0);
		CHECK_INT(number, 8);
		CHECK_INT(wait_for(sys_vfork(0, add_one, &number)), 0);
		CHECK_INT(number, 9);
	}
}

static void each_number_of_sigtimedwait_is_known(void)
{
	static const uint64_t numbers[] = { SYS_rt_sigtimedwait, 177, 421, 0x40000000 + 523 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		CHECK(sys_is_sigtimedwait(numbers[i]));
	CHECK(!sys_is_sigtimedwait(420) && !sys_is_sigtimedwait(422) && !sys_is_sigtimedwait(523));
}

UNIT_MAIN(CASE(a_pidfd_opens_each_namespace), CASE(a_child_has_a_pidfd_and_its_own_files),
	  CASE(each_number_of_sigtimedwait_is_known),
	  CASE(only_two_types_have_a_namespace_for_children),
	  CASE(only_a_pidfd_has_the_inode_of_a_process), CASE(a_failed_poll_is_reported))
