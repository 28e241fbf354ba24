// SPDX-License-Identifier: GPL-2.0-or-later
/* view_missed: names what `show` could not read, in a warning. */
#include <stdio.h>

#include "common/missed.h"
#include "show.h"

/* Appends the objects of one kind: the name of the first object, the number of the other objects,
 * and the reason why the first object is missing. */
static void add(struct buf *b, const char *first, unsigned n, const char *why)
{
	buf_printf(b, "%s%s", b->len > 0 ? "; " : "", first);
	if (n > 1)
		buf_printf(b, " and %u more", n - 1);
	buf_printf(b, " (%s)", why);
}

static void add_namespaces(const struct view *v, struct buf *b)
{
	const struct view_ns *first = NULL;
	char text[160];
	unsigned n = 0;

	for (size_t i = v->n; i-- > 0;)
		if (v->ns[i].err) {
			first = &v->ns[i];
			n++;
		}
	if (!first)
		return;
	snprintf(text, sizeof(text), "network namespace '%.128s'", first->ref);
	add(b, text, n, strerror(-first->err));
}

static void add_lost(const struct view *v, struct buf *b)
{
	char text[160];

	if (v->lost.n == 0)
		return;
	snprintf(text, sizeof(text), "the other end of '%.96s:%s'", v->lost.ns->ref,
		 v->lost.link->name);
	add(b, text, v->lost.n, v->lost.err ? strerror(-v->lost.err) : "namespace not found");
}

/* The hint contains the reason if libnftables has reported one. */
static void add_rules(const struct view *v, struct buf *b)
{
	const char *reported = str_after(v->rules_err.hint, "libnftables reports: ");

	if (v->rules_err.what[0])
		add(b, "firewall rules", 1, reported ? reported : v->rules_err.what);
}

void view_report_missed(const struct view *v)
{
	cleanup_buf struct buf b = BUF_INIT;

	if (v->complete)
		return;
	missed_add_counts(&v->missed, &b);
	add_namespaces(v, &b);
	add_lost(v, &b);
	add_rules(v, &b);
	cli_warn(0, "incomplete output: %s", b.s ? b.s : "out of memory");
}
