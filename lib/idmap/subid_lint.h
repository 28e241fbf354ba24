/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid_lint: checks all lines in the files of subordinate ids. */
#ifndef NSU_IDMAP_SUBID_LINT_H
#define NSU_IDMAP_SUBID_LINT_H

#include "idmap/subid.h"

/* The account of a user or group. No range may contain its id. */
struct subid_lint_account {
	uint32_t id;
	const char *name;
};

/*
 * Appends one line for each finding to out: invalid lines, overlapping ranges, and ranges that
 * contain the id of an account. name is the name of the file in these lines. accounts are sorted by
 * id. Returns the number of findings, or -ENOMEM. The run time is O(n log n).
 */
int subid_lint_text(const char *name, const char *text, size_t n,
		    const struct subid_lint_account *accounts, size_t n_accounts,
		    struct buf *out) must_check;

/*
 * Checks /etc/subuid against all users and /etc/subgid against all groups of NSS. Sets *partial to
 * true if some accounts could not be read, otherwise to false. Returns the number of findings, or a
 * negative errno with e set.
 */
int subid_lint_files(struct buf *out, struct nserr *partial, struct nserr *e) must_check;

#endif
