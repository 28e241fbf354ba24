/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootold: what rootfs does on kernels before 5.12 (or under a filter that denies the new calls):
 * mount(2) on /proc/self/fd names, each result opened again and verified. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/place.h"

int root_legacy_begin(struct root *r, int dir, struct nserr *e) must_check;
int root_legacy_begin_fs(struct root *r, const char *type, const struct mntopt *o,
			 struct nserr *e) must_check;

/* Mounts a new file system / what src shows on a place; the descriptor of what is there now. */
int root_legacy_mount(struct root *r, const char *type, const struct root_place *p,
		      const struct mntopt *o, struct nserr *e) must_check;
int root_legacy_bind(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		     struct nserr *e) must_check;

/* Applies o to the mount at fd and, unless o->norec, to all below it, one by one. */
int root_legacy_setattr(int fd, const struct mntopt *o, struct nserr *e) must_check;

/* Takes back that the mount at dir (its root) is read-only, if it can; that becomes the working
 * directory. */
void root_legacy_make_writable(int dir);

#endif
