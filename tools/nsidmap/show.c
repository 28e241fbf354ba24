// SPDX-License-Identifier: GPL-2.0-or-later
/* show: the maps of namespaces, each id as the caller, the parent and the initial namespace see it.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

#include "idmapns.h"
#include "json.h"
#include "verb.h"

/* clang-format off */
static const struct cli_opt opts[] = {
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "NS", false, "user namespace, as type:inode" },
	{ "KIND", false, "uid or gid" },
	{ "INSIDE", true, "first id in the namespace" },
	{ "COUNT", true, "number of ids" },
	{ "ME", true, "what the first id is in the caller's user namespace" },
	{ "PARENT", true, "what it is in the parent of the namespace" },
	{ "INITIAL", true, "what it is in the initial user namespace" },
	{ "NAME", false, "name of that id here, where the extent has one id" },
	{ "SETGROUPS", false, "whether setgroups(2) is allowed in the namespace" },
	{ "REF", false, "the reference it was asked by" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap show",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "Show the id maps of user namespaces.",
	.opts = opts,
	.notes = "Without <ref> the caller's own. It forks to enter a namespace that has no "
		 "process.",
	.failed = CLI_EXIT_FAILED,
};

/* One stretch of ids, and where it is in each view; IDMAP_NONE where that is not known. */
struct stretch {
	uint32_t inside, count;
	uint32_t view[IDMAPNS_VIEWS];
};

/* The stretch at the front of an extent of one view, cut where another view changes. */
static struct stretch next_stretch(const struct idmapns *n, enum idmap_kind k, uint32_t inside,
				   uint32_t count)
{
	struct stretch s = { inside, count, { IDMAP_NONE, IDMAP_NONE, IDMAP_NONE } };

	for (int v = 0; v < IDMAPNS_VIEWS; v++) {
		const struct idmap *m = &n->view[v].map[k];
		const struct idmap_extent *x = idmap_find(m, inside);

		if (x) {
			s.view[v] = x->outside + (inside - x->inside);
			s.count = MIN(s.count, x->count - (inside - x->inside));
			continue;
		}
		for (size_t i = 0; i < m->n; i++)
			if (m->ext[i].inside > inside)
				s.count = MIN(s.count, m->ext[i].inside - inside);
	}
	return s;
}

/* All ids inside that some view knows: the parent's knows most. */
static const struct idmap *widest(const struct idmapns *n, enum idmap_kind k)
{
	const struct idmap *best = &n->view[0].map[k];

	for (int v = 1; v < IDMAPNS_VIEWS; v++)
		if (idmap_count(&n->view[v].map[k]) > idmap_count(best))
			best = &n->view[v].map[k];
	return best;
}

static const char *name_of(const struct stretch *s, enum idmap_kind k)
{
	const struct passwd *pw;
	const struct group *gr;

	if (s->count != 1 || s->view[IDMAPNS_ME] == IDMAP_NONE)
		return NULL;
	if (k == IDMAP_UID)
		return (pw = getpwuid(s->view[IDMAPNS_ME])) ? pw->pw_name : NULL;
	return (gr = getgrgid(s->view[IDMAPNS_ME])) ? gr->gr_name : NULL;
}

static const char *setgroups_of(const struct idmapns *n)
{
	static const char *const words[] = { NULL, "allow", "deny" };

	return words[n->view[IDMAPNS_ME].setgroups];
}

typedef void show_fn(void *out, const char *ref, const struct idmapns *n, enum idmap_kind k,
		     const struct stretch *s);

static void each_stretch(const struct idmapns *n, enum idmap_kind k, show_fn *show, void *out,
			 const char *ref)
{
	const struct idmap *m = widest(n, k);

	for (size_t i = 0; i < m->n; i++) {
		uint32_t inside = m->ext[i].inside, left = m->ext[i].count;

		while (left > 0) {
			struct stretch s = next_stretch(n, k, inside, left);

			show(out, ref, n, k, &s);
			inside += s.count;
			left -= s.count;
		}
	}
}

static void show_row(void *out, const char *ref, const struct idmapns *n, enum idmap_kind k,
		     const struct stretch *s)
{
	struct table *t = out;
	char ns[32] = "-";
	const char *name = name_of(s, k);

	if (n->inode)
		snprintf(ns, sizeof(ns), "user:%llu", (unsigned long long)n->inode);
	table_cell(t, ns);
	table_cell(t, idmap_kind_names[k]);
	table_cell_u64(t, s->inside);
	table_cell_u64(t, s->count);
	for (int v = 0; v < IDMAPNS_VIEWS; v++)
		if (s->view[v] == IDMAP_NONE)
			table_cell(t, NULL);
		else
			table_cell_u64(t, s->view[v]);
	table_cell(t, name ? name : "");
	table_cell(t, setgroups_of(n));
	table_cell(t, ref);
}

static void show_object(void *out, const char *ref, const struct idmapns *n, enum idmap_kind k,
			const struct stretch *s)
{
	static const char *const keys[] = { "me", "parent", "initial" };
	struct json *j = out;

	(void)ref;
	(void)n;
	json_object(j, NULL);
	json_u64(j, "inside", s->inside);
	json_u64(j, "count", s->count);
	for (int v = 0; v < IDMAPNS_VIEWS; v++)
		if (s->view[v] == IDMAP_NONE)
			json_null(j, keys[v]);
		else
			json_u64(j, keys[v], s->view[v]);
	json_str(j, "name", name_of(s, k));
	json_object_end(j);
}

static void show_json(struct json *j, const char *ref, const struct idmapns *n)
{
	json_object(j, NULL);
	json_str(j, "ref", ref);
	if (n->inode)
		json_u64(j, "inode", n->inode);
	else
		json_null(j, "inode");
	json_str(j, "setgroups", setgroups_of(n));
	for (int k = 0; k < IDMAP_KINDS; k++) {
		json_array(j, idmap_kind_names[k]);
		each_stretch(n, k, show_object, j, ref);
		json_array_end(j);
	}
	json_object_end(j);
}

static bool show_ref(const char *ref, struct table *t, struct json *j)
{
	struct nserr e = NSERR_INIT;
	struct idmapns n;

	if (idmapns_views(ref, &n, &e) < 0) {
		cli_warn_nserr(&e);
		idmapns_free(&n);
		return false;
	}
	if (j)
		show_json(j, ref, &n);
	else
		for (int k = 0; k < IDMAP_KINDS; k++)
			each_stretch(&n, k, show_row, t, ref);
	idmapns_free(&n);
	return true;
}

int verb_show(int argc, char **argv)
{
	static char own[] = "self", *self[] = { own, NULL };
	struct buf b = BUF_INIT;
	struct json j = JSON_INIT(&b, true);
	struct words w = { 0 };
	struct table t;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, ARRAY_SIZE(columns), "NS,KIND,INSIDE,COUNT,ME,PARENT,INITIAL,NAME");
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		table_option(&t, key, c.arg);
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	if (t.json) {
		json_object(&j, NULL);
		json_array(&j, "namespaces");
	}
	for (char **ref = w.n ? w.v : self; *ref; ref++)
		t.complete &= show_ref(*ref, &t, t.json ? &j : NULL);
	if (t.json) {
		json_array_end(&j);
		json_bool(&j, "complete", t.complete);
		json_object_end(&j);
		buf_addc(&b, '\n');
		cli_print(&b);
	} else {
		table_print(&t, "namespaces");
	}
	return t.complete ? 0 : CLI_EXIT_FAILED;
}
