/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subidnss: subordinate ids that only libsubid can tell, since a module of NSS has them. */
#ifndef NSU_IDMAP_SUBID_NSS_H
#define NSU_IDMAP_SUBID_NSS_H

#include "idmap/subid.h"

/* Whether nsswitch.conf(5) has a "subid:" line that names something else than the files: 0 or 1, or
 * a negative errno with e set. */
int subid_nss_wanted(struct nserr *e) must_check;

/* As subid_ranges(), through libsubid, which is loaded here. */
int subid_nss_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		     struct nserr *e) must_check;

/* The decision of subid_nss_wanted() on the text of a nsswitch.conf; pure. */
bool subid_nss_named(const char *text);

#endif
