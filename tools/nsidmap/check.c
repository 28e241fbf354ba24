// SPDX-License-Identifier: GPL-2.0-or-later
/* check: what the kernel would say to a map, with rule and line. */
#include "verb.h"

enum { OPT_PARENT = CLI_LONG };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_PARENT, "parent", CLI_ARG, "<map>", "the map of the namespace that it is made in" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap check",
	.synopsis = { "[options] [<map>]" },
	.purpose = "Tell whether the kernel would take a map, and why not.",
	.opts = opts,
	.notes = "Without <map> it is read from standard input.",
	.failed = CLI_EXIT_FAILED,
};

int verb_check(int argc, char **argv)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT, parent = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	const char *parent_arg = NULL;
	struct words w = { 0 };
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		parent_arg = c.arg;
	verb_count(&w, 0, 1, "");
	map_load(w.n ? w.v[0] : "-", &m);
	if (parent_arg)
		map_load(parent_arg, &parent);
	if (idmaps_check(&m, parent_arg ? &parent : NULL, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}
