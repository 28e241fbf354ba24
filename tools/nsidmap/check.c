// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb check, which reports the kernel rule that a map breaks, and the line of the map
 * that breaks it. */
#include "verb.h"

enum { OPT_PARENT = CLI_LONG };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_PARENT, "parent", CLI_ARG, "<map>", "use this map as the map of the parent namespace" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap check",
	.synopsis = { "[options] [<map>]" },
	.purpose = "Check whether the kernel would accept a map, and report why not.",
	.opts = table,
	.notes = "Without <map> the map is read from standard input.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	const char *map, *parent; /* parent is NULL if --parent was not given */
};

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ 0 };
	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		o->parent = c.arg;
	verb_count(&w, 0, 1, "");
	o->map = w.n > 0 ? w.v[0] : "-";
}

int verb_check(int argc, char **argv)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT, parent = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	struct opts o;

	parse(&o, argc, argv);
	map_load(o.map, &m);
	if (o.parent)
		map_load(o.parent, &parent);
	if (idmaps_check(&m, o.parent ? &parent : NULL, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}
