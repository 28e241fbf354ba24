// SPDX-License-Identifier: GPL-2.0-or-later
/* subid_ranges: reads the ranges of a user from the source that nsswitch.conf(5) selects. */
#include "idmap/subid.h"
#include "idmap/subid_nss.h"

static int from_file(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		     struct nserr *e)
{
	cleanup_free char *text = NULL;
	ssize_t n = subid_read_file(kind, &text, e);

	if (n <= 0)
		return (int)n;
	if (subid_parse(text, (size_t)n, u, out) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the ranges of %s",
				 subid_files[kind]);
	return 0;
}

int subid_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *out,
		 struct nserr *e)
{
	int wanted = subid_nss_wanted(e);

	if (wanted < 0)
		return wanted;
	return wanted ? subid_nss_ranges(u, kind, out, e) : from_file(u, kind, out, e);
}
