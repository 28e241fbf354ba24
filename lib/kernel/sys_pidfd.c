// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_pidfd: calls the pidfd system calls, clone3(2) and kcmp(2). */
#include "kernel/sys_pidfd.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/sys_ns.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438 /* pidfd_getfd(2) has the same number on all architectures */
#endif

#define PIDFD_THREAD O_EXCL
#define PIDFS_MAGIC  0x50494446

/* Mask of the flags that clone(2) accepts. The low byte is the exit signal. */
#define CLONE_OLD_FLAGS UINT64_C(0xffffff00)

int sys_pidfd_open(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : file_above_std((int)fd);
}

int sys_pidfd_open_thread(pid_t tid)
{
	long fd = syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	return fd < 0 ? -errno : file_above_std((int)fd);
}

int sys_pidfd_open_task(pid_t id)
{
	int fd = sys_pidfd_open(id);

	return fd == -EINVAL ? sys_pidfd_open_thread(id) : fd;
}

int sys_pidfd_getfd(int pidfd, int fd)
{
	long out = syscall(SYS_pidfd_getfd, pidfd, fd, 0);

	return out < 0 ? -errno : file_above_std((int)out);
}

int sys_pidfd_send_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

int sys_pidfd_ns(int pidfd, uint64_t flag)
{
	/* the ioctls PIDFD_GET_*_NAMESPACE, which linux/pidfd.h defines since Linux 6.11 */
	static const struct {
		uint64_t flag;
		unsigned number;
	} requests[] = {
		{ CLONE_NEWCGROUP, 1 }, { CLONE_NEWIPC, 2 },  { CLONE_NEWNS, 3 },
		{ CLONE_NEWNET, 4 },    { CLONE_NEWPID, 5 },  { CLONE_NEWTIME, 7 },
		{ CLONE_NEWUSER, 9 },   { CLONE_NEWUTS, 10 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		if (requests[i].flag == flag) {
			int fd = ioctl(pidfd, _IO(0xFF, requests[i].number), 0);

			return fd < 0 ? -errno : file_above_std(fd);
		}
	}
	return -EOPNOTSUPP;
}

int sys_pidfd_child_ns(int pidfd, uint64_t flag)
{
	int fd;

	if (flag != CLONE_NEWPID && flag != CLONE_NEWTIME)
		return -EOPNOTSUPP;
	/* the ioctls PIDFD_GET_{PID,TIME}_FOR_CHILDREN_NAMESPACE (Linux 6.11) */
	fd = ioctl(pidfd, _IO(0xFF, flag == CLONE_NEWPID ? 6 : 8), 0);
	return fd < 0 ? -errno : file_above_std(fd);
}

int sys_pidfd_inode(int pidfd, uint64_t *inode)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pidfd, &fs) < 0 || fstat(pidfd, &st) < 0)
		return -errno;
	if (fs.f_type != PIDFS_MAGIC)
		return -EOPNOTSUPP;
	*inode = st.st_ino;
	return 0;
}

int sys_same_files(pid_t a, pid_t b)
{
	long rc = syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0);

	return rc < 0 ? -errno : rc == 0;
}

int sys_pidfd_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int n = RETRY_EINTR(poll(&p, 1, 0));

	return n < 0 ? -errno : n;
}

pid_t sys_clone(uint64_t flags, int *pidfd)
{
	int fd = -1;
	struct clone_args args = {
		.flags = flags | (pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uintptr_t)&fd,
		.exit_signal = SIGCHLD,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	/* use clone(2) after EPERM, too, because some seccomp filters return it for unknown system
	 * calls */
	if (pid < 0 && (errno == ENOSYS || errno == EPERM) && !(flags & ~CLONE_OLD_FLAGS)) {
		unsigned long old = flags | SIGCHLD | (pidfd ? CLONE_PIDFD : 0);
#if defined(__s390x__)
		pid = syscall(SYS_clone, NULL, old, &fd, NULL, 0);
#else
		pid = syscall(SYS_clone, old, NULL, &fd, NULL, 0);
#endif
	}
	if (pid < 0)
		return -errno;
	if (pid > 0 && pidfd)
		*pidfd = file_above_std(fd);
	return (pid_t)pid;
}

/*
 * Size of the stack. For a script without an interpreter line, execvp(3) copies the arguments to
 * the stack, and they may have 6 MiB (execve(2)). Unused pages need no memory, but they count as
 * data, so RLIMIT_DATA may prevent the allocation.
 */
#define VFORK_STACK (8u << 20)

pid_t sys_vfork(uint64_t flags, int (*f)(void *), void *arg)
{
	static char *stack;
	int pid;

	if (!stack) {
		void *new = mmap(NULL, VFORK_STACK, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

		if (new == MAP_FAILED)
			return -ENOMEM;
		stack = new;
	}
	pid = clone(f, stack + VFORK_STACK,
		    (int)(uint32_t)(flags | CLONE_VM | CLONE_VFORK | SIGCHLD), arg);
	return pid < 0 ? -errno : pid;
}

/* Runs f(arg) in a child with its own memory. sys_run_apart() calls this function instead of
 * sys_vfork() if the memory for a second stack cannot be allocated. Returns the pid of the child
 * after f(arg) has returned, or a negative errno. */
static pid_t fork_apart(int (*f)(void *), void *arg)
{
	char done = 0;
	int line[2];
	pid_t pid;

	if (pipe2(line, O_CLOEXEC) < 0)
		return -errno;
	pid = sys_clone(0, NULL);
	if (pid == 0) {
		f(arg);
		(void)!write(line[1], &done, 1);
		_exit(0);
	}
	close(line[1]);
	if (pid > 0)
		(void)!RETRY_EINTR(read(line[0], &done, 1));
	close(line[0]);
	return pid;
}

pid_t sys_run_apart(int (*f)(void *), void *arg)
{
	/* vfork(2) returns as soon as the kernel has released the child's memory, which is before
	 * it closes the child's files */
	pid_t pid = SYS_HAS_VFORK ? sys_vfork(0, f, arg) : -ENOMEM;

	return pid == -ENOMEM ? fork_apart(f, arg) : pid;
}

/* Numbers of rt_sigtimedwait(2) for 32-bit programs (with 32-bit and 64-bit time) and for x32. */
#define COMPAT_SIGTIMEDWAIT 177
#define TIME64_SIGTIMEDWAIT 421
#define X32_SIGTIMEDWAIT    (0x40000000 + 523)

bool sys_is_sigtimedwait(uint64_t number)
{
	return number == SYS_rt_sigtimedwait || number == COMPAT_SIGTIMEDWAIT ||
	       number == TIME64_SIGTIMEDWAIT || number == X32_SIGTIMEDWAIT;
}
