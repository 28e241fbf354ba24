/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place: mounts file systems and binds on paths of a root under construction. */
#ifndef NSU_ROOT_PLACE_H
#define NSU_ROOT_PLACE_H

#include "root/tree.h"

/* Returns true if path names the root itself. Pure. */
bool root_place_is_root(const char *path);

/*
 * Returns path without ".." at its beginning, which leads from the root to the root. Returns NULL
 * if a ".." follows a name: the owner of the root could exchange this name, and a path that leads
 * back out of a mount is not resolved from this mount. Pure.
 */
const char *root_place_plain(const char *path);

/*
 * Mounts a new file system on path, and creates path if it is missing. A mount on "/" becomes the
 * root of the tree. Returns a descriptor of the mount, or a negative errno with e set.
 */
int root_place_mount(struct root *r, const char *type, const char *path, const struct mntopt *o,
		     struct nserr *e) must_check;

/*
 * Binds the file or directory of src (a descriptor, borrowed) on path, and creates path with the
 * type of src if it is missing. The bind is recursive unless o->norec; o applies to each of its
 * mounts. A detached mount that cannot be cloned is attached itself. Returns a descriptor of the
 * mount, or a negative errno with e set.
 */
int root_place_bind(struct root *r, int src, const char *path, const struct mntopt *o,
		    struct nserr *e) must_check;

/* A file or directory of the tree. */
struct root_place {
	int fd;           /* O_PATH; -1 for the root itself */
	const char *path; /* its name */
	bool dir;         /* it is a directory */
	bool mount;       /* it is the root of a mount */
	bool ours;        /* it is on a mount that we created empty and only we have used */
};

/* Opens path and fills in p. The caller passes p->fd to root_done(). Returns 0 or a negative errno
 * with e set. */
int root_place_find(struct root *r, const char *path, struct root_place *p,
		    struct nserr *e) must_check;

/* root_place_mount() and root_place_bind() on an open place. */
int root_place_mount_on(struct root *r, const char *type, const struct root_place *p,
			const struct mntopt *o, struct nserr *e) must_check;
int root_place_bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		       struct nserr *e) must_check;

#endif
