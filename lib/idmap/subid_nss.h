/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subid_nss: reads the subordinate ids that a module of NSS provides. */
#ifndef NSU_IDMAP_SUBID_NSS_H
#define NSU_IDMAP_SUBID_NSS_H

#include "idmap/subid.h"

/* Returns 1 if the "subid:" line of nsswitch.conf(5) names a source other than "files", 0 if not,
 * or a negative errno with e set. */
int subid_nss_wanted(struct nserr *e) must_check;

/* Loads libsubid and appends all ranges of the user to out. Returns 0, or a negative errno with e
 * set. */
int subid_nss_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		     struct nserr *e) must_check;

/* Returns true and writes the name of the library to lib if nsswitch.conf(5) names a module whose
 * library cannot be loaded. In this case, libsubid silently reads /etc/subuid and /etc/subgid
 * instead. */
bool subid_nss_is_missing(char *lib, size_t size);

/* Returns true if the "subid:" line in text, the content of an nsswitch.conf, names a source other
 * than "files". */
bool subid_nss_named(const char *text);

#endif
