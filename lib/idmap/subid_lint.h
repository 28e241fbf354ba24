/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid_lint: checks all lines in the files of subordinate ids. */
#ifndef NSU_IDMAP_SUBID_LINT_H
#define NSU_IDMAP_SUBID_LINT_H

#include "idmap/subid.h"

/* The name and the id of a user or a group. No subordinate range may contain this id. */
struct subid_lint_account {
	uint32_t id;
	const char *name;
};

/*
 * Appends one line for each finding to out: invalid lines, overlapping ranges, and ranges that
 * contain the id of an account. name is the name of the file in these lines. The array `accounts`
 * must be sorted by id. Returns the number of findings, or -ENOMEM. The run time is O(n log n).
 */
int subid_lint_text(const char *name, const char *text, size_t n,
		    const struct subid_lint_account *accounts, size_t n_accounts,
		    struct buf *out) must_check;

/*
 * Checks /etc/subuid against all users and /etc/subgid against all groups of NSS, and appends one
 * line for each finding to out. Sets *partial to an error if some accounts could not be read,
 * otherwise to NSERR_INIT. Returns the number of findings, or a negative errno with e set.
 */
int subid_lint_files(struct buf *out, struct nserr *partial, struct nserr *e) must_check;

#endif
