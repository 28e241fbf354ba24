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
	OPT_NOTIFY,
	OPT_PAUSE,
	OPT_PDEATHSIG,
	OPT_EXPLAIN,
};

/* clang-format off */
static const struct cli_opt table[] = {
	STOP_OPTS,
	{ OPT_REWRITE,          "rewrite",     CLI_ARG,  "<from>:<to>", "forward the signal <from> as <to> (0: not at all)" },
	{ OPT_GROUP,            "group",       CLI_NONE, NULL,          "run the program in its own process group" },
	{ OPT_NOTIFY,           "notify",      CLI_NONE, NULL,          "report readiness when the program sends READY=1" },
	{ OPT_PAUSE,            "pause",       CLI_NONE, NULL,          "run no program, and wait for TERM or INT" },
	{ OPT_PDEATHSIG,        "pdeathsig",   CLI_ARG,  "<signal>",    "send this signal to nsinit when its parent dies" },
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
	.synopsis = { "[options] [--] <program> [<argument>...]", "[options] --pause",
		      "--features [-J]" },
	.purpose = "Run a program as a child of an init process.\n"
		   "The init process forwards signals, reaps orphans and ends remaining processes.",
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
		cli_die_usage("--rewrite: signal '%.*s' cannot be forwarded", (int)n, arg);
	arg += n + 1;
	s->rewrite[from] = streq(arg, "0") ? -1
					   : (signed char)cli_signal("--rewrite", arg, strlen(arg));
}

/*
 * Checks the combination of options, and ends the process if it is invalid. With --notify, moves
 * the descriptor of --ready-fd from the handle to *i, because the program itself reports when it is
 * ready.
 */
static void check(struct init *i)
{
	struct handle *h = &i->handle;

	if (!i->supervise.pause && !i->program.argv[0])
		cli_die_usage("missing program");
	if (i->supervise.pause && i->program.argv[0])
		cli_die_usage("--pause cannot be used with a program: '%s'", i->program.argv[0]);
	if (i->supervise.pause && (i->notify || handle_forks(h)))
		cli_die_usage("--pause cannot be used with --%s", i->notify     ? "notify"
								  : h->pid_file ? "pid-file"
										: "status-fd");
	if (!i->notify)
		return;
	if (h->ready_fd < 0 && h->status_fd < 0)
		cli_die_usage("--notify requires --ready-fd or --status-fd");
	i->ready_fd = TAKE_FD(h->ready_fd);
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
		case OPT_NOTIFY:
			r->init.notify = true;
			break;
		case OPT_PAUSE:
			r->init.supervise.pause = true;
			break;
		case OPT_PDEATHSIG:
			r->init.pdeathsig = cli_signal("--pdeathsig", c.arg, strlen(c.arg));
			r->init.parent_pid = getppid();
			break;
		case OPT_EXPLAIN:
			r->explain = true;
			break;
		default:
			if (stop_option(&r->init.supervise, key, c.arg))
				break;
			rc = handle_option(&r->init.handle, key, c.arg, &e);
			if (rc < 0)
				cli_die_usage_nserr(&e);
		}
	}
	r->init.program.argv = cli_rest(&c);
	check(&r->init);
}
