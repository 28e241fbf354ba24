/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl: numbers below /proc/sys. */
#ifndef NSU_KERNEL_SYSCTL_H
#define NSU_KERNEL_SYSCTL_H

#include "base/nserr.h"

/* Returns the value of a sysctl, or -1 if it cannot be read or is not a number. name is a path
 * below /proc/sys, for example "fs/nr_open". */
int64_t sysctl_get(const char *name);

/*
 * Sets the hint of e if AppArmor is configured to restrict user namespaces; otherwise e stays as it
 * was. The restriction lets an unconfined process create a user namespace but denies it all
 * capabilities inside, even writing the maps (Linux 6.7; earlier in Ubuntu's kernels). Call it only
 * if no other reason is left.
 */
void sysctl_hint_apparmor(struct nserr *e);

#endif
