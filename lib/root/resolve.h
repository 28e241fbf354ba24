/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootwalk: paths inside a root that somebody else has filled, and may be changing right now.
 * Nothing here leaves the root: absolute links and ".." are read as the program in it will read
 * them. */
#ifndef NSU_ROOT_RESOLVE_H
#define NSU_ROOT_RESOLVE_H

#include "base/util.h"

enum {
	ROOT_RESOLVE_NOFOLLOW = 1, /* a link at the end is opened itself, not followed */
	ROOT_RESOLVE_DIR = 2,      /* what is missing is made: directories, mode 0755 */
	ROOT_RESOLVE_FILE = 4,     /* likewise, but the last one an empty file, mode 0644 */
	ROOT_RESOLVE_SLOW = 8,     /* step by step even where openat2(2) is there: for tests */
};

/* What was made, to be taken back when a later step fails. */
struct root_log {
	struct root_made {
		int dir; /* also that of the entry before it */
		char *name;
		int unlink_flags;
	} * made;
	size_t n, size;
};

#define ROOT_LOG_INIT ((struct root_log){ 0 })

/*
 * Opens path inside root (a directory descriptor) with O_PATH: by openat2(2) with RESOLVE_IN_ROOT
 * and RESOLVE_NO_MAGICLINKS, and where that is denied or something has to be made by a walk of our
 * own, a descriptor a step. log is where made things are noted, or NULL. A descriptor or a negative
 * errno: -ELOOP for a magic link or more than 40 links.
 */
int root_resolve(int root, const char *path, unsigned flags, struct root_log *log) must_check;

/*
 * The directory that holds the last component of path, made when missing with ROOT_RESOLVE_DIR;
 * *base is set to that component, inside path. A descriptor, or -EINVAL when path ends in "..", "."
 * or
 * "/".
 */
int root_resolve_parent(int root, const char *path, unsigned flags, const char **base,
			struct root_log *log) must_check;

/* Notes that `name` was made in directory dir, or removes it. unlink_flags: 0 or AT_REMOVEDIR. */
int root_log_note(struct root_log *log, int dir, const char *name, int unlink_flags) must_check;

/* Removes what was made, last first, and forgets it; with mounts also where something is mounted on
 * it in this namespace, which goes. */
void root_log_undo(struct root_log *log, bool mounts);
/* Only forgets it. */
void root_log_forget(struct root_log *log);

#endif
