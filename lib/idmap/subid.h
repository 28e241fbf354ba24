/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid: finds the subordinate ids of a user, subuid(5) and subgid(5), in the files or, if
 * nsswitch.conf(5) says so, through NSS. */
#ifndef NSU_IDMAP_SUBID_H
#define NSU_IDMAP_SUBID_H

#include <sys/types.h>

#include "idmap/idmap.h"

struct subid_extent {
	uint32_t start, count;
	uint32_t line; /* number in the file, 0 from NSS */
};

struct subids {
	struct subid_extent *r;
	size_t n, size;
	uint32_t bad_line;     /* first invalid line of this user, or 0 */
	const char *bad_cause; /* why that line is invalid */
};

#define SUBIDS_INIT ((struct subids){ 0 })

void subids_free(struct subids *s);

#define cleanup_subids __attribute__((cleanup(subids_free)))

/* A user. Its lines begin with exactly this name or this uid. */
struct subid_user {
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;      /* of the passwd entry */
	char name[256]; /* empty when there is no passwd entry */
};

/*
 * Looks up the user that arg names (a name or a decimal uid), or the caller (effective uid) for
 * NULL. Ignores the environment and needs no passwd entry. Returns 0, or a negative errno with e
 * set, also if the entry cannot be read: a line under its name could be missed.
 */
int subid_user(const char *arg, struct subid_user *u, struct nserr *e) must_check;

/* Copies the ranges of s to out in their order, without ids that an earlier start covers already.
 * Returns 0 or -ENOMEM; the caller frees out. */
int subids_disjoint(const struct subids *s, struct subids *out) must_check;

/* Appends a range. Returns 0 or -ENOMEM. */
int subids_add(struct subids *s, struct subid_extent r) must_check;

/* Adds all ranges of the user to out, in the order of the file. A missing file has no ranges.
 * Returns 0, or a negative errno with e set (unreadable file, NSS failure). The caller frees out.
 */
int subid_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		 struct nserr *e) must_check;

extern const char *const subid_files[IDMAP_KINDS]; /* "/etc/subuid", "/etc/subgid" */

/* Reads the file of that kind into *text, which the caller frees. Returns its length, 0 with *text
 * NULL if the file does not exist, or a negative errno with e set. */
ssize_t subid_read_file(enum idmap_kind kind, char **text, struct nserr *e) must_check;

/* Adds the ranges of the user in the n bytes of a subuid(5) file to out. Returns 0 or -ENOMEM. */
int subid_parse(const char *text, size_t n, const struct subid_user *u,
		struct subids *out) must_check;

/* Parses a line without its newline into *r; sets *owner_len to the length of the owner, which is 0
 * for an empty line or a comment. Returns NULL, or the reason why the line is invalid. */
const char *subid_line(const char *line, size_t n, size_t *owner_len, struct subid_extent *r);

#endif
