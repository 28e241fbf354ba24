/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid: the ranges of subordinate ids that a user owns, subuid(5) and subgid(5), from the files
 * and, where nsswitch.conf(5) says so, from NSS. */
#ifndef NSU_IDMAP_SUBID_H
#define NSU_IDMAP_SUBID_H

#include <sys/types.h>

#include "idmap/idmap.h"

struct subid_extent {
	uint32_t start, count;
	uint32_t line; /* of the file, 0 from NSS */
};

struct subids {
	struct subid_extent *r;
	size_t n, size;
	uint32_t bad_line;     /* first line of this user that is not understood, 0 for none */
	const char *bad_cause; /* what is wrong with it */
};

#define SUBIDS_INIT ((struct subids){ 0 })

void subids_free(struct subids *s);

#define cleanup_subids __attribute__((cleanup(subids_free)))

/* A user as subordinate ids are kept for one: under the exact name, or under the exact uid. */
struct subid_user {
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;      /* of the passwd entry */
	char name[256]; /* empty when there is no passwd entry */
};

/*
 * The user named by arg (a name, or a uid in digits), or the caller (effective uid) for NULL. The
 * environment is not looked at and no passwd entry is needed. 0, or a negative errno with e set,
 * also when it is not known whether there is an entry: by it lines would be found.
 */
int subid_user(const char *arg, struct subid_user *u, struct nserr *e) must_check;

/* The ranges of s in their order, each id in one of them only. 0 or -ENOMEM. */
int subids_disjoint(const struct subids *s, struct subids *out) must_check;

/* Appends a range. 0 or -ENOMEM. */
int subids_add(struct subids *s, struct subid_extent r) must_check;

/* Adds all ranges of the user, in file order, to out. A missing file has no ranges. 0, or a
 * negative errno with e set (unreadable file, NSS failure). out is freed with subids_free(). */
int subid_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		 struct nserr *e) must_check;

extern const char *const subid_files[IDMAP_KINDS]; /* "/etc/subuid", "/etc/subgid" */

/* The whole file of that kind into memory that the caller frees; 0 and NULL when there is none. The
 * length, or a negative errno with e set. */
ssize_t subid_read_file(enum idmap_kind kind, char **text, struct nserr *e) must_check;

/* subid_ranges() of a text of the form of subuid(5). 0 or -ENOMEM. */
int subid_parse(const char *text, size_t n, const struct subid_user *u,
		struct subids *out) must_check;

/* One line, without its end: owner, start and count. NULL when it is good (or empty or a comment,
 * then *owner_len is 0), else what is wrong with it. */
const char *subid_line(const char *line, size_t n, size_t *owner_len, struct subid_extent *r);

#endif
