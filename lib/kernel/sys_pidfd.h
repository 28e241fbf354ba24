/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_pidfd: holds processes by descriptor, and creates processes with clone3(2). */
#ifndef NSU_KERNEL_SYS_PIDFD_H
#define NSU_KERNEL_SYS_PIDFD_H

#include <sys/types.h>

#include "base/util.h"

#define SYS_CLONE_INTO_CGROUP UINT64_C(0x200000000) /* clone3(2), 5.7 */

/* Open a process (pidfd_open(2), 5.3) or a thread (6.9). Return a descriptor or a negative errno:
 * -ESRCH if the process is gone, -EINVAL if pid is a thread that is not a leader, -ENOSYS. */
int sys_pidfd_open(pid_t pid) must_check;
int sys_pidfd_open_thread(pid_t tid) must_check;
int sys_pidfd_open_task(pid_t id) must_check; /* a process or a thread */

/* Duplicates descriptor fd of the process (pidfd_getfd(2), 5.6). Returns a descriptor or a negative
 * errno: -EPERM if the caller may not trace the process. */
int sys_pidfd_getfd(int pidfd, int fd) must_check;

/* Calls pidfd_send_signal(2), 5.1. Returns 0 or a negative errno: -ESRCH if the process is gone. */
int sys_pidfd_send_signal(int pidfd, int sig) must_check;

/* Opens a namespace of the process by CLONE_NEW* flag, without /proc (6.11). Returns a descriptor
 * or a negative errno: -ENOTTY or -EOPNOTSUPP if the kernel does not support it. */
int sys_pidfd_ns(int pidfd, uint64_t flag) must_check;

/* Like sys_pidfd_ns() for the pid or time namespace that the children of the process will be in.
 * Unlike /proc/PID/ns/pid_for_children, this also opens a pid namespace without a first process. */
int sys_pidfd_child_ns(int pidfd, uint64_t flag) must_check;

/* Sets *inode to the inode of a pidfd, which no other process has had since boot (6.9). Returns 0,
 * or -EOPNOTSUPP on older kernels, where all pidfds share one inode. */
int sys_pidfd_inode(int pidfd, uint64_t *inode) must_check;

/* Returns 1 if two threads share their descriptors (kcmp(2), 3.5), 0 if not, or a negative errno:
 * -ENOSYS if the kernel was built without it, -EPERM if the caller may not trace a process. */
int sys_same_files(pid_t a, pid_t b) must_check;

/* Returns 1 if the process has ended, 0 if not, or a negative errno. */
int sys_pidfd_ended(int pidfd) must_check;

/*
 * Creates a child by clone3(2) with flags, exit signal SIGCHLD and, with SYS_CLONE_INTO_CGROUP in
 * flags, a cgroup directory descriptor. Falls back to clone(2) if it has all the flags. Sets *pidfd
 * in the parent (O_CLOEXEC) unless pidfd is NULL. Returns the pid in the parent, 0 in the child, or
 * a negative errno: -ENOSYS before 5.3.
 */
pid_t sys_clone(uint64_t flags, int cgroup_fd, int *pidfd) must_check;

/*
 * Creates a child that shares the caller's memory, as vfork(2), but has a stack of its own, in new
 * namespaces by CLONE_NEW* flags. The child runs f(arg) and must end by an exec or _exit(2); until
 * then the caller is stopped. The child has its own descriptors, working directory and signal mask.
 * A process that shares its memory cannot enter a time namespace, neither by a flag nor by
 * setns(2). Returns the pid or a negative errno: -ENOMEM also if the stack (8 MiB, kept) cannot be
 * allocated.
 */
pid_t sys_vfork(uint64_t flags, int (*f)(void *), void *arg) must_check;

/* False if sys_vfork() cannot be used: AddressSanitizer does not support a second stack. */
#if defined(__SANITIZE_ADDRESS__)
#define SYS_HAS_VFORK false
#else
#define SYS_HAS_VFORK true
#endif

/*
 * Runs f(arg) in a child with a descriptor table of its own, and returns when f has returned; the
 * child exits then, which may take longer. f may change only memory that is mapped MAP_SHARED.
 * Returns the pid, which the caller may wait for, or a negative errno.
 */
pid_t sys_run_apart(int (*f)(void *), void *arg) must_check;

#endif
