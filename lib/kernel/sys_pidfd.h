/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_pidfd: processes held by descriptor, and clone3(2). */
#ifndef NSU_KERNEL_SYS_PIDFD_H
#define NSU_KERNEL_SYS_PIDFD_H

#include <linux/types.h>
#include <sys/types.h>

#include "base/util.h"

#define SYS_CLONE_INTO_CGROUP UINT64_C(0x200000000) /* clone3(2), 5.7 */

struct sys_pidfd_info { /* struct pidfd_info of PIDFD_GET_INFO, 6.13 */
	__u64 mask;
	__u64 cgroupid;
	__u32 pid, tgid, ppid;
	__u32 ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	__s32 exit_code;
};

/* Opens a process (pidfd_open(2), 5.3; thread ids from 6.9). A descriptor, -ESRCH for a process
 * that is gone, -EINVAL for a thread id that is no leader, -ENOSYS. */
int sys_pidfd_open(pid_t pid) must_check;
int sys_pidfd_open_thread(pid_t tid) must_check;
int sys_pidfd_open_task(pid_t id) must_check; /* whichever it is */

/* Duplicates descriptor fd of the process (pidfd_getfd(2), 5.6). A descriptor or a negative errno,
 * -EPERM for a process that may not be traced. */
int sys_pidfd_getfd(int pidfd, int fd) must_check;

/* pidfd_send_signal(2), 5.1. 0 or a negative errno, -ESRCH for a process that is gone. */
int sys_pidfd_send_signal(int pidfd, int sig) must_check;

/* Fills what the kernel tells of a process without any privilege (6.13). 0 or a negative errno,
 * -ENOTTY before 6.13. */
int sys_pidfd_info(int pidfd, struct sys_pidfd_info *info) must_check;

/* A namespace of the process by CLONE_NEW* flag, without /proc (6.11). A descriptor, -ENOTTY or
 * -EOPNOTSUPP where the kernel cannot. */
int sys_pidfd_ns(int pidfd, uint64_t flag) must_check;

/* The pid or time namespace that the children of the process will be in, as sys_pidfd_ns(). Unlike
 * /proc/PID/ns/pid_for_children this also shows a pid namespace without a first process. */
int sys_pidfd_child_ns(int pidfd, uint64_t flag) must_check;

/* The inode of a pidfd, which no other process has or had since boot (6.9). 0, or -EOPNOTSUPP on
 * older kernels, where all pidfds share one. */
int sys_pidfd_inode(int pidfd, uint64_t *inode) must_check;

/* Whether two threads share their descriptors (kcmp(2), 3.5): 1, 0 or a negative errno: -ENOSYS
 * where the kernel was built without it, -EPERM for a process that may not be traced. */
int sys_same_files(pid_t a, pid_t b) must_check;

/* Whether the process has ended: 1, 0 or a negative errno. */
int sys_pidfd_ended(int pidfd) must_check;

/*
 * fork(2) with namespaces and more: clone3(2) with flags, exit signal SIGCHLD and, with
 * SYS_CLONE_INTO_CGROUP in flags, a cgroup directory descriptor. *pidfd, where not NULL, is set in
 * the parent (O_CLOEXEC). Pid in the parent, 0 in the child, or a negative errno: -ENOSYS
 * below 5.3. For flags that clone(2) knows too it falls back to that.
 */
pid_t sys_clone(uint64_t flags, int cgroup_fd, int *pidfd) must_check;

/*
 * vfork(2) for a child with a stack of its own, in new namespaces by CLONE_NEW* flags, which runs
 * f(arg) in the memory of the caller and must end by an exec or _exit(2); until then the caller is
 * stopped. Descriptors, working directory and signal mask are the child's own. No time namespace is
 * to be had by one that shares its memory, not by a flag and not by setns(2). The pid or a negative
 * errno: -ENOMEM, too, when there may be no such stack (8 MiB, kept).
 */
pid_t sys_vfork(uint64_t flags, int (*f)(void *), void *arg) must_check;

/* Whether that can be: AddressSanitizer knows of no second stack. */
#if defined(__SANITIZE_ADDRESS__)
#define SYS_HAS_VFORK false
#else
#define SYS_HAS_VFORK true
#endif

/*
 * Runs f(arg) in a child with a descriptor table of its own, and returns when f has returned; the
 * child exits then, which may take longer. f may change memory that is mapped MAP_SHARED, no other.
 * Returns the pid, which the caller may wait for, or a negative errno.
 */
pid_t sys_run_apart(int (*f)(void *), void *arg) must_check;

#endif
