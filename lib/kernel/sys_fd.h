/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_fd: closes many descriptors at once, reads directories, checks whether a file may be
 * executed, and creates files in memory. */
#ifndef NSU_KERNEL_SYS_FD_H
#define NSU_KERNEL_SYS_FD_H

#include "base/util.h"

/*
 * sys_fd_cloexec_others() marks all open descriptors above 2 close-on-exec, and
 * sys_fd_close_others() closes them. Both skip the n descriptors in keep. Descriptors below 3 in
 * keep are ignored. Both use close_range(2) (Linux 5.9; close-on-exec 5.11). Without
 * close_range(2), they handle each descriptor that /proc/self/fd lists; without /proc, each
 * descriptor up to RLIMIT_NOFILE. Return 0 or a negative errno.
 */
int sys_fd_cloexec_others(const int *keep, size_t n) must_check;
int sys_fd_close_others(const int *keep, size_t n) must_check;

/* Returns 0 if close_range(2) is available, or a negative errno. */
int sys_fd_has_range(void) must_check;

/*
 * Reads entries (struct dirent) of the directory fd into buf (getdents64(2)). Returns the number of
 * bytes, 0 at the end, or a negative errno.
 */
ssize_t sys_getdents(int fd, void *buf, size_t size) must_check;

/*
 * Returns 0 if this process may execute the file or search the directory, or a negative errno:
 * -EACCES if permission is missing. Calls faccessat2(2) (Linux 5.8) with AT_EACCESS, because the C
 * library before glibc 2.33 permits everything to root, even without capabilities. If the system
 * call is missing or a filter denies it, calls faccessat(3).
 */
int sys_may_execute(const char *path) must_check;

/*
 * Creates an executable file in memory with memfd_create(2). Adds MFD_CLOEXEC to flags and, since
 * Linux 6.3, MFD_EXEC. Returns a descriptor above 2, or a negative errno: -EACCES if
 * vm.memfd_noexec=2 forbids executable memfds in this pid namespace.
 */
int sys_memfd_exec(const char *name, unsigned flags) must_check;

#endif
