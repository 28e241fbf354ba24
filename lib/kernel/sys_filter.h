/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys_filter: finds out if a seccomp filter of this process denies a system call. It repeats the
 * call with invalid arguments. The filter runs before the kernel checks the arguments (seccomp(2)),
 * and the kernel's error for the arguments differs from the error of a filter. The functions below
 * must be called only after a system call has failed.
 */
#ifndef NSU_KERNEL_SYS_FILTER_H
#define NSU_KERNEL_SYS_FILTER_H

#include "base/nserr.h"

/*
 * Sets the hint of e if a filter denies one of the system calls in `calls` with the errno of e.
 * `calls` is a text such as "clone(2), setgroups(2)"; system calls that cannot be tried without an
 * effect are skipped. If e has a hint already, sets the hint only if the filter denies each system
 * call that can be tried. Changes e only if its errno is EPERM or EACCES.
 */
void sys_filter_explain(const char *calls, struct nserr *e);

/* Does the same as sys_filter_explain() for unshare(2) and clone(2), but tries these CLONE_NEW*
 * flags one at a time, because a filter may deny only some of the flags. If a filter denies a flag,
 * replaces an existing hint of e. */
void sys_filter_explain_flags(uint64_t flags, struct nserr *e);

#endif
