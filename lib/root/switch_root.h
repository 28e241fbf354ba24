/* SPDX-License-Identifier: GPL-2.0-or-later */
/* switch_root: leaves an initramfs, which pivot_root(2) cannot do: moves the new root over "/" and
 * removes the files of the initramfs. */
#ifndef NSU_ROOT_SWITCH_ROOT_H
#define NSU_ROOT_SWITCH_ROOT_H

#include "root/tree.h"

/* Returns 0 if "/" is an initramfs whose files may be removed: a ramfs or tmpfs with /init or
 * /etc/initrd-release, and the caller is process 1. Otherwise returns -EPERM with e set. */
int root_switch_check(struct nserr *e) must_check;

/*
 * Moves /dev, /proc, /sys and /run into the new root, or unmounts those that have no directory
 * there or one that is covered by a mount. Moves the new root over "/", and removes the files of
 * the old root that are on its own mount. Returns 0 or a negative errno with e set.
 */
int root_switch(struct root *r, struct nserr *e) must_check;

/* Removes the contents of the directory dir (a descriptor, borrowed). Follows no links, and does
 * not enter other mounts. */
void root_switch_empty(int dir);

#endif
