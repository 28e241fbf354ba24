/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subidlint: what is wrong with a file of subordinate ids, whoever's lines they are. */
#ifndef NSU_IDMAP_SUBID_LINT_H
#define NSU_IDMAP_SUBID_LINT_H

#include "idmap/subid.h"

/* An account whose id must not be in anybody's range. */
struct subid_lint_account {
	uint32_t id;
	const char *name;
};

/*
 * Adds a line a finding to out: lines that are not understood or wrap, ranges that overlap, ranges
 * that hold the id of an account. name is the file's, for the lines; accounts are sorted by id.
 * The number of findings, or -ENOMEM. Any size of file: it is sorted, not compared line by line.
 */
int subid_lint_text(const char *name, const char *text, size_t n,
		    const struct subid_lint_account *accounts, size_t n_accounts,
		    struct buf *out) must_check;

/* The same of /etc/subuid with all users, and of /etc/subgid with all groups, that NSS tells;
 * partial is set when it did not tell all, and empty otherwise. */
int subid_lint_files(struct buf *out, struct nserr *partial, struct nserr *e) must_check;

#endif
