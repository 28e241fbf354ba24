/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysctl: reads and writes the files below /proc/sys. */
#ifndef NSU_KERNEL_SYSCTL_H
#define NSU_KERNEL_SYSCTL_H

#include "base/nserr.h"

/* Returns the value of a sysctl, or -1 if it cannot be read or is not a number. name is a path
 * below /proc/sys, for example "fs/nr_open". */
int64_t sysctl_get(const char *name);

/*
 * Splits text, "KEY=VALUE", as sysctl(8) does: if the first separator in KEY is a dot, dots and
 * slashes change places, so that "net.ipv4.conf.eth0/1.forwarding" names eth0.1. Writes the path
 * below /proc/sys, for example "net/ipv4/ip_forward", to path. Returns the value, a part of text,
 * or NULL if text is invalid: no KEY, no '=', ".." in KEY, or a path longer than size.
 */
const char *sysctl_split(const char *text, char *path, size_t size) must_check;

/* Sets a sysctl to a value; text is "KEY=VALUE", as for sysctl_split(). The kernel changes the
 * sysctl of the caller's namespaces (proc_sys_net(5) and others). Returns 0 or a negative errno
 * with e set. */
int sysctl_set(const char *text, struct nserr *e) must_check;

/*
 * Sets the hint of e if AppArmor is configured to restrict user namespaces; otherwise does not
 * change e. With this restriction, an unconfined process can create a user namespace but has no
 * capabilities inside, so it cannot even write the id maps (Linux 6.7; earlier in Ubuntu's
 * kernels). Call this function only if no other reason for the failure is possible.
 */
void sysctl_hint_apparmor(struct nserr *e);

#endif
