// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb subids, which lists the subordinate ids of a user or checks the files of all
 * users. */
#include "idmap/subid.h"

#include "common/table.h"
#include "idmap/subid_lint.h"
#include "verb.h"

enum { OPT_LINT = CLI_LONG };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_LINT, "lint", CLI_NONE, NULL, "check /etc/subuid and /etc/subgid" },
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "KIND", false, "uid or gid" },
	{ "START", true, "first id" },
	{ "COUNT", true, "number of ids" },
	{ "END", true, "last id" },
	{ "LINE", true, "line in /etc/subuid or /etc/subgid, unknown if it comes from NSS" },
	{ "USER", false, "the user" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap subids",
	.synopsis = { "[options] [<user>]", "--lint [--strict]" },
	.purpose = "List the ranges of subordinate ids of a user.",
	.opts = table,
	.notes = "<user> is a name or a uid (default: the caller).",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	bool lint;
	const char *user; /* name or uid of the user; NULL: the caller */
	struct table table;
};

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ 0 };
	table_init(&o->table, columns, ARRAY_SIZE(columns), "KIND,START,COUNT,END,LINE");
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		o->lint |= key == OPT_LINT;
		table_option(&o->table, key, c.arg);
	}
	verb_count(&w, 0, o->lint ? 0 : 1, "");
	o->user = w.v[0];
}

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

static int list(struct opts *o)
{
	struct nserr e = NSERR_INIT;
	struct subid_user u;
	size_t n = 0;

	if (subid_user(o->user, &u, &e) < 0)
		cli_die_nserr(&e);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		cleanup_subids struct subids s = SUBIDS_INIT;

		if (subid_ranges(&u, k, &s, &e) < 0)
			cli_die_nserr(&e);
		for (size_t i = 0; i < s.n; i++)
			add_row(&o->table, k, &s.r[i], u.name[0] ? u.name : o->user);
		n += s.n;
		if (s.bad_line)
			cli_warn(0, "line %u of %s is ignored: %s", s.bad_line, subid_files[k],
				 s.bad_cause);
	}
	if (n == 0 && !u.has_uid)
		cli_die(0, "unknown user '%s'", o->user);
	table_print(&o->table, "subids");
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
	struct opts o;

	parse(&o, argc, argv);
	return o.lint ? lint(&o.table) : list(&o);
}
