/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve: resolves paths in a root that another user owns and may change at any time. The result
 * is always inside the root: absolute symbolic links and ".." lead to the same file as for a
 * program with this root.
 */
#ifndef NSU_ROOT_RESOLVE_H
#define NSU_ROOT_RESOLVE_H

#include "base/util.h"

enum {
	/* flag: if the last component is a symbolic link, open the link itself */
	ROOT_RESOLVE_NOFOLLOW = 1,
	ROOT_RESOLVE_DIR = 2, /* flag: create missing components as directories with mode 0755 */
	/* flag: create missing components as directories, and the last component as an empty file
	 * with mode 0644 */
	ROOT_RESOLVE_FILE = 4,
	/* flag: resolve one component at a time even if openat2(2) is available */
	ROOT_RESOLVE_SLOW = 8,
};

/* The files and directories that were created, so that root_log_undo() can remove them. */
struct root_log {
	struct root_made {
		/* the directory that contains the file; several entries may share one descriptor */
		int dir;
		char *name;
		int unlink_flags;
	} * made;
	size_t n, size;
};

#define ROOT_LOG_INIT ((struct root_log){ 0 })

/*
 * Opens path in the directory root with O_PATH. Uses openat2(2) with RESOLVE_IN_ROOT and
 * RESOLVE_NO_MAGICLINKS. If openat2(2) is denied, or if a component must be created, resolves one
 * component at a time. Records created files in log, which may be NULL. Returns a descriptor, which
 * the caller closes, or a negative errno: -ELOOP for a magic link or for more than 40 symbolic
 * links.
 */
int root_resolve(int root, const char *path, unsigned flags, struct root_log *log) must_check;

/*
 * Opens the directory that contains the last component of path. Creates this directory if it is
 * missing and ROOT_RESOLVE_DIR is set. Sets *base to the last component, a pointer into path.
 * Returns a descriptor, which the caller closes, or a negative errno: -EINVAL if path ends in "..",
 * "." or "/".
 */
int root_resolve_parent(int root, const char *path, unsigned flags, const char **base,
			struct root_log *log) must_check;

/* Records that `name` was created in the directory dir (borrowed). unlink_flags is 0 or
 * AT_REMOVEDIR. Returns 0. On failure, removes `name` and returns a negative errno. */
int root_log_note(struct root_log *log, int dir, const char *name, int unlink_flags) must_check;

/* Removes all recorded files and directories in the reverse order of their creation, and clears the
 * log. If `mounts` is set, also detaches the mounts of this mount namespace that cover these files
 * and directories. */
void root_log_undo(struct root_log *log, bool mounts);

/* Clears the log without removing files. */
void root_log_forget(struct root_log *log);

#endif
