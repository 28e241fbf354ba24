/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts: records the identity of each mount in a new root, because the owner of the directories in
 * a root can rename a mount point at any time. After such a rename, a path through the old name of
 * the mount point leads to another file. The mounts are not kept open by descriptors, because a
 * root may have ten thousand mounts.
 */
#ifndef NSU_ROOT_MOUNTS_H
#define NSU_ROOT_MOUNTS_H

#include "base/nserr.h"
#include "kernel/sys_stat.h"

/* The fields of statx(2) that root_mounts_is_same() compares. */
#define ROOT_MOUNTS_STATX (STATX_INO | STATX_MNT_ID)

struct root_mounts {
	struct root_mount {
		char *path; /* path of the mount point, as the caller gave it */
		/* one bit, selected by a hash of the components of path; root_mounts_find() skips a
		 * mount whose bit is not set for the path that it looks up */
		uint64_t path_bit;
		uint64_t ino, mnt; /* inode and mount id of the root directory of the mount */
		uint32_t major, minor;
	} * at; /* the mounts, in the order in which they were made */
	size_t n, size;
	char **absent; /* paths that were absent and must stay absent */
	size_t nabsent;
};

/* Returns true if both statx(2) results describe the same file on the same mount. */
bool root_mounts_is_same(const struct statx *a, const struct statx *b);

/* Sets e to the message that path does not lead to the mount that was just made there. Returns
 * -EINVAL. */
int root_mounts_changed(const char *path, struct nserr *e);

/* Records that mnt was mounted on path. mnt is a descriptor of the root of the mount, borrowed.
 * Returns 0, or a negative errno with e set. */
int root_mounts_note(struct root_mounts *m, const char *path, int mnt, struct nserr *e) must_check;

/* Returns the path of the recorded mount whose root is the file of fd, or NULL if there is none. */
const char *root_mounts_at(const struct root_mounts *m, int fd);

/*
 * Finds the deepest recorded mount that path leads through, judged only by the components of path.
 * If several mounts are on the same path, returns the last one. Sets *rest to the part of path
 * below the mount. Returns NULL if there is no such mount, or if path contains "..", which could
 * lead out of the mount. Has no side effects.
 */
const struct root_mount *root_mounts_find(const struct root_mounts *m, const char *path,
					  const char **rest);

/* Opens the mount that root_mounts_find() returns: resolves its path from the directory `root` and
 * verifies its identity. Returns a descriptor from which *rest must be resolved, -ENODATA if there
 * is no such mount, -ESTALE if another file is at its path, or another negative errno. */
int root_mounts_enter(const struct root_mounts *m, int root, const char *path,
		      const char **rest) must_check;

/* Records that path is absent. root_mounts_check() verifies that it is still absent, unless a later
 * mount covers it. Returns 0, or -ENOMEM with e set. */
int root_mounts_note_absent(struct root_mounts *m, const char *path, struct nserr *e) must_check;

/* Verifies all records, and resolves their paths from the directory `root`: each path of a mount
 * must lead to its mount, or to a later mount that covers it, and each absent path must be absent.
 * Returns 0, or a negative errno with e set if another process has changed the root. */
int root_mounts_check(const struct root_mounts *m, int root, struct nserr *e) must_check;

/* Removes all recorded mounts and paths. */
void root_mounts_forget(struct root_mounts *m);

#endif
