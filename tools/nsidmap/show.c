// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb show, which prints the uid and gid maps of user namespaces. The outside ids are
 * those of the caller's user namespace, the parent namespace and the initial namespace. */
#include <stdio.h>

#include "common/table.h"
#include "idmap/view.h"
#include "verb.h"

/* clang-format off */
static const struct cli_opt table[] = {
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "NS", false, "user namespace, as type:inode" },
	{ "INSIDE", true, "first id in the namespace" },
	{ "COUNT", true, "number of ids" },
	{ "UID", true, "first uid in the caller's user namespace" },
	{ "GID", true, "first gid in the caller's user namespace" },
	{ "PUID", true, "first uid in the parent namespace" },
	{ "PGID", true, "first gid in the parent namespace" },
	{ "IUID", true, "first uid in the initial user namespace" },
	{ "IGID", true, "first gid in the initial user namespace" },
	{ "USER", false, "name of UID, if the range is one id" },
	{ "GROUP", false, "name of GID, if the range is one id" },
	{ "SETGROUPS", false, "allow or deny: setgroups(2) in the namespace" },
	{ "REF", false, "the <ref> argument" },
};
/* clang-format on */

#define SHOWN "NS,INSIDE,COUNT,UID,GID,PUID,PGID,IUID,IGID,USER,GROUP"

static const struct cli_tool tool = {
	.name = "nsidmap show",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "Show the id maps of user namespaces.",
	.opts = table,
	.notes = "Without <ref> the caller's own namespace is shown. nsidmap forks to enter a\n"
		 "namespace that has no process.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	char **refs;
	struct table table;
};

static void parse(struct opts *o, int argc, char **argv)
{
	static char own[] = "self", *self[] = { own, NULL };
	struct words w = { 0 };
	struct cli c;

	table_init(&o->table, columns, ARRAY_SIZE(columns), SHOWN);
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		table_option(&o->table, key, c.arg);
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	o->refs = w.n > 0 ? w.v : self;
}

/*
 * A range of inside ids. The uid map and the gid map of each view (caller, parent and initial
 * namespace) contain all ids of the range in one extent, or none of them. `view` contains the
 * outside id of the first inside id. It is IDMAP_NONE if the map does not contain the id, or if the
 * view is unknown.
 */
struct stretch {
	uint32_t inside, count;
	uint32_t view[IDMAP_VIEW_VIEWS][IDMAP_KINDS];
};

/* Returns the first id of at least `from` that is mapped in any view, or IDMAP_NONE. */
static uint32_t next_mapped(const struct idmap_view *n, uint32_t from)
{
	uint32_t next = IDMAP_NONE;

	for (int v = 0; v < IDMAP_VIEW_VIEWS; v++)
		for (int k = 0; k < IDMAP_KINDS; k++)
			for (size_t i = 0; i < n->view[v].map[k].n; i++) {
				const struct idmap_extent *x = &n->view[v].map[k].ext[i];

				if (x->inside >= from || from - x->inside < x->count)
					next = MIN(next, MAX(from, x->inside));
			}
	return next;
}

/* Sets s to the range of inside ids that begins at the first mapped id of at least `from`. Returns
 * false if no such id is mapped. */
static bool next_stretch(const struct idmap_view *n, uint32_t from, struct stretch *s)
{
	uint32_t end = IDMAP_NONE, at = next_mapped(n, from);

	if (at == IDMAP_NONE)
		return false;
	for (int v = 0; v < IDMAP_VIEW_VIEWS; v++)
		for (int k = 0; k < IDMAP_KINDS; k++) {
			const struct idmap *m = &n->view[v].map[k];

			if (idmap_to_outside(m, at, &s->view[v][k]) < 0)
				s->view[v][k] = IDMAP_NONE;
			for (size_t i = 0; i < m->n; i++) {
				const struct idmap_extent *x = &m->ext[i];

				if (x->inside > at)
					end = MIN(end, x->inside);
				else if (at - x->inside < x->count)
					end = MIN(end, x->inside + x->count);
			}
		}
	s->inside = at;
	s->count = end - at;
	return true;
}

/* Adds the name of the id if the stretch has one id, otherwise an empty cell. */
static void cell_name(struct table *t, const struct stretch *s, enum idmap_kind k)
{
	const uint32_t id = s ? s->view[IDMAP_VIEW_ME][k] : IDMAP_NONE;

	if (id == IDMAP_NONE || s->count != 1)
		table_cell(t, "");
	else
		name_cell(t, k, id);
}

static void cell_id(struct table *t, uint32_t id)
{
	if (id == IDMAP_NONE)
		table_cell(t, NULL);
	else
		table_cell_u64(t, id);
}

/* Adds the row of a stretch. If s is NULL, adds the row of a namespace without maps. */
static void add_row(struct table *t, const char *ref, const struct idmap_view *n,
		    const struct stretch *s)
{
	static const char *const setgroups[] = { NULL, "allow", "deny" };
	char ns[32];

	snprintf(ns, sizeof(ns), "user:%llu", (unsigned long long)n->inode);
	table_cell(t, n->inode ? ns : NULL);
	cell_id(t, s ? s->inside : IDMAP_NONE);
	table_cell_u64(t, s ? s->count : 0);
	for (int v = 0; v < IDMAP_VIEW_VIEWS; v++)
		for (int k = 0; k < IDMAP_KINDS; k++)
			cell_id(t, s ? s->view[v][k] : IDMAP_NONE);
	for (int k = 0; k < IDMAP_KINDS; k++)
		cell_name(t, s, k);
	table_cell(t, setgroups[n->view[IDMAP_VIEW_ME].setgroups]);
	table_cell(t, ref);
}

static bool show_ref(const char *ref, struct table *t)
{
	struct nserr e = NSERR_INIT;
	struct idmap_view n;
	struct stretch s;
	uint32_t at = 0;

	if (idmap_view_open(ref, &n, &e) < 0) {
		cli_warn_nserr(&e);
		idmap_view_free(&n);
		return false;
	}
	if (!idmap_view_sees_all(ref)) {
		cli_warn(0,
			 "incomplete output: only part of the maps of '%s' is visible from the "
			 "caller's user namespace",
			 ref);
		t->complete = false;
	}
	for (; next_stretch(&n, at, &s); at = s.inside + s.count)
		add_row(t, ref, &n, &s);
	if (at == 0)
		add_row(t, ref, &n, NULL);
	idmap_view_free(&n);
	return true;
}

int verb_show(int argc, char **argv)
{
	bool all = true;
	struct opts o;

	parse(&o, argc, argv);
	for (char **ref = o.refs; *ref; ref++)
		all &= show_ref(*ref, &o.table);
	o.table.complete &= all;
	table_print(&o.table, "ranges");
	return table_status(&o.table, all ? 0 : CLI_EXIT_FAILED);
}
