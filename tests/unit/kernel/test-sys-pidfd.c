// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-pidfd: checks the calls for descriptors of processes with descriptors and flags that
 * they do not accept. */
#include "kernel/sys_pidfd.h"

#include <fcntl.h>
#include <sched.h>

#include "../fault.h"
#include "../memory.h"
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

/* Opens a pidfd of this process with sys_pidfd_open_task(), which also accepts the id of a
 * thread. */
static int try_open_task(void)
{
	int fd;

	fault_begin();
	fd = sys_pidfd_open_task(getpid());
	fault_end();
	if (fd >= 0)
		close(fd);
	return MIN(fd, 0);
}

/* EINVAL means that the id is that of a thread (Linux 6.9 and later open it with PIDFD_THREAD). */
static void only_an_invalid_pid_is_taken_for_a_thread(void)
{
	if (!fault_require())
		return;
	CHECK_INT(try_open_task(), 0);
	CHECK_INT(fault_answer(try_open_task, SYS_pidfd_open, 1, -ESRCH), -ESRCH);
	CHECK_INT(fault_answer(try_open_task, SYS_pidfd_open, 1, -EPERM), -EPERM);
	CHECK_INT(fault_answer(try_open_task, SYS_pidfd_open, 2, -EPERM), INT_MAX);
	fault_again = true;
	CHECK_INT(fault_answer(try_open_task, SYS_pidfd_open, 1, -EINVAL), -EINVAL);
	fault_again = false;
	/* kernels before 6.9 have no pidfds of threads */
	CHECK(fault_answer(try_open_task, SYS_pidfd_open, 1, -EINVAL) == 0 ||
	      sys_pidfd_open_thread(getpid()) == -EINVAL);
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

		/* a kernel that opens the first namespace opens all of them, except those of a type
		 * that it lacks */
		if (pidfd < 0 ||
		    (i == 0 && (ns == -ENOTTY || ns == -EINVAL || ns == -EOPNOTSUPP))) {
			unit_skip("kernels before 6.11 do not open namespaces by a pidfd");
			return;
		}
		if (ns == -EOPNOTSUPP && inode_of(-1, types[i].file) == 0)
			continue;
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

/* Waits for 20 ms, and then calls add_one(). */
static int add_late(void *arg)
{
	usleep(20000);
	return add_one(arg);
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
	CHECK_INT(unit_exit_status(sys_run_apart(exit_with, &number)), 7);
	if (SYS_HAS_VFORK) {
		pid = sys_vfork(0, add_late, &number);
		CHECK_INT(number, 8); /* vfork(2) has waited for the child */
		CHECK_INT(unit_exit_status(pid), 0);
		CHECK_INT(unit_exit_status(sys_vfork(0, add_one, &number)), 0);
		CHECK_INT(number, 9);
	}
}

/* ---- Failures of clone3(2) and of memory allocation ---- */

/* Makes each later clone3(2) of this process fail. Returns true on success. */
static bool deny_clone3(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_SIZE(code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Calls sys_clone() while clone3(2) fails. Returns the negative errno of sys_clone(), or 0 if it
 * has created a child, and a pidfd if `with_pidfd` is set. Runs in a child. */
static int clone_without_clone3(int error, uint64_t flags, bool with_pidfd)
{
	int pidfd = -1;
	pid_t pid;

	if (!deny_clone3(error))
		return 1;
	pid = sys_clone(flags, with_pidfd ? &pidfd : NULL);
	if (pid == 0)
		_exit(5);
	if (pid < 0)
		return pid;
	if (with_pidfd && (pidfd <= 2 || fcntl(pidfd, F_GETFD) != FD_CLOEXEC))
		return 2;
	return unit_exit_status(pid) == 5 && (with_pidfd || pidfd < 0) ? 0 : 3;
}

static void clone_replaces_clone3(void)
{
	static const struct {
		int error;
		uint64_t flags;
		int want;
	} rows[] = {
		{ ENOSYS, 0, 0 },
		{ EPERM, 0, 0 },
		{ EINVAL, 0, -EINVAL },
		{ EAGAIN, 0, -EAGAIN },
		{ ENOSYS, CLONE_FILES, 0 },
		/* clone(2) does not have these flags */
		{ ENOSYS, CLONE_NEWTIME, -ENOSYS },
		{ EPERM, CLONE_NEWTIME, -EPERM },
		{ ENOSYS, UINT64_C(1) << 32, -ENOSYS },
	};

	if (!fault_require())
		return;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		pid_t pid = unit_fork();

		if (pid == 0)
			_exit(-clone_without_clone3(rows[i / 2].error, rows[i / 2].flags, i % 2) &
			      0xff);
		CHECK_INT(unit_exit_status(pid), -rows[i / 2].want);
	}
}

static int *shared; /* in memory that this process shares with its children */

static int add_both(void *arg)
{
	++*shared;
	return add_one(arg);
}

/* Runs add_both() in a child. The stack for vfork(2) cannot be allocated, so the child has its own
 * copy of the memory. */
static int try_apart(void)
{
	pid_t pid, self = getpid();
	int number = 7;

	if (!memory_limit())
		return 1;
	*shared = 0;
	fault_begin();
	pid = sys_run_apart(add_both, &number);
	fault_end();
	if (getpid() != self)
		_exit(9);
	return pid < 0 ? pid : unit_exit_status(pid) == 0 && *shared == 1 && number == 7 ? 0 : 1;
}

static void fork_replaces_vfork(void)
{
	if (!fault_require())
		return;
	shared = unit_shared(sizeof(*shared));
	/* the pipe is needed only for fork(2), after the memory for vfork(2) could not be
	 * allocated */
	CHECK_INT(fault_answer(try_apart, SYS_pipe2, 1, -EMFILE), -EMFILE);
	CHECK_INT(fault_answer(try_apart, SYS_read, 1, -EINTR), 0);
	fault_all("sys_run_apart", try_apart, NULL);
	munmap(shared, sizeof(*shared));
}

static void each_number_of_sigtimedwait_is_known(void)
{
	static const uint64_t numbers[] = { SYS_rt_sigtimedwait, 177, 421, 0x40000000 + 523 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		CHECK(sys_is_sigtimedwait(numbers[i]));
	CHECK(!sys_is_sigtimedwait(420) && !sys_is_sigtimedwait(422) && !sys_is_sigtimedwait(523));
}

/* fork_replaces_vfork() must run first, because sys_vfork() keeps its stack for later calls */
UNIT_MAIN(CASE(fork_replaces_vfork), CASE(clone_replaces_clone3),
	  CASE(a_pidfd_opens_each_namespace), CASE(a_child_has_a_pidfd_and_its_own_files),
	  CASE(each_number_of_sigtimedwait_is_known),
	  CASE(only_two_types_have_a_namespace_for_children),
	  CASE(only_a_pidfd_has_the_inode_of_a_process), CASE(a_failed_poll_is_reported),
	  CASE(only_an_invalid_pid_is_taken_for_a_thread))
