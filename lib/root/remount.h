/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remount: changes the options of mounts by mount(2), for kernels without mount_setattr(2) (before
 * Linux 5.12) and for mounts that are attached already. */
#ifndef NSU_ROOT_REMOUNT_H
#define NSU_ROOT_REMOUNT_H

#include "root/mntopt.h"

/* Applies the options o to the mount whose root directory is fd and, unless o->norec is set, to
 * each mount below it. Returns 0 or a negative errno with e set; e may be NULL. */
int root_remount(int fd, const struct mntopt *o, struct nserr *e) must_check;

/* Tries to make a mount writable, and ignores a failure. dir is a descriptor of the root directory
 * of the mount. Changes the working directory to dir and passes the path "." to mount(2), because
 * the new root may have no /proc/self/fd. */
void root_remount_writable(int dir);

#endif
