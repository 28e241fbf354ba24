/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts: the mounts that we have put into a root, known by their identity. The owner of the
 * directories of a root can rename a mount point at any time; a path that is resolved from the root
 * then leads elsewhere. No descriptor is held, because a root may have ten thousand mounts.
 */
#ifndef NSU_ROOT_MOUNTS_H
#define NSU_ROOT_MOUNTS_H

#include <sys/stat.h>

#include "base/nserr.h"

/* The fields of statx(2) that root_mounts_is_same() compares. */
#define ROOT_MOUNTS_STATX (STATX_INO | STATX_MNT_ID)

struct root_mounts {
	struct root_mount {
		char *path;        /* as it was given */
		uint64_t path_bit; /* one bit, chosen by the components of path */
		uint64_t ino, mnt; /* of the root of the mount */
		uint32_t major, minor;
	} * at; /* in the order in which they were mounted */
	size_t n, size;
	char **absent; /* paths that must stay missing */
	size_t nabsent;
};

/* Returns true if both are the same file, seen through the same mount. */
bool root_mounts_is_same(const struct statx *a, const struct statx *b);

/* Notes that mnt (a descriptor of its root, borrowed) was mounted on path. Returns 0, or a negative
 * errno with e set. */
int root_mounts_note(struct root_mounts *m, const char *path, int mnt, struct nserr *e) must_check;

/*
 * Finds the deepest mount that the components of path lead through, and of several on one path the
 * last. Sets *rest to the part of path below it. Returns NULL if there is none, or if path has a
 * "..", which could lead out of it. Pure.
 */
const struct root_mount *root_mounts_find(const struct root_mounts *m, const char *path,
					  const char **rest);

/*
 * Opens the mount that root_mounts_find() finds, by its path from the directory root, and verifies
 * that it is the one. Returns a descriptor from which *rest is to be resolved, -ENODATA if there is
 * no such mount, -ESTALE if something else is there, or another negative errno.
 */
int root_mounts_enter(const struct root_mounts *m, int root, const char *path,
		      const char **rest) must_check;

/*
 * Notes that nothing is at path and that nothing may be there in the end, unless a later mount
 * covers it. Returns 0, or -ENOMEM with e set.
 */
int root_mounts_note_absent(struct root_mounts *m, const char *path, struct nserr *e) must_check;

/* Returns 0 if, from the directory root, each path leads to its mount or to a later one that covers
 * it, and each absent path is still absent; otherwise a negative errno with e set: the root is
 * being changed. */
int root_mounts_check(const struct root_mounts *m, int root, struct nserr *e) must_check;

/* Forgets all of them, and the absent paths. */
void root_mounts_forget(struct root_mounts *m);

#endif
