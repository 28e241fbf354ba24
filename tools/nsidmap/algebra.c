// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verbs compose, invert, merge, split and subtract, which compute a map from other
 * maps. */
#include "verb.h"

/* Replaces m by the result of a verb. `other` is the second map or the map of --parent. */
typedef int op_fn(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e);

static int op_compose(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	struct idmap out;
	int rc = idmap_compose(m, other, &out);

	(void)outside;
	if (rc < 0)
		return nserr_set(e, rc, "cannot allocate memory for the map");
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
	idmap_merge(m);
	return 0;
}

static int op_split(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	(void)outside;
	return idmap_split(m, other, e);
}

static int op_subtract(struct idmap *m, const struct idmap *other, bool outside, struct nserr *e)
{
	int rc = idmap_subtract(m, other, outside);

	return rc < 0 ? nserr_set(e, rc, "cannot allocate memory for the map") : 0;
}

enum { OPT_PARENT = CLI_LONG, OPT_OUTSIDE };

/* clang-format off */
static const struct cli_opt plain_opts[] = {
	MAP_OUT_OPTS,
	{ 0 },
};

static const struct cli_opt split_opts[] = {
	{ OPT_PARENT, "parent", CLI_ARG, "<map>", "use this map as the map of the parent namespace" },
	MAP_OUT_OPTS,
	{ 0 },
};

static const struct cli_opt subtract_opts[] = {
	{ OPT_OUTSIDE, "outside", CLI_NONE, NULL, "compare outside ids instead of inside ids" },
	MAP_OUT_OPTS,
	{ 0 },
};
/* clang-format on */

#define ONE_MAP   "Without <map> the map is read from standard input."
#define TOOL(...) .tool = { .failed = CLI_EXIT_FAILED, __VA_ARGS__ }

static const struct op {
	struct cli_tool tool;
	op_fn *run;
	int min, max; /* minimum and maximum number of <map> arguments */
} ops[] = {
	{ TOOL(.name = "nsidmap compose", .opts = plain_opts,
	       .synopsis = { "[options] <map> <map>" },
	       .purpose = "Print the combination of two maps: the first is applied first."),
	  .run = op_compose, .min = 2, .max = 2 },
	{ TOOL(.name = "nsidmap invert", .opts = plain_opts, .notes = ONE_MAP,
	       .synopsis = { "[options] [<map>]" },
	       .purpose = "Print a map with inside and outside exchanged."),
	  .run = op_invert, .max = 1 },
	{ TOOL(.name = "nsidmap merge", .opts = plain_opts, .notes = ONE_MAP,
	       .synopsis = { "[options] [<map>]" },
	       .purpose = "Print a map in order, with adjacent ranges joined."),
	  .run = op_merge, .max = 1 },
	{ TOOL(.name = "nsidmap split", .opts = split_opts, .notes = ONE_MAP,
	       .synopsis = { "[options] --parent <map> [<map>]" },
	       .purpose =
		       "Print a map, split at the boundaries of the ranges of the parent's map."),
	  .run = op_split, .max = 1 },
	{ TOOL(.name = "nsidmap subtract", .opts = subtract_opts,
	       .synopsis = { "[options] <map> <map>" },
	       .purpose = "Print the first map without the ids of the second map."),
	  .run = op_subtract, .min = 2, .max = 2 },
};

struct opts {
	const struct op *op;
	struct map_out out;
	/* arguments of the verb; parent and second may be NULL */
	const char *map, *parent, *second;
	bool outside;
};

static const struct op *find_op(const char *verb)
{
	size_t i = 0;

	/* main.c calls this function only for verbs in the table, so the loop ends */
	while (!streq(str_after(ops[i].tool.name, "nsidmap "), verb))
		i++;
	return &ops[i];
}

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ .op = find_op(argv[0]), .out = MAP_OUT_INIT };
	cli_init(&c, &o->op->tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (key == OPT_PARENT)
			o->parent = c.arg;
		else if (key == OPT_OUTSIDE)
			o->outside = true;
		else
			map_out_option(&o->out, key, c.arg);
	}
	verb_count(&w, o->op->min, o->op->max, " <map>");
	map_out_check(&o->out);
	if (o->op->run == op_split && !o->parent)
		cli_die_usage("missing --parent");
	o->map = w.n > 0 ? w.v[0] : "-";
	o->second = w.n > 1 ? w.v[1] : NULL;
}

/*
 * Reads a map. `name` is the name of the map in messages, or NULL for the first map. Ends the
 * process if the map breaks a rule of the kernel, except the maximum number of extents and bytes,
 * which does not matter for a computation.
 */
static void load(const char *arg, const char *name, struct idmaps *m)
{
	struct nserr e = NSERR_INIT;

	map_load(arg, m);
	if (idmaps_check_rules(m, &e) == 0)
		return;
	if (name)
		nserr_prefix(&e, "%s", name);
	cli_die_nserr(&e);
}

static void compute(const struct opts *o, struct idmaps *m, const struct idmaps *other)
{
	struct nserr e = NSERR_INIT;

	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (o->op->run(&m->map[k], &other->map[k], o->outside, &e) < 0) {
			nserr_prefix(&e, "%s map", idmap_kind_names[k]);
			cli_die_nserr(&e);
		}
		/* fail instead of printing a map without uids or without gids, because its reader
		 * would refuse such a map */
		if (m->map[k].n == 0)
			cli_die(0, "the resulting map has no %ss", idmap_kind_names[k]);
	}
	if (o->op->run == op_invert)
		m->setgroups = IDMAP_SETGROUPS_UNSET;
}

int verb_algebra(int argc, char **argv)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT, other = IDMAPS_INIT;
	struct opts o;

	parse(&o, argc, argv);
	load(o.map, NULL, &m);
	if (o.parent)
		load(o.parent, "parent", &other);
	if (o.second)
		load(o.second, "second map", &other);
	compute(&o, &m, &other);
	map_print(&m, &o.out);
	return 0;
}
