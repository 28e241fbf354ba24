// SPDX-License-Identifier: GPL-2.0-or-later
/* write: gives the user namespace of a process its maps. */
#include "idmap/procfile.h"
#include "ns/ref.h"
#include "verb.h"

enum { OPT_VIA = CLI_LONG };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_VIA, "via", CLI_ARG, "<way>", "auto, direct, or helpers (newuidmap, newgidmap)" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap write",
	.synopsis = { "[options] <process> [<map>]" },
	.purpose = "Write the id maps of a process and read them back.",
	.opts = opts,
	.notes = "Without <map> it is read from standard input. It forks only to run newuidmap(1) "
		 "and\nnewgidmap(1), where only they can write the map.",
	.failed = CLI_EXIT_FAILED,
};

static int parse_way(const char *arg)
{
	static const char *const ways[] = { "direct", "helpers", "auto" };

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (streq(arg, ways[i]))
			return (int)i;
	cli_die_usage("--via: '%s' is none of auto, direct, helpers", arg);
}

static int write_maps(const struct nsref_process *p, const struct idmaps *m, int way,
		      struct nserr *e)
{
	enum idmap_way how = (enum idmap_way)way;
	int rc = nsref_check_living(p, e);

	if (rc == 0 && way > IDMAP_HELPERS)
		rc = idmaps_way(m, &how, e);
	if (rc == 0 && how == IDMAP_HELPERS)
		return idmaps_write_helpers(p->procfd, m, -1, e); /* which are verified there */
	if (rc == 0)
		rc = idmaps_write(p->procfd, m, e);
	return rc < 0 ? rc : idmaps_verify(p->procfd, m, e);
}

int verb_write(int argc, char **argv)
{
	cleanup_nsref_process struct nsref_process p = NSREF_PROCESS_INIT;
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	struct nsref ref;
	int way = parse_way("auto");
	struct words w = { 0 };
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		way = parse_way(c.arg);
	verb_count(&w, 1, 2, "a process");
	if (nsref_parse(w.v[0], &ref, &e) < 0)
		cli_die_nserr(&e);
	if (!nsref_is_process(&ref))
		cli_die_usage("'%s' is not a process", w.v[0]);
	/* held before the map is awaited, so that its number cannot become another's meanwhile */
	if (nsref_open_process(&ref, &p, &e) < 0)
		cli_die_nserr(&e);
	map_load(w.n == 2 ? w.v[1] : "-", &m);
	if (idmaps_check(&m, NULL, &e) < 0 || write_maps(&p, &m, way, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}
