// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: shows, plans, checks, computes and writes the id maps of user namespaces. */
#include "common/features.h"
#include "idmap/feature.h"
#include "root/feature.h"
#include "verb.h"

static const struct verb verbs[] = {
	{ "show", verb_show, "show the maps of user namespaces" },
	{ "translate", verb_translate, "translate ids of one namespace to ids of another" },
	{ "plan", verb_plan, "print a map for a new user namespace" },
	{ "check", verb_check, "check whether the kernel would accept a map" },
	{ "compose", verb_algebra, "print the combination of two maps" },
	{ "invert", verb_algebra, "print a map with inside and outside exchanged" },
	{ "merge", verb_algebra, "print a map with adjacent ranges joined" },
	{ "split", verb_algebra, "print a map split at the ranges of the parent map" },
	{ "subtract", verb_algebra, "print a map without the ids of another map" },
	{ "write", verb_write, "write the maps of a process" },
	{ "run", verb_run, "run a program in a user namespace with a map" },
	{ "subids", verb_subids, "list the subordinate ids of a user" },
	{ "mount", verb_mount, "mount a directory tree with mapped owners" },
	{ "chown", verb_chown, "change the owners of a directory tree to those of another map" },
	{ "scan", verb_scan, "list the ids of files that a map does not contain" },
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
	.purpose = "Show, plan, check, compute and write the id maps of user namespaces.",
	.opts = table,
	.failed = CLI_EXIT_FAILED,
	.features = features,
};

int main(int argc, char **argv)
{
	return verb_main(&tool, verbs, ARRAY_SIZE(verbs), argc, argv, "missing verb");
}
