// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb plan, which prints a map for a new user namespace of the caller. */
#include "idmap/plan.h"

#include "verb.h"

enum { OPT_STYLE = CLI_LONG, OPT_USER, OPT_OVERLAP, OPT_FIRST_STYLE };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_FIRST_STYLE + IDMAP_PLAN_AUTO, "auto", CLI_NONE, NULL, "map all ids that the caller can map (default)", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_ROOT, "root", CLI_NONE, NULL, "map only the caller's id, to 0", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_CURRENT, "current", CLI_NONE, NULL, "map only the caller's id, to itself", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_KEEP_ID, "keep-id", CLI_NONE, NULL, "map the caller's id to itself, add subordinate ids", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_SUBIDS, "subids", CLI_NONE, NULL, "map the subordinate ids to themselves", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_IDENTITY, "identity", CLI_NONE, NULL, "map every id to itself", 1 },
	{ OPT_STYLE, "style", CLI_ARG, "<style>", "map ids like podman, lxc or docker", 1 },
	{ OPT_USER, "user", CLI_ARG, "<user>", "use the subordinate ids of this user (name or uid)" },
	{ OPT_OVERLAP, "overlap", CLI_ARG, "<how>", "choose how to handle overlap: error, hole, shift" },
	MAP_OUT_OPTS,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap plan",
	.synopsis = { "[options]" },
	.purpose = "Print a map for a new user namespace.",
	.opts = table,
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	struct idmap_plan_request request;
	struct map_out out;
};

static void parse(struct opts *o, int argc, char **argv)
{
	static const char *const styles[] = { "podman", "lxc", "docker", NULL };
	static const char *const overlaps[] = { "error", "hole", "shift", NULL };
	struct idmap_plan_request *r = &o->request;
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ { IDMAP_PLAN_AUTO, NULL, IDMAP_PLAN_ERROR }, MAP_OUT_INIT };
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (map_out_option(&o->out, key, c.arg))
			continue;
		switch (key) {
		case OPT_STYLE:
			r->style = IDMAP_PLAN_PODMAN + cli_word("--style", "style", c.arg, styles);
			break;
		case OPT_USER:
			r->user = c.arg;
			break;
		case OPT_OVERLAP:
			r->overlap = cli_word("--overlap", "value", c.arg, overlaps);
			break;
		default:
			r->style = key - OPT_FIRST_STYLE;
		}
	}
	verb_count(&w, 0, 0, "");
	map_out_check(&o->out);
}

int verb_plan(int argc, char **argv)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT, note;
	struct opts o;

	parse(&o, argc, argv);
	if (idmap_plan_make(&o.request, &m, &note, &e) < 0)
		cli_die_nserr(&e);
	if (note.what[0])
		cli_warn_nserr(&note);
	map_print(&m, &o.out);
	return 0;
}
