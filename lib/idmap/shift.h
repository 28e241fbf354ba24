/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shift: changes the ids of a file from the outside ids of one map to the outside ids of another
 * map: the owner, the group, named users and groups of ACLs, and the root uid of file capabilities.
 * No outside id may be in both maps. So each id in the file shows whether it has been changed
 * already, and an interrupted change can be repeated.
 */
#ifndef NSU_IDMAP_SHIFT_H
#define NSU_IDMAP_SHIFT_H

#include "idmap/journal.h"
#include "idmap/xattr.h"

/* The changes that a file needs, and whether it has ids that cannot be changed. */
struct shift_found {
	bool owner; /* the owner or the group must be changed */
	/* true for each extended attribute of the table that must be changed */
	bool xattr[IDXATTRS];
	/* an id of the file is in neither map, or it is in the first map and has no counterpart in
	 * the second map */
	bool foreign;
};

struct shift {
	const struct idmaps *from, *to; /* borrowed */
	struct journal *journal;        /* the journal, borrowed; NULL if no file may be changed */
	/* after an error, the record of a file is still in the journal; only the next start of the
	 * tool can restore this file, so no other file may be changed */
	bool stop;
	/* the error with which journal_open() failed; set if journal->fd is -1 */
	struct nserr no_journal;

	/* private */
	struct shift_found *found;
};

/* Checks that both maps satisfy idmaps_check_rules() and have no outside id in common. Returns 0,
 * or a negative errno with e set. */
int shift_check(const struct idmaps *from, const struct idmaps *to, struct nserr *e) must_check;

/* Changes the working directory to /proc/self/fd, which shift_file() and shift_complete() need.
 * Returns 0, or a negative errno with e set. */
int shift_enter(struct nserr *e) must_check;

/*
 * Changes the ids of the file that fd (O_PATH) refers to and st describes. Preserves its setuid
 * bit, setgid bit and capabilities, which chown(2) clears. Sets *found to the changes that the file
 * needs. Returns 0, or a negative errno with e set; path(ctx) returns the name of the file for the
 * message. If s->stop is set afterwards, the caller must not change any other file.
 */
int shift_file(struct shift *s, int fd, const struct statx *st, const char *(*path)(void *ctx),
	       void *ctx, struct shift_found *found, struct nserr *e) must_check;

/*
 * Restores the setuid bit, the setgid bit and the capabilities of the file fd (O_PATH) if an
 * earlier process was killed while it changed this file. Must be called for all files before the
 * first change if s->journal->pending is set. The arguments are those of shift_file(). Returns 1 if
 * the file was restored, 0 if the journal describes another file, or a negative errno with e set.
 */
int shift_complete(struct shift *s, int fd, const struct statx *st, const char *(*path)(void *ctx),
		   void *ctx, struct nserr *e) must_check;

#endif
