/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy: builds a root with mount(2) on names in /proc/self/fd, and opens and verifies the result
 * of each mount. It is used before Linux 5.12, and if a seccomp filter denies the mount API. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/place.h"

/* Start a tree as root_begin() or root_begin_tmpfs() does, but attached on top of "/". Return 0, or
 * a negative errno with e set. */
int root_legacy_begin(struct root *r, int dir, struct nserr *e) must_check;
int root_legacy_begin_fs(struct root *r, const char *type, const struct mntopt *o,
			 struct nserr *e) must_check;

/* Mounts a new file system on a place. Returns a descriptor of its root, or a negative errno with e
 * set. */
int root_legacy_mount(struct root *r, const char *type, const struct root_place *p,
		      const struct mntopt *o, struct nserr *e) must_check;

/* Binds the file or directory of src (borrowed) on a place. Returns a descriptor of the mount, or a
 * negative errno with e set. */
int root_legacy_bind(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		     struct nserr *e) must_check;

/* Applies o to the mount at fd and, unless o->norec, to each mount below it. Returns 0 or a
 * negative errno with e set; e may be NULL. */
int root_legacy_setattr(int fd, const struct mntopt *o, struct nserr *e) must_check;

/* Makes the mount whose root is dir writable, if possible; changes the working directory to dir. */
void root_legacy_make_writable(int dir);

#endif
