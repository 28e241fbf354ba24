// SPDX-License-Identifier: GPL-2.0-or-later
/* subids: the ranges of a user, and what is wrong in the files. */
#include "idmap/subid.h"

#include "idmap/subid_lint.h"
#include "verb.h"

enum { OPT_LINT = CLI_LONG };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_LINT, "lint", CLI_NONE, NULL, "check the files, all lines of all users" },
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "KIND", false, "uid or gid" },
	{ "START", true, "first id" },
	{ "COUNT", true, "number of ids" },
	{ "END", true, "last id" },
	{ "LINE", true, "of /etc/subuid or /etc/subgid; unknown when it comes from NSS" },
	{ "USER", false, "whose ranges were asked for" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap subids",
	.synopsis = { "[options] [<user>]", "--lint [--strict]" },
	.purpose = "List the ranges of subordinate ids of a user.",
	.opts = opts,
	.notes = "<user> is a name or a uid, the caller by default.",
	.failed = CLI_EXIT_FAILED,
};

static void add_row(struct table *t, enum idmap_kind k, const struct subid_extent *r,
		    const char *user)
{
	table_cell(t, idmap_kind_names[k]);
	table_cell_u64(t, r->start);
	table_cell_u64(t, r->count);
	table_cell_u64(t, (uint64_t)r->start + r->count - 1);
	if (r->line)
		table_cell_u64(t, r->line);
	else
		table_cell(t, NULL);
	table_cell(t, user);
}

static int list(const char *user, struct table *t)
{
	struct nserr e = NSERR_INIT;
	struct subid_user u;

	if (subid_user(user, &u, &e) < 0)
		cli_die_nserr(&e);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		cleanup_subids struct subids s = SUBIDS_INIT;

		if (subid_ranges(&u, k, &s, &e) < 0)
			cli_die_nserr(&e);
		for (size_t i = 0; i < s.n; i++)
			add_row(t, k, &s.r[i], u.name[0] ? u.name : user);
		if (s.bad_line)
			cli_warn(0, "line %u of /etc/sub%s is not used: %s", s.bad_line,
				 idmap_kind_names[k], s.bad_cause);
	}
	table_print(t, "subids");
	return 0;
}

static int lint(struct table *t)
{
	struct nserr e = NSERR_INIT, partial;
	struct buf out = BUF_INIT;
	int found = subid_lint_files(&out, &partial, &e);

	if (found < 0)
		cli_die_nserr(&e);
	t->complete = !partial.what[0];
	if (!t->complete)
		cli_warn_nserr(&partial);
	cli_print(&out);
	return table_status(t, found ? CLI_EXIT_FAILED : 0);
}

int verb_subids(int argc, char **argv)
{
	struct words w = { 0 };
	bool want_lint = false;
	struct table t;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, ARRAY_SIZE(columns), "KIND,START,COUNT,END,LINE");
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		if (!table_option(&t, key, c.arg))
			want_lint = true;
	verb_count(&w, 0, want_lint ? 0 : 1, "");
	return want_lint ? lint(&t) : list(w.n ? w.v[0] : NULL, &t);
}
