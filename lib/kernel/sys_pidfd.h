/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_pidfd: declares functions that use process descriptors (pidfds), and functions that create
 * processes with clone3(2). */
#ifndef NSU_KERNEL_SYS_PIDFD_H
#define NSU_KERNEL_SYS_PIDFD_H

#include <sys/types.h>

#include "base/util.h"

/*
 * sys_pidfd_open() opens the process with this pid (pidfd_open(2), Linux 5.3),
 * sys_pidfd_open_thread() the thread with this tid (Linux 6.9), and sys_pidfd_open_task() the
 * process or thread with this id. They return a descriptor, which the caller closes, or a negative
 * errno: -ESRCH if the process has ended, -EINVAL if a process is expected and pid is a thread
 * that is not the leader of its thread group, -ENOSYS before Linux 5.3.
 */
int sys_pidfd_open(pid_t pid) must_check;
int sys_pidfd_open_thread(pid_t tid) must_check;
int sys_pidfd_open_task(pid_t id) must_check;

/* Duplicates descriptor fd of the process (pidfd_getfd(2), Linux 5.6). Returns a descriptor or a
 * negative errno: -EPERM if the caller has no permission to trace the process. */
int sys_pidfd_getfd(int pidfd, int fd) must_check;

/* Calls pidfd_send_signal(2) (Linux 5.1). Returns 0 or a negative errno: -ESRCH if the process has
 * ended. */
int sys_pidfd_send_signal(int pidfd, int sig) must_check;

/*
 * Opens the namespace that the process is in; the CLONE_NEW* flag selects its type (Linux 6.11).
 * Does not need /proc. Returns a descriptor, which the caller closes, or a negative errno: -ENOTTY
 * or -EOPNOTSUPP if the kernel does not support this.
 */
int sys_pidfd_ns(int pidfd, uint64_t flag) must_check;

/*
 * Opens the pid or time namespace for the children of the process. Unlike
 * /proc/PID/ns/pid_for_children, this also works for a pid namespace in which no process has been
 * created yet. Returns the same values as sys_pidfd_ns().
 */
int sys_pidfd_child_ns(int pidfd, uint64_t flag) must_check;

/* Sets *inode to the inode of a pidfd, which identifies one process until the next boot (Linux
 * 6.9). Returns 0, or -EOPNOTSUPP on older kernels, where all pidfds have the same inode. */
int sys_pidfd_inode(int pidfd, uint64_t *inode) must_check;

/* Returns 1 if two threads share their descriptor table (kcmp(2), Linux 3.5), 0 if not, or a
 * negative errno: -ENOSYS if the kernel lacks kcmp(2), -EPERM if the caller has no permission to
 * trace both threads. */
int sys_same_files(pid_t a, pid_t b) must_check;

/* Returns 1 if the process has ended, 0 if not, or a negative errno. */
int sys_pidfd_ended(int pidfd) must_check;

/*
 * Creates a child with the exit signal SIGCHLD by clone3(2) with these flags. If clone3(2) is
 * missing or denied and clone(2) supports all these flags, calls clone(2) instead. If pidfd is not
 * NULL, sets *pidfd (O_CLOEXEC) in the parent. Returns the pid in the parent, 0 in the child, or a
 * negative errno: -ENOSYS before Linux 5.3 if clone(2) does not support the flags.
 */
pid_t sys_clone(uint64_t flags, int *pidfd) must_check;

/*
 * Creates a child that shares the caller's memory, as vfork(2) does, but has its own stack. The
 * CLONE_NEW* flags give it new namespaces. The child runs f(arg) and must end by an exec or
 * _exit(2); until then the caller is suspended. The child has its own descriptors, working
 * directory and signal mask. A process that shares its memory with another process cannot enter a
 * time namespace, neither by a flag nor by setns(2). Returns the pid, or a negative errno: -ENOMEM
 * if the stack (8 MiB, never freed) cannot be allocated.
 */
pid_t sys_vfork(uint64_t flags, int (*f)(void *), void *arg) must_check;

/* true if sys_vfork() can be used: false in a build with AddressSanitizer, which does not support
 * the second stack that sys_vfork() needs */
#if defined(__SANITIZE_ADDRESS__)
#define SYS_HAS_VFORK false
#else
#define SYS_HAS_VFORK true
#endif

/*
 * Runs f(arg) in a child that has its own descriptor table. Returns when f has returned; the child
 * may still exist at that time. f may change only memory that is mapped with MAP_SHARED.
 * Returns the pid of the child, which the caller may wait for, or a negative errno.
 */
pid_t sys_run_apart(int (*f)(void *), void *arg) must_check;

/* Returns true if `number`, a system call number from /proc/PID/syscall, is the number of
 * rt_sigtimedwait(2), also for a 32-bit or x32 program on a 64-bit kernel. */
bool sys_is_sigtimedwait(uint64_t number);

#endif
