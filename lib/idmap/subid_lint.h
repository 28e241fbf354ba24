/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid_lint: checks all lines of the files of subordinate ids. */
#ifndef NSU_IDMAP_SUBID_LINT_H
#define NSU_IDMAP_SUBID_LINT_H

#include "idmap/subid.h"

/* A user or group. Its id must not be in any range. */
struct subid_lint_account {
	uint32_t id;
	const char *name;
};

/*
 * Adds one line per finding to out: invalid lines, ranges that overlap, ranges that contain the id
 * of an account. name is the name of the file in those lines; accounts are sorted by id. Returns
 * the number of findings, or -ENOMEM. It sorts, so that the file can have any size.
 */
int subid_lint_text(const char *name, const char *text, size_t n,
		    const struct subid_lint_account *accounts, size_t n_accounts,
		    struct buf *out) must_check;

/* Checks /etc/subuid against all users and /etc/subgid against all groups of NSS. Sets partial if
 * some accounts could not be read, and empties it otherwise. Returns the number of findings, or a
 * negative errno with e set. */
int subid_lint_files(struct buf *out, struct nserr *partial, struct nserr *e) must_check;

#endif
