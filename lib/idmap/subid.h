/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid: finds the subordinate ids of a user in subuid(5) and subgid(5) or, if nsswitch.conf(5)
 * says so, by NSS. */
#ifndef NSU_IDMAP_SUBID_H
#define NSU_IDMAP_SUBID_H

#include <sys/types.h>

#include "idmap/idmap.h"

struct subid_extent {
	uint32_t start, count;
	uint32_t line; /* line number in the file, 0 if the range is from NSS */
};

struct subids {
	struct subid_extent *r;
	size_t n, size;
	uint32_t bad_line;     /* number of the first invalid line of this user, or 0 */
	const char *bad_cause; /* reason why the line bad_line is invalid */
};

#define SUBIDS_INIT ((struct subids){ 0 })

/* Frees the ranges and empties the list. */
void subids_free(struct subids *s);

#define cleanup_subids __attribute__((cleanup(subids_free)))

/* A user whose subordinate ids are looked up. A line of subuid(5) or subgid(5) belongs to this user
 * if its first field is exactly this name or this uid. */
struct subid_user {
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;      /* group id in the user's passwd entry */
	char name[256]; /* name of the user; empty if the user has no passwd entry */
};

/*
 * Sets *u to the user that arg names (a name or a decimal uid) or, if arg is NULL, to the caller
 * (effective uid). Does not use environment variables such as USER, and does not require a passwd
 * entry. Returns 0, or a negative errno with e set. It is an error if the passwd entry cannot be
 * read, because the user's name is needed to find the lines of the user in subuid(5) and subgid(5).
 */
int subid_user(const char *arg, struct subid_user *u, struct nserr *e) must_check;

/* Copies the ranges of s to out in the same order, and omits ids that an earlier range contains.
 * Returns 0 or -ENOMEM. The caller frees out. */
int subids_disjoint(const struct subids *s, struct subids *out) must_check;

/* Appends r to s. Returns 0 or -ENOMEM. */
int subids_add(struct subids *s, struct subid_extent r) must_check;

/*
 * Appends all ranges of the user to out, in the order of the file. A missing file means that there
 * are no ranges. Returns 0, or a negative errno with e set if the file cannot be read or NSS fails.
 * The caller frees out.
 */
int subid_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		 struct nserr *e) must_check;

extern const char *const subid_files[IDMAP_KINDS]; /* the paths "/etc/subuid" and "/etc/subgid" */

/* Reads the subuid or subgid file into *text, which the caller frees. Returns its length, or a
 * negative errno with e set. If the file does not exist, returns 0 and sets *text to NULL. */
ssize_t subid_read_file(enum idmap_kind kind, char **text, struct nserr *e) must_check;

/* Parses text, the n bytes of a subuid(5) or subgid(5) file, and appends the ranges that belong to
 * the user u to out. Returns 0 or -ENOMEM. */
int subid_parse(const char *text, size_t n, const struct subid_user *u,
		struct subids *out) must_check;

/* Parses a line of n bytes, without its newline, into *r. Sets *owner_len to the length of its
 * first field, or to 0 for an empty line or a comment. Returns NULL, or the reason why the line is
 * invalid. */
const char *subid_line(const char *line, size_t n, size_t *owner_len, struct subid_extent *r);

#endif
