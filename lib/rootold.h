/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootold: what rootfs does on kernels before 5.12 (or under a filter that denies the new calls):
 * mount(2) on /proc/self/fd names, each result opened again and verified. */
#ifndef NSU_ROOTOLD_H
#define NSU_ROOTOLD_H

#include "rootplace.h"

int rootold_begin(struct rootfs *r, int dir, struct nserr *e) must_check;
int rootold_begin_fs(struct rootfs *r, const char *type, const struct mntopt *o,
		     struct nserr *e) must_check;

/* Mounts a new file system / what src shows on a place; the descriptor of what is there now. */
int rootold_mount(struct rootfs *r, const char *type, const struct rootplace *p,
		  const struct mntopt *o, struct nserr *e) must_check;
int rootold_bind(struct rootfs *r, int src, const struct rootplace *p, const struct mntopt *o,
		 struct nserr *e) must_check;

/* Applies o to the mount at fd and, unless o->norec, to all below it, one by one. */
int rootold_setattr(int fd, const struct mntopt *o, struct nserr *e) must_check;

/* Takes back that the mount at dir (its root) is read-only, if it can; that becomes the working
 * directory. */
void rootold_make_writable(int dir);

#endif
