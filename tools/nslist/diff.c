// SPDX-License-Identifier: GPL-2.0-or-later
/* diff: compares the namespaces of two processes. */
#include "facts.h"

#include <stdio.h>

#include "base/str.h"
#include "common/cli.h"

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

#define DETAILS_MAX 10 /* maximum number of facts (lines) about one namespace in a table */

/* Adds the facts of `a` that `b` lacks: in JSON as elements of the array `key`, in text as lines
 * that begin with `sign`. */
static void add_only(const struct facts *a, const struct facts *b, const char *key, char sign,
		     struct json *j, struct buf *out)
{
	size_t n = 0, k = 0;

	if (j)
		json_array(j, key);
	for (size_t i = 0; i < a->n; i++) {
		while (k < b->n && strcmp(b->v[k], a->v[i]) < 0)
			k++;
		if (k < b->n && streq(b->v[k], a->v[i])) {
			/* match each fact of b only once: both lists can contain the same fact
			 * several times, because a mount may be listed twice */
			k++;
			continue;
		}
		n++;
		if (j) {
			json_str(j, NULL, a->v[i]);
		} else if (n <= DETAILS_MAX) {
			cleanup_free char *text = str_escape_dup(a->v[i], strlen(a->v[i]));

			if (!text)
				cli_die(ENOMEM, "cannot compare the namespaces");
			buf_printf(out, "  %c %s\n", sign, text);
		}
	}
	if (j)
		json_array_end(j);
	else if (n > DETAILS_MAX)
		buf_printf(out, "  %c and %zu more\n", sign, n - DETAILS_MAX);
}

/* Adds the differences between the two namespaces of a type that the processes do not share. */
static void add_details(struct run *run, const struct nstype *type, uint32_t a, uint32_t b,
			struct json *j, struct buf *out)
{
	struct ns *ns_a = nstab_find(&run->c.tab, type, a);
	struct ns *ns_b = nstab_find(&run->c.tab, type, b);
	struct facts facts_a = { 0 }, facts_b = { 0 };

	if (ns_a && ns_b) {
		facts_read(run, ns_a, member(run, 0)->pid, &facts_a);
		facts_read(run, ns_b, member(run, 1)->pid, &facts_b);
	}
	if (facts_a.known && facts_b.known) {
		add_only(&facts_a, &facts_b, "only_a", '-', j, out);
		add_only(&facts_b, &facts_a, "only_b", '+', j, out);
	}
	facts_free(&facts_a);
	facts_free(&facts_b);
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
	if (a && b && a != b)
		add_details(run, type, a, b, j, out);
}

void nslist_diff(struct run *run)
{
	char headings[64];

	snprintf(headings, sizeof(headings), "%-6s %10d %10d\n", "TYPE", (int)member(run, 0)->pid,
		 (int)member(run, 1)->pid);
	nslist_by_type(run, "namespaces", headings, add_row);
}
