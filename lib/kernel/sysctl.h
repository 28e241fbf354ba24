/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl: reads numbers from the files below /proc/sys. */
#ifndef NSU_KERNEL_SYSCTL_H
#define NSU_KERNEL_SYSCTL_H

#include "base/nserr.h"

/* Returns the value of a sysctl, or -1 if it cannot be read or is not a number. name is a path
 * below /proc/sys, for example "fs/nr_open". */
int64_t sysctl_get(const char *name);

/*
 * Sets the hint of e if AppArmor is configured to restrict user namespaces; otherwise does not
 * change e. The restriction lets an unconfined process create a user namespace but denies it all
 * capabilities inside, even to write the id maps (Linux 6.7; earlier in Ubuntu's kernels). Call it
 * only if all other reasons are excluded.
 */
void sysctl_hint_apparmor(struct nserr *e);

#endif
