// SPDX-License-Identifier: GPL-2.0-or-later
/* nsinit: defines the option table and parses the command line. */
#include "common/cli.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "common/stop_opts.h"
#include "nsinit.h"

enum {
	OPT_REWRITE = CLI_LONG,
	OPT_GROUP,
	OPT_EXPLAIN,
};

/* clang-format off */
static const struct cli_opt table[] = {
	STOP_OPTS,
	{ OPT_REWRITE,          "rewrite",     CLI_ARG,  "<from>:<to>", "forward <to> instead of <from> (0: nothing)" },
	{ OPT_GROUP,            "group",       CLI_NONE, NULL,          "run the program in its own process group" },
	HANDLE_OPTS_FORKED,
	{ OPT_EXPLAIN,          "explain",     CLI_NONE, NULL,          "print the steps without executing them" },
	CLI_FEATURES_OPTS,
	{ 0 },
};
/* clang-format on */

static void features(struct features *f)
{
	features_add(f, &feature_subreaper);
	features_add(f, &feature_children_file);
	features_add(f, &feature_pidfd);
	features_add(f, &feature_close_range);
}

static const struct cli_tool tool = {
	.name = "nsinit",
	.synopsis = { "[options] [--] <program> [<argument>...]", "--features [-J]" },
	.purpose =
		"Run a program as a child of process 1: forward signals, reap orphans and end all\n"
		"processes that the program leaves behind.",
	.opts = table,
	.notes = "nsinit always forks, and closes descriptors above 2 except those of --keep-fd.",
	.failed = CLI_EXIT_OWN,
	.features = features,
};

static void parse_rewrite(struct supervise *s, const char *arg)
{
	size_t n = strcspn(arg, ":");
	int from = cli_signal("--rewrite", arg, n);
	sigset_t come;

	if (!arg[n])
		cli_die_usage("--rewrite: invalid '%s', expected <from>:<to>", arg);
	supervise_signals(&come);
	if (!sigismember(&come, from) || from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
		cli_die_usage("--rewrite: '%.*s' cannot be forwarded", (int)n, arg);
	arg += n + 1;
	s->rewrite[from] = streq(arg, "0") ? -1
					   : (signed char)cli_signal("--rewrite", arg, strlen(arg));
}

void opts_parse(struct run *r, int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct cli c;
	int key, rc;

	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1) {
		switch (key) {
		case OPT_REWRITE:
			parse_rewrite(&r->init.supervise, c.arg);
			break;
		case OPT_GROUP:
			r->init.supervise.group = true;
			break;
		case OPT_EXPLAIN:
			r->explain = true;
			break;
		default:
			if (stop_option(&r->init.supervise, key, c.arg))
				break;
			rc = handle_option(&r->init.handle, key, c.arg, &e);
			if (rc < 0)
				cli_die_nserr(&e);
		}
	}
	r->init.program.argv = cli_rest(&c);
	if (!r->init.program.argv[0])
		cli_die_usage("missing program");
}
