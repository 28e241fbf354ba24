/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootplace: mounts and binds on places of a root under construction. */
#ifndef NSU_ROOT_PLACE_H
#define NSU_ROOT_PLACE_H

#include "root/tree.h"

/* Whether path names the root itself. */
bool root_place_is_root(const char *path);

/*
 * Returns path without ".." at its beginning, which leads from the root to the root. Returns NULL
 * if a ".." follows a name: the owner of the root could exchange this name, and a path that leads
 * back out of a mount is not resolved from this mount. Pure.
 */
const char *root_place_plain(const char *path);

/*
 * Mounts a new file system on path, which is made when missing. On "/" it becomes the root. A
 * descriptor of what is mounted, or a negative errno with e set.
 */
int root_place_mount(struct root *r, const char *type, const char *path, const struct mntopt *o,
		     struct nserr *e) must_check;

/*
 * Binds what src (a descriptor) shows on path, made when missing as src is: recursively unless
 * o->norec, o applied to every mount of it. A src that is a detached mount which cannot be cloned
 * is attached itself. A descriptor of what is bound. Not taken: src.
 */
int root_place_bind(struct root *r, int src, const char *path, const struct mntopt *o,
		    struct nserr *e) must_check;

/* A place in the tree. */
struct root_place {
	int fd;           /* O_PATH; -1 for the root itself */
	const char *path; /* its name */
	bool dir;
	bool mount; /* the root of a mount */
	bool ours;  /* on a mount that we made empty and that nobody else has seen */
};

/* Opens path. Give p->fd to root_done(). 0 or a negative errno with e set. */
int root_place_find(struct root *r, const char *path, struct root_place *p,
		    struct nserr *e) must_check;

/* root_place_mount() and root_place_bind() on a place. */
int root_place_mount_on(struct root *r, const char *type, const struct root_place *p,
			const struct mntopt *o, struct nserr *e) must_check;
int root_place_bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		       struct nserr *e) must_check;

#endif
