// SPDX-License-Identifier: GPL-2.0-or-later
/* show: the maps of namespaces, uids beside gids, each id as the caller, the parent and the initial
 * namespace see it. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

#include "idmap/view.h"
#include "verb.h"

/* clang-format off */
static const struct cli_opt opts[] = {
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "NS", false, "user namespace, as type:inode" },
	{ "INSIDE", true, "first id in the namespace" },
	{ "COUNT", true, "number of ids" },
	{ "UID", true, "what the first id as a uid is in the caller's user namespace" },
	{ "GID", true, "what it is there as a gid" },
	{ "PUID", true, "the uid in the parent of the namespace" },
	{ "PGID", true, "the gid in the parent of the namespace" },
	{ "IUID", true, "the uid in the initial user namespace" },
	{ "IGID", true, "the gid in the initial user namespace" },
	{ "USER", false, "name of UID, where it is one id" },
	{ "GROUP", false, "name of GID, where it is one id" },
	{ "SETGROUPS", false, "whether setgroups(2) is allowed in the namespace" },
	{ "REF", false, "the reference it was asked by" },
};
/* clang-format on */

#define SHOWN "NS,INSIDE,COUNT,UID,GID,PUID,PGID,IUID,IGID,USER,GROUP"

static const struct cli_tool tool = {
	.name = "nsidmap show",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "Show the id maps of user namespaces.",
	.opts = opts,
	.notes = "Without <ref> the caller's own. It forks to enter a namespace that has no "
		 "process.",
	.failed = CLI_EXIT_FAILED,
};

/* One stretch of ids that no map of either kind cuts, and where it is in each view; IDMAP_NONE
 * where it is not mapped, or that is not known. */
struct stretch {
	uint32_t inside, count;
	uint32_t view[IDMAP_VIEW_VIEWS][IDMAP_KINDS];
};

/* The first id from `from` on that is in a map of any view, IDMAP_NONE when there is none. */
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

static const char *name_of(const struct stretch *s, enum idmap_kind k)
{
	const uint32_t id = s->view[IDMAP_VIEW_ME][k];
	const struct passwd *pw;
	const struct group *gr;

	if (s->count != 1 || id == IDMAP_NONE)
		return "";
	if (k == IDMAP_UID)
		return (pw = getpwuid(id)) ? pw->pw_name : "";
	return (gr = getgrgid(id)) ? gr->gr_name : "";
}

/* The row of a stretch; of a namespace without maps (NULL) there is one too. */
static void add_row(struct table *t, const char *ref, const struct idmap_view *n,
		    const struct stretch *s)
{
	static const char *const setgroups[] = { NULL, "allow", "deny" };
	char ns[32];

	snprintf(ns, sizeof(ns), "user:%llu", (unsigned long long)n->inode);
	table_cell(t, n->inode ? ns : NULL);
	table_cell_id(t, s ? s->inside : IDMAP_NONE);
	table_cell_u64(t, s ? s->count : 0);
	for (int v = 0; v < IDMAP_VIEW_VIEWS; v++)
		for (int k = 0; k < IDMAP_KINDS; k++)
			table_cell_id(t, s ? s->view[v][k] : IDMAP_NONE);
	for (int k = 0; k < IDMAP_KINDS; k++)
		table_cell(t, s ? name_of(s, k) : "");
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
		cli_warn(0, "incomplete: only a part of the maps of '%s' is seen from here", ref);
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
	static char own[] = "self", *self[] = { own, NULL };
	struct words w = { 0 };
	bool all = true;
	struct table t;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, ARRAY_SIZE(columns), SHOWN);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		table_option(&t, key, c.arg);
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	for (char **ref = w.n ? w.v : self; *ref; ref++)
		all &= show_ref(*ref, &t);
	t.complete &= all;
	table_print(&t, "ranges");
	return table_status(&t, all ? 0 : CLI_EXIT_FAILED);
}
