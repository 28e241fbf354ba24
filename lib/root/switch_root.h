/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootmove: leaving an initramfs, which cannot be pivoted out of: the new root is moved over it and
 * its files are removed. */
#ifndef NSU_ROOT_SWITCH_ROOT_H
#define NSU_ROOT_SWITCH_ROOT_H

#include "root/tree.h"

/* That "/" is an initramfs whose files may be removed: a ramfs or tmpfs with /init or
 * /etc/initrd-release, and we are process 1. 0 or -EPERM with e set. */
int root_switch_check(struct nserr *e) must_check;

/*
 * Moves /dev, /proc, /sys and /run into the new root where it has such directories and nothing is
 * mounted on them there (else they are unmounted), the new root over "/", and removes all files of
 * the old one that are on its own mount. 0 or a negative errno with e set.
 */
int root_switch(struct root *r, struct nserr *e) must_check;

/* Removes what is in dir (a descriptor of a directory): not across mounts, not through links. */
void root_switch_empty(int dir);

#endif
