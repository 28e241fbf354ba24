/* SPDX-License-Identifier: GPL-2.0-or-later */
/* switch_root: leaves an initramfs. pivot_root(2) cannot move the root of an initramfs, so
 * switch_root moves the new root to "/" and removes the files of the initramfs. */
#ifndef NSU_ROOT_SWITCH_ROOT_H
#define NSU_ROOT_SWITCH_ROOT_H

#include "root/tree.h"

/* Checks that "/" is an initramfs whose files may be removed: it is a ramfs or tmpfs with /init or
 * /etc/initrd-release, and the caller is process 1. Returns 0, or -EPERM with e set. */
int root_switch_check(struct nserr *e) must_check;

/*
 * Moves /dev, /proc, /sys and /run into the new root. Unmounts each of them whose directory in the
 * new root is missing or covered by another mount. Then moves the new root to "/" and removes the
 * files of the old root, but not the files on mounts below it. Returns 0, or a negative errno with
 * e set.
 */
int root_switch(struct root *r, struct nserr *e) must_check;

/* Removes the contents of the directory dir (a descriptor, borrowed). Does not follow symbolic
 * links and does not enter other mounts. Skips files that it cannot remove. */
void root_switch_empty(int dir);

#endif
