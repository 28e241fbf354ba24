/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subidnss: subordinate ids that only libsubid can tell, since a module of NSS has them. */
#ifndef NSU_SUBIDNSS_H
#define NSU_SUBIDNSS_H

#include "subid.h"

/* Whether nsswitch.conf(5) has a "subid:" line that names something else than the files: 0 or 1, or
 * a negative errno with e set. */
int subidnss_wanted(struct nserr *e) must_check;

/* As subid_ranges(), through libsubid, which is loaded here. */
int subidnss_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		    struct nserr *e) must_check;

/* The decision of subidnss_wanted() on the text of a nsswitch.conf; pure. */
bool subidnss_named(const char *text);

#endif
