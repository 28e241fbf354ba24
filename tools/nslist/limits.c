// SPDX-License-Identifier: GPL-2.0-or-later
/* limits: prints how many namespaces count against user.max_*_namespaces of the caller's user
 * namespace. */
#include "nslist.h"

#include <stdio.h>

/* Returns true if ns counts against the limits of the user namespace `user`. A namespace counts
 * against the limits of the owning user namespace and of the owner's ancestors. A user namespace
 * counts against the limits of its ancestors (namespaces(7)). */
static bool counts_against(const struct ns *ns, uint32_t user)
{
	const struct ns *in = ns->type == &nstypes[NSTYPE_USER] ? ns->parent : ns->owner;

	for (; in; in = in->parent)
		if (in->inode == user)
			return true;
	return false;
}

/* Returns the number of namespaces of a type that count against the limit. */
static uint64_t used(const struct run *run, const struct nstype *type, uint32_t user)
{
	uint64_t n = 0;

	for (size_t i = 0; i < run->c.tab.n; i++)
		n += run->c.tab.all[i]->type == type && counts_against(run->c.tab.all[i], user);
	return n;
}

static void add_row(struct run *run, const struct nstype *type, struct json *j, struct buf *out)
{
	uint64_t n = used(run, type, run->c.own_user), max = nslist_limit(run, type);

	if (j) {
		json_u64(j, "used", n);
		json_u64(j, "max", max);
	} else {
		buf_printf(out, "%-6s %10llu %10llu\n", type->name, (unsigned long long)n,
			   (unsigned long long)max);
	}
}

void nslist_limits(struct run *run)
{
	char headings[64];

	if (run->o->limits_of_users) {
		nslist_limits_of_users(run);
		return;
	}
	snprintf(headings, sizeof(headings), "%-6s %10s %10s\n", "TYPE", "USED", "MAX");
	nslist_by_type(run, "limits", headings, add_row);
}
