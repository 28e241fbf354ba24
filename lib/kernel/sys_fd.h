/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_fd: many descriptors at once. */
#ifndef NSU_KERNEL_SYS_FD_H
#define NSU_KERNEL_SYS_FD_H

#include "base/util.h"

/*
 * Marks all open descriptors above 2 but the n of keep close-on-exec, or closes them now. What is
 * below 3 in keep does not matter. close_range(2) (5.9, marking 5.11), else one by one as
 * /proc/self/fd lists them, else up to RLIMIT_NOFILE. 0 or a negative errno.
 */
int sys_fd_cloexec_others(const int *keep, size_t n) must_check;
int sys_fd_close_others(const int *keep, size_t n) must_check;

/* 0 where that needs no list, or a negative errno. */
int sys_fd_has_range(void) must_check;

/*
 * Creates an executable file in memory: memfd_create(2) with MFD_CLOEXEC, flags and, from Linux 6.3
 * on, MFD_EXEC. Returns a descriptor above 2, or a negative errno: -EACCES if vm.memfd_noexec=2
 * forbids executable memory files in this pid namespace.
 */
int sys_memfd_exec(const char *name, unsigned flags) must_check;

#endif
