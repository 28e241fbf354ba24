/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place: mounts file systems and binds files on paths of a root under construction. */
#ifndef NSU_ROOT_PLACE_H
#define NSU_ROOT_PLACE_H

#include "root/tree.h"

/* Returns true if path names the root directory itself. Has no side effects. */
bool root_place_is_root(const char *path);

/*
 * Returns path without any ".." at its beginning, because ".." in the root directory leads to the
 * root directory. Returns NULL if a ".." follows a name: the owner of the root could replace that
 * name, and a path that leads back out of a mount cannot be resolved from the mount. Has no side
 * effects.
 */
const char *root_place_plain(const char *path);

/*
 * Mounts a new file system on path, and creates path if it is missing. A mount on "/" becomes the
 * root of the tree. Returns a descriptor of the mount, which the caller passes to root_done(), or a
 * negative errno with e set.
 */
int root_place_mount(struct root *r, const char *type, const char *path, const struct mntopt *o,
		     struct nserr *e) must_check;

/*
 * Binds the file or directory of src (a descriptor, borrowed) on path. If path is missing, creates
 * it with the type of src. The bind mount includes the mounts below src unless o->norec is set. The
 * options o apply to all these mounts. If src is a detached mount that cannot be cloned, attaches
 * src itself. Returns a descriptor of the mount, which the caller passes to root_done(), or a
 * negative errno with e set.
 */
int root_place_bind(struct root *r, int src, const char *path, const struct mntopt *o,
		    struct nserr *e) must_check;

/* An open file or directory in the tree. */
struct root_place {
	int fd;           /* O_PATH descriptor; -1 for the root itself */
	const char *path; /* path of the file or directory */
	bool dir;         /* the file is a directory, and not another type of file */
	bool mount;       /* the file is the root directory of a mount */
	/* the file is on a mount that was empty at first and that only this process can have
	 * changed */
	bool ours;
};

/* Opens path and sets p. The caller passes p->fd to root_done(). Returns 0, or a negative errno
 * with e set. */
int root_place_find(struct root *r, const char *path, struct root_place *p,
		    struct nserr *e) must_check;

/* Do the same as root_place_mount() and root_place_bind(), but for a mount point that is open
 * already. */
int root_place_mount_on(struct root *r, const char *type, const struct root_place *p,
			const struct mntopt *o, struct nserr *e) must_check;
int root_place_bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		       struct nserr *e) must_check;

#endif
