/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rootmount: the mounts that we have put into a root, known by their identity. The owner of the
 * directories of a root can rename a mount point at any time; a path that is resolved from the root
 * then leads elsewhere. No descriptor is held, because a root may have ten thousand mounts.
 */
#ifndef NSU_ROOTMOUNT_H
#define NSU_ROOTMOUNT_H

#include <sys/stat.h>

#include "nserr.h"

/* What statx(2) must be asked for rootmount_is_same(). */
#define ROOTMOUNT_STATX (STATX_INO | STATX_MNT_ID)

struct rootmounts {
	struct rootmount {
		char *path;        /* as it was given */
		uint64_t path_bit; /* one bit, chosen by the components of path */
		uint64_t ino, mnt; /* of the root of the mount */
		uint32_t major, minor;
	} * at; /* in the order in which they were mounted */
	size_t n, size;
	char **absent; /* paths where nothing may appear */
	size_t nabsent;
};

/* Returns true if both are the same file, seen through the same mount. */
bool rootmount_is_same(const struct statx *a, const struct statx *b);

/* Notes that mnt (a descriptor of its root, borrowed) was mounted on path. Returns 0, or a negative
 * errno with e set. */
int rootmount_note(struct rootmounts *m, const char *path, int mnt, struct nserr *e) must_check;

/*
 * Finds the deepest mount that the components of path lead through, and of several on one path the
 * last. Sets *rest to the part of path below it. Returns NULL if there is none, or if path has a
 * "..", which could lead out of it. Pure.
 */
const struct rootmount *rootmount_find(const struct rootmounts *m, const char *path,
				       const char **rest);

/*
 * Opens the mount that rootmount_find() finds, by its path from the directory root, and verifies
 * that it is the one. Returns a descriptor from which *rest is to be resolved, -ENODATA if there is
 * no such mount, -ESTALE if something else is there, or another negative errno.
 */
int rootmount_enter(const struct rootmounts *m, int root, const char *path,
		    const char **rest) must_check;

/*
 * Notes that nothing is at path and that nothing may be there in the end, unless a later mount
 * covers it. Returns 0, or -ENOMEM with e set.
 */
int rootmount_note_absent(struct rootmounts *m, const char *path, struct nserr *e) must_check;

/* Returns 0 if, from the directory root, each path leads to its mount or to a later one that covers
 * it, and each absent path is still absent; otherwise a negative errno with e set: the root is
 * being changed. */
int rootmount_check(const struct rootmounts *m, int root, struct nserr *e) must_check;

/* Forgets all of them, and the absent paths. */
void rootmount_forget(struct rootmounts *m);

#endif
