/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trustpath: resolves a path so that another user cannot direct the caller to another file. */
#ifndef NSU_KERNEL_TRUSTPATH_H
#define NSU_KERNEL_TRUSTPATH_H

#include "base/nserr.h"

/*
 * Trusted users are root, the caller (effective user id) and the owner of the root directory, who
 * decides where every path leads. Inside a user namespace all unmapped ids look alike: there the
 * owner of the root directory is usually one of them, and then they are all trusted.
 */
struct trustpath {
	int dir;    /* O_PATH descriptor of the directory that holds the last component, or -1 */
	char *name; /* the last component, malloc()ed; "." if the path ends in a directory */
	bool is_proc_link; /* it is a link of the proc file system, /proc/self/fd/1 for example */
};

#define TRUSTPATH_INIT ((struct trustpath){ .dir = -1 })

enum {
	/* Every directory on the way must belong to a trusted user, and others must not be able to
	 * replace what is in it. */
	TRUSTPATH_DIRS = 1,
};

/*
 * Resolves path without its last component into t. Symbolic links are followed, the last component
 * included, if they belong to a trusted user. The name that results was not a symbolic link, except
 * for a link of the proc file system, which only the kernel can follow; it may not exist. Another
 * user may exchange the file at any time: open it with O_NOFOLLOW unless is_proc_link. Returns 0,
 * or a negative errno with e set: -ELOOP for a link of another user, -EACCES for a directory that
 * TRUSTPATH_DIRS refuses. Free t with trustpath_free() after success only.
 */
int trustpath_resolve(const char *path, unsigned flags, struct trustpath *t,
		      struct nserr *e) must_check;
void trustpath_free(struct trustpath *t);

/*
 * Returns 0 if only trusted users can replace what is in the directory fd, -EACCES with e set to
 * the reason if not, or another negative errno with e set. name is for the message.
 */
int trustpath_check_dir(int fd, const char *name, struct nserr *e) must_check;

/* Returns true if uid is a trusted user. */
bool trustpath_is_trusted(uid_t uid);

#endif
