// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb write, which writes the maps of a process and verifies them. */
#include "idmap/procfile.h"
#include "idmap/writer.h"
#include "ns/ref.h"
#include "verb.h"

enum { OPT_VIA = CLI_LONG };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_VIA, "via", CLI_ARG, "<way>", "choose how to write: auto, direct or helpers" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap write",
	.synopsis = { "[options] <process> [<map>]" },
	.purpose = "Write the id maps of a process and read them back.",
	.opts = table,
	.notes = "Without <map> the map is read from standard input. nsidmap forks only to run\n"
		 "newuidmap(1) and newgidmap(1), if the caller itself cannot write the map.",
	.failed = CLI_EXIT_FAILED,
};

enum { VIA_AUTO = -1 };

/* Returns the enum idmap_writer for the argument, or VIA_AUTO. Ends the process if it is
 * invalid. */
static int parse_via(const char *arg)
{
	static const char *const words[] = { "auto", "direct", "helpers", NULL };
	static const int writers[] = { VIA_AUTO, IDMAP_BY_PARENT, IDMAP_BY_HELPERS };

	return writers[cli_word("--via", "method", arg, words)];
}

static int write_maps(const struct nsref_process *p, struct idmaps *m, int via, struct nserr *e)
{
	enum idmap_writer writer = (enum idmap_writer)via;
	int rc = nsref_check_living(p, e);

	if (rc < 0)
		return rc;
	rc = idmaps_settle_setgroups(m, getegid(), e);
	if (rc < 0)
		return rc;
	if (via == VIA_AUTO && (rc = idmaps_choose_writer(m, &writer, e)) < 0)
		return rc;
	rc = idmaps_write_by(writer, p->procfd, m, -1, e);
	/* idmaps_write_helpers() has verified the maps already */
	if (rc < 0 || writer == IDMAP_BY_HELPERS)
		return rc;
	return idmaps_verify(p->procfd, m, e);
}

int verb_write(int argc, char **argv)
{
	cleanup_nsref_process struct nsref_process p = NSREF_PROCESS_INIT;
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	struct nsref ref;
	int via = VIA_AUTO;
	struct words w = { 0 };
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		via = parse_via(c.arg);
	verb_count(&w, 1, 2, " <process>");
	if (nsref_parse(w.v[0], &ref, &e) < 0)
		cli_die_usage_nserr(&e);
	if (!nsref_is_process(&ref))
		cli_die_usage("'%s' is a namespace, expected a process", w.v[0]);
	/* open the process before the map is read, because reading may take long and the pid could
	 * be reused */
	if (nsref_open_process(&ref, &p, &e) < 0)
		cli_die_nserr(&e);
	map_load(w.n == 2 ? w.v[1] : "-", &m);
	if (idmaps_check(&m, NULL, &e) < 0 || write_maps(&p, &m, via, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}
