// SPDX-License-Identifier: GPL-2.0-or-later
/* plan: the map that a new user namespace of the caller should have. */
#include "idmap/plan.h"

#include "verb.h"

enum { OPT_STYLE = CLI_LONG, OPT_USER, OPT_OVERLAP, OPT_FIRST_STYLE };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_FIRST_STYLE + IDMAP_PLAN_AUTO, "auto", CLI_NONE, NULL, "what the caller can have (default)", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_ROOT, "root", CLI_NONE, NULL, "own id to 0, nothing else", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_CURRENT, "current", CLI_NONE, NULL, "own id to itself, nothing else", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_KEEP_ID, "keep-id", CLI_NONE, NULL, "own id to itself, ranges around it", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_SUBIDS, "subids", CLI_NONE, NULL, "ranges to themselves", 1 },
	{ OPT_FIRST_STYLE + IDMAP_PLAN_IDENTITY, "identity", CLI_NONE, NULL, "every id to itself", 1 },
	{ OPT_STYLE, "style", CLI_ARG, "<style>", "as podman, lxc or docker maps", 1 },
	{ OPT_USER, "user", CLI_ARG, "<user>", "whose ranges, by name or uid" },
	{ OPT_OVERLAP, "overlap", CLI_ARG, "<how>", "own id within a range: error, hole or shift" },
	MAP_OUT_OPTS,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap plan",
	.synopsis = { "[options]" },
	.purpose = "Print the map that a new user namespace should have.",
	.opts = opts,
	.failed = CLI_EXIT_FAILED,
};

/* The position of a word in a list, dies when it is not there. */
static int choose(const char *option, const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (streq(word, list[i]))
			return (int)i;
	cli_die_usage("%s: unknown '%s'", option, word);
}

static void parse(struct cli *c, struct idmap_plan_request *r, struct map_out *out)
{
	static const char *const styles[] = { "podman", "lxc", "docker" };
	static const char *const overlaps[] = { "error", "hole", "shift" };
	struct words w = { 0 };

	for (int key; (key = verb_next(c, &w)) >= 0;) {
		if (map_out_option(out, key, c->arg))
			continue;
		switch (key) {
		case OPT_STYLE:
			r->style = IDMAP_PLAN_PODMAN + choose("--style", c->arg, styles, 3);
			break;
		case OPT_USER:
			r->user = c->arg;
			break;
		case OPT_OVERLAP:
			r->overlap = choose("--overlap", c->arg, overlaps, 3);
			break;
		default:
			r->style = key - OPT_FIRST_STYLE;
		}
	}
	verb_count(&w, 0, 0, "");
}

int verb_plan(int argc, char **argv)
{
	struct idmap_plan_request r = { IDMAP_PLAN_AUTO, NULL, IDMAP_PLAN_ERROR };
	struct map_out out = MAP_OUT_INIT;
	struct nserr e = NSERR_INIT, note;
	struct idmaps m;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	parse(&c, &r, &out);
	if (idmap_plan_make(&r, &m, &note, &e) < 0)
		cli_die_nserr(&e);
	if (note.what[0])
		cli_warn_nserr(&note);
	map_print(&m, &out);
	idmaps_free(&m);
	return 0;
}
