// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: shows, plans, checks, computes and writes the id maps of user namespaces. */
#include "common/features.h"
#include "idmap/feature.h"
#include "root/feature.h"
#include "verb.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "show", verb_show, "the maps of a namespace, seen from here, its parent, the first" },
	{ "translate", verb_translate, "ids of one namespace as ids of another" },
	{ "plan", verb_plan, "the map that a new namespace of yours should have" },
	{ "check", verb_check, "whether the kernel would take a map, and why not" },
	{ "compose", verb_algebra, "the map through one map and then another" },
	{ "invert", verb_algebra, "the map from outside to inside" },
	{ "merge", verb_algebra, "the map sorted, with adjacent ranges joined" },
	{ "split", verb_algebra, "the map cut at the ranges of the parent's" },
	{ "subtract", verb_algebra, "the map without the ids of another" },
	{ "write", verb_write, "write the maps of a process" },
	{ "run", verb_run, "run a program in a user namespace with a map" },
	{ "subids", verb_subids, "the ranges of a user, and what is wrong with the files" },
	{ "mount", verb_mount, "a mount on which files belong to the ids of a map" },
	{ "scan", verb_scan, "the ids of files that a map would lose" },
};

/* clang-format off */
static const struct cli_opt opts[] = {
	CLI_FEATURES_OPTS,
	{ 0 },
};
/* clang-format on */

static void features(struct features *f)
{
	features_add(f, &feature_user);
	features_add(f, &feature_map_more_than_own_id);
	features_add(f, &feature_mount_api);
	features_add(f, &feature_mount_setattr);
}

static const struct cli_tool tool = {
	.name = "nsidmap",
	.synopsis = { "<verb> [options] [<argument>...]", "<verb> --help", "--features [-J]" },
	.purpose = "Show, plan, check, compute and write id maps of user namespaces.",
	.opts = opts,
	.failed = CLI_EXIT_FAILED,
	.features = features,
};

/* The usage of the whole is that of the table above. */
static char *verb_notes(void)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "Verbs:");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		buf_printf(&b, "\n %-10s %s", verbs[i].name, verbs[i].help);
	return b.s;
}

int main(int argc, char **argv)
{
	struct cli_tool all = tool;
	struct cli c;

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (streq(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	all.notes = verb_notes();
	cli_init(&c, &all, argc, argv);
	while (cli_next(&c) != -1)
		;
	if (!cli_rest(&c)[0])
		cli_die_usage("a verb is required");
	cli_die_usage("unknown verb '%s'", cli_rest(&c)[0]);
}
