// SPDX-License-Identifier: GPL-2.0-or-later
/* algebra: maps computed from maps. One function a verb, for uids and gids alike. */
#include "verb.h"

enum { OPT_PARENT = CLI_LONG, OPT_OUTSIDE };

/* m becomes the result; other is the second map or that of --parent. */
typedef int op_fn(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e);

static int op_compose(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	struct idmap out;
	int rc = idmap_compose(m, other, &out);

	(void)outside;
	if (rc < 0)
		return nserr_set(e, rc, "cannot hold the map");
	idmap_free(m);
	*m = out;
	return 0;
}

static int op_invert(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	(void)other;
	(void)outside;
	(void)e;
	idmap_invert(m);
	return 0;
}

static int op_merge(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	(void)other;
	(void)outside;
	(void)e;
	return idmap_merge(m);
}

static int op_split(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	(void)outside;
	return idmap_split(m, other, e);
}

static int op_subtract(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	int rc = idmap_subtract(m, other, outside);

	return rc < 0 ? nserr_set(e, rc, "cannot hold the map") : 0;
}

/* clang-format off */
static const struct cli_opt plain_opts[] = {
	MAP_OUT_OPTS,
	{ 0 },
};

static const struct cli_opt split_opts[] = {
	{ OPT_PARENT, "parent", CLI_ARG, "<map>", "the map of the namespace that it is made in" },
	MAP_OUT_OPTS,
	{ 0 },
};

static const struct cli_opt subtract_opts[] = {
	{ OPT_OUTSIDE, "outside", CLI_NONE, NULL, "compare the outside ids, not those inside" },
	MAP_OUT_OPTS,
	{ 0 },
};
/* clang-format on */

#define FROM_STDIN "Without <map> it is read from standard input."

static const struct op {
	struct cli_tool tool;
	op_fn *run;
	int maps;        /* that the command line must have, and may have one less than: */
	bool stdin_less; /* the only one may be left out */
	bool parent;     /* needs --parent */
} ops[] = {
	{ { .name = "nsidmap compose",
	    .synopsis = { "[options] <map> <map>" },
	    .purpose = "Print the map that leads through the first and then the second one.",
	    .opts = plain_opts,
	    .failed = CLI_EXIT_FAILED },
	  op_compose,
	  2,
	  false,
	  false },
	{ { .name = "nsidmap invert",
	    .synopsis = { "[options] [<map>]" },
	    .purpose = "Print the map from outside to inside.",
	    .opts = plain_opts,
	    .notes = FROM_STDIN,
	    .failed = CLI_EXIT_FAILED },
	  op_invert,
	  1,
	  true,
	  false },
	{ { .name = "nsidmap merge",
	    .synopsis = { "[options] [<map>]" },
	    .purpose = "Print the map sorted, with adjacent ranges joined.",
	    .opts = plain_opts,
	    .notes = FROM_STDIN,
	    .failed = CLI_EXIT_FAILED },
	  op_merge,
	  1,
	  true,
	  false },
	{ { .name = "nsidmap split",
	    .synopsis = { "[options] --parent <map> [<map>]" },
	    .purpose = "Print the map cut where the parent's ranges begin and end.",
	    .opts = split_opts,
	    .notes = FROM_STDIN,
	    .failed = CLI_EXIT_FAILED },
	  op_split,
	  1,
	  true,
	  true },
	{ { .name = "nsidmap subtract",
	    .synopsis = { "[options] <map> <map>" },
	    .purpose = "Print the first map without the ids that the second one has.",
	    .opts = subtract_opts,
	    .failed = CLI_EXIT_FAILED },
	  op_subtract,
	  2,
	  false,
	  false },
};

static const struct op *find_op(const char *verb)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (streq(str_after(ops[i].tool.name, "nsidmap "), verb))
			return &ops[i];
	return NULL; /* main.c names no other */
}

static void compute(const struct op *op, struct idmaps *m, const struct idmaps *other, bool outside)
{
	struct nserr e = NSERR_INIT;

	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (op->run(&m->map[k], &other->map[k], outside, &e) < 0) {
			nserr_prefix(&e, "%s map", idmap_kind_names[k]);
			cli_die_nserr(&e);
		}
		/* a stream without one of the kinds would be taken for a failure by its reader */
		if (m->map[k].n == 0)
			cli_die(0, "no %s is left", idmap_kind_names[k]);
	}
}

int verb_algebra(int argc, char **argv)
{
	const struct op *op = find_op(argv[0]);
	cleanup_idmaps struct idmaps m = IDMAPS_INIT, other = IDMAPS_INIT;
	struct map_out out = MAP_OUT_INIT;
	struct nserr e = NSERR_INIT;
	const char *parent = NULL;
	bool outside = false;
	struct words w = { 0 };
	struct cli c;

	cli_init(&c, &op->tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (key == OPT_PARENT)
			parent = c.arg;
		else if (key == OPT_OUTSIDE)
			outside = true;
		else
			map_out_option(&out, key, c.arg);
	}
	verb_count(&w, op->maps - op->stdin_less, op->maps, "a map");
	if (op->parent && !parent)
		cli_die_usage("missing --parent");
	map_load(w.n ? w.v[0] : "-", &m);
	/* of maps that are no functions there is no algebra; their size does not matter here */
	if (idmaps_check_rules(&m, &e) < 0)
		cli_die_nserr(&e);
	if (parent || op->maps == 2) {
		map_load(parent ? parent : w.v[1], &other);
		if (idmaps_check_rules(&other, &e) < 0) {
			nserr_prefix(&e, parent ? "parent" : "second map");
			cli_die_nserr(&e);
		}
	}
	if (op->run == op_invert)
		m.setgroups = IDMAP_SETGROUPS_UNSET;
	compute(op, &m, &other, outside);
	map_print(&m, &out);
	return 0;
}
