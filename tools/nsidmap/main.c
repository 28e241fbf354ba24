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
	{ "show", verb_show, "show the maps of user namespaces" },
	{ "translate", verb_translate, "translate ids of one namespace to ids of another" },
	{ "plan", verb_plan, "print the map that a new namespace should have" },
	{ "check", verb_check, "check whether the kernel would accept a map" },
	{ "compose", verb_algebra, "print the map through one map and then another" },
	{ "invert", verb_algebra, "print the map from outside to inside" },
	{ "merge", verb_algebra, "print the map with adjacent ranges joined" },
	{ "split", verb_algebra, "print the map split at the ranges of its parent" },
	{ "subtract", verb_algebra, "print the map without the ids of another" },
	{ "write", verb_write, "write the maps of a process" },
	{ "run", verb_run, "run a program in a user namespace with a map" },
	{ "subids", verb_subids, "list the ranges of a user, or check the files" },
	{ "mount", verb_mount, "mount a tree with its owners mapped" },
	{ "scan", verb_scan, "list the ids of files that a map would lose" },
};

/* clang-format off */
static const struct cli_opt table[] = {
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
	.opts = table,
	.failed = CLI_EXIT_FAILED,
	.features = features,
};

/* Returns the list of verbs for --help. */
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
		cli_die_usage("missing verb");
	cli_die_usage("unknown verb '%s'", cli_rest(&c)[0]);
}
