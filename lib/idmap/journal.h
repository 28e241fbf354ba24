/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal: stores the setuid bit, the setgid bit and the capabilities of a file before chown(2)
 * clears them. If this process is killed before it restores them, a later process can restore them.
 * A journal contains the record of at most one file.
 */
#ifndef NSU_IDMAP_JOURNAL_H
#define NSU_IDMAP_JOURNAL_H

#include "base/nserr.h"
#include "kernel/sys_stat.h"

/* size of the value of security.capability in version 3 (XATTR_CAPS_SZ_3) */
#define JOURNAL_CAPS_MAX 24

struct journal_record {
	uint64_t ino;
	/* birth time of the file, and time at which the record was written, in nanoseconds */
	int64_t born, written;
	uint32_t uid, gid; /* new owner and group of the file */
	uint32_t mode;
	uint32_t ncaps;
	unsigned char caps[JOURNAL_CAPS_MAX]; /* new value of security.capability */
};

struct journal {
	/* descriptors of the directory and of the journal file; -1 if there is no journal */
	int dir, fd;
	char name[64];
	bool pending; /* `record` is valid; this process or an earlier process has written it */
	struct journal_record record;
};

#define JOURNAL_INIT ((struct journal){ .dir = -1, .fd = -1 })

/*
 * Opens and locks the journal for the directory that st describes. The journal is a file in
 * /run/nsutils or, if that cannot be used, in $XDG_RUNTIME_DIR/nsutils. Reads the record of a
 * process that was killed, if there is one. Returns 0, or a negative errno with e set. If the
 * function fails and j->fd is not negative, the journal exists, but another process has locked it
 * or it cannot be read, and the caller must not change any file.
 */
int journal_open(struct journal *j, const struct statx *st, struct nserr *e) must_check;

/* Writes the record r to the journal file. Returns 0 or a negative errno. */
int journal_write(struct journal *j, const struct journal_record *r) must_check;

/* Removes the record from the journal file. Returns 0 or a negative errno. */
int journal_clear(struct journal *j) must_check;

/* Closes the journal, and removes it unless a record is pending. */
void journal_close(struct journal *j);

/* Returns the birth time of a file in nanoseconds, or 0 if the file system does not store it. */
int64_t journal_born(const struct statx *st);

/* Returns true if the pending record describes this file, and chown(2) has already changed the
 * file. */
bool journal_matches(const struct journal *j, const struct statx *st);

/* Returns true if the file has not been changed since the record was written, except by the process
 * that wrote the record. If the content was changed, the new content must not get the setuid bit,
 * the setgid bit or the capabilities. */
bool journal_is_fresh(const struct journal *j, const struct statx *st);

#endif
