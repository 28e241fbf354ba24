/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_fd: many descriptors at once. */
#ifndef NSU_SYS_FD_H
#define NSU_SYS_FD_H

#include "util.h"

/*
 * Marks all open descriptors from first to last close-on-exec, or closes them now. close_range(2)
 * (5.9, marking 5.11), else one by one as /proc/self/fd lists them, else up to RLIMIT_NOFILE. 0 or
 * a negative errno; nothing to do for first > last.
 */
int sys_fd_cloexec(unsigned first, unsigned last) must_check;
int sys_fd_close(unsigned first, unsigned last) must_check;

/* 0 where that needs no list, or a negative errno. */
int sys_fd_has_range(void) must_check;

#endif
