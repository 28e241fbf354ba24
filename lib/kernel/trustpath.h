/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trustpath: resolves a path in such a way that another user cannot redirect it to another file. */
#ifndef NSU_KERNEL_TRUSTPATH_H
#define NSU_KERNEL_TRUSTPATH_H

#include "base/nserr.h"

/*
 * A path that was resolved, except for its last component. Trusted users are root, the caller
 * (effective user id) and the owner of the root directory, who decides where every path leads.
 * Inside a user namespace, all unmapped ids are shown as the same id. The owner of the root
 * directory is usually unmapped there, and then all unmapped users are trusted.
 */
struct trustpath {
	int dir; /* O_PATH descriptor of the directory that contains the last component, or -1 */
	/* last component, in memory from malloc(3); "." if the path ends in "/", "." or ".." */
	char *name;
	/* the last component is a symbolic link in the proc file system, such as /proc/self/fd/1 */
	bool is_proc_link;
};

#define TRUSTPATH_INIT ((struct trustpath){ .dir = -1 })

enum {
	/* flag: require that every directory of the path belongs to a trusted user, and that other
	 * users cannot replace files in these directories */
	TRUSTPATH_DIRS = 1,
};

/*
 * Resolves path into t: opens the directory that contains the file, and stores the name of the file
 * in this directory. Follows symbolic links of trusted users, also if path itself is such a link.
 * t->name was not a symbolic link when it was checked, except for a link in the proc file system,
 * which only the kernel can follow. The file need not exist. Another user may replace the file at
 * any time, so open it with O_NOFOLLOW unless t->is_proc_link is set. Returns 0, or a negative
 * errno with e set: -ELOOP for a symbolic link of another user, -EACCES for a directory that
 * TRUSTPATH_DIRS refuses. After success, the caller frees t with trustpath_free().
 */
int trustpath_resolve(const char *path, unsigned flags, struct trustpath *t,
		      struct nserr *e) must_check;
void trustpath_free(struct trustpath *t);

/*
 * Checks that only trusted users can replace files in the directory fd. Returns 0, -EACCES with e
 * set to the reason, or another negative errno with e set. Messages call the directory `name`.
 */
int trustpath_check_dir(int fd, const char *name, struct nserr *e) must_check;

/* Returns true if uid is a trusted user. */
bool trustpath_is_trusted(uid_t uid);

#endif
