/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve: resolves paths inside a root that another user owns and may change at any time. The
 * result is always inside the root: absolute links and ".." lead where a program with this root
 * would arrive. */
#ifndef NSU_ROOT_RESOLVE_H
#define NSU_ROOT_RESOLVE_H

#include "base/util.h"

enum {
	ROOT_RESOLVE_NOFOLLOW = 1, /* open a link at the end itself */
	ROOT_RESOLVE_DIR = 2,      /* create missing components as directories, mode 0755 */
	ROOT_RESOLVE_FILE = 4,     /* likewise, but the last one as an empty file, mode 0644 */
	ROOT_RESOLVE_SLOW = 8,     /* walk step by step even if the kernel has openat2(2) */
};

/* The files and directories that were created, so that root_log_undo() can remove them. */
struct root_log {
	struct root_made {
		int dir; /* may be the same descriptor as in the entry before */
		char *name;
		int unlink_flags;
	} * made;
	size_t n, size;
};

#define ROOT_LOG_INIT ((struct root_log){ 0 })

/*
 * Opens path inside root (a directory descriptor) with O_PATH. Uses openat2(2) with RESOLVE_IN_ROOT
 * and RESOLVE_NO_MAGICLINKS; if this call is denied, or if a component must be created, opens one
 * component at a time. Notes what it creates in log, which may be NULL. Returns a descriptor or a
 * negative errno: -ELOOP for a magic link or for more than 40 links.
 */
int root_resolve(int root, const char *path, unsigned flags, struct root_log *log) must_check;

/*
 * Opens the directory of the last component of path; with ROOT_RESOLVE_DIR creates it if it is
 * missing. Sets *base to the last component, a pointer into path. Returns a descriptor or a
 * negative errno: -EINVAL if path ends in "..", "." or "/".
 */
int root_resolve_parent(int root, const char *path, unsigned flags, const char **base,
			struct root_log *log) must_check;

/* Notes that `name` was created in directory dir (borrowed); unlink_flags is 0 or AT_REMOVEDIR. On
 * failure removes `name` and returns a negative errno. Returns 0 on success. */
int root_log_note(struct root_log *log, int dir, const char *name, int unlink_flags) must_check;

/* Removes everything that was noted, last entry first, and clears the log. With `mounts` also
 * detaches the mounts of this namespace on these files. */
void root_log_undo(struct root_log *log, bool mounts);

/* Clears the log and removes nothing. */
void root_log_forget(struct root_log *log);

#endif
