// SPDX-License-Identifier: GPL-2.0-or-later
/* diff: compares the namespaces of two processes. */
#include "nslist.h"

#include <stdio.h>

static const struct nsmember *member(const struct run *run, size_t i)
{
	return collect_member(&run->c, run->targets[i].pid);
}

/* Adds an inode. 0 means unknown: the process is a zombie or may not be read. */
static void add_inode(struct json *j, struct buf *out, const char *key, uint32_t inode)
{
	if (j && inode)
		json_u64(j, key, inode);
	else if (j)
		json_null(j, key);
	else if (inode)
		buf_printf(out, " %10u", inode);
	else
		buf_printf(out, " %10s", "-");
}

static void add_row(struct run *run, const struct nstype *type, struct json *j, struct buf *out)
{
	uint32_t a = member(run, 0)->inode[nstype_index(type)];
	uint32_t b = member(run, 1)->inode[nstype_index(type)];

	if (!j)
		buf_printf(out, "%-6s", type->name);
	add_inode(j, out, "a", a);
	add_inode(j, out, "b", b);
	if (j && a && b)
		json_bool(j, "same", a == b);
	else if (j)
		json_null(j, "same");
	else
		buf_printf(out, " %s\n", !a || !b ? "unknown" : a == b ? "same" : "differs");
}

void nslist_diff(struct run *run)
{
	char headings[64];

	snprintf(headings, sizeof(headings), "%-6s %10d %10d\n", "TYPE", (int)member(run, 0)->pid,
		 (int)member(run, 1)->pid);
	nslist_by_type(run, "namespaces", headings, add_row);
}
