// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: defines the option table and parses the command line. */
#include "common/handle_opts.h"
#include "common/verb.h"
#include "nstimeoffset.h"

enum {
	OPT_OFFSETS = CLI_LONG,
	OPT_BASE,
	OPT_ANCHOR,
	OPT_SHOW,
	OPT_PRINT,
	OPT_WRITE,
	OPT_EXPLAIN,
	OPT_FEATURES,
};

enum { X_MODE = 1, X_BOOT = 2, X_MONO = 4 };

/* clang-format off */
static const struct cli_opt table[] = {
	{ 0, NULL, CLI_NONE, NULL, "Clocks" },
	{ 'b',         "boottime",     CLI_ARG,  "<time>",      "set the boottime clock, which shows the uptime", X_BOOT },
	{ 'm',         "monotonic",    CLI_ARG,  "<time>",      "set the monotonic clock (uptime without suspend)", X_MONO },
	{ OPT_OFFSETS, "time-offsets", CLI_ARG,  "<stream>",    "set the clocks from the output of --print", X_BOOT | X_MONO },
	{ OPT_BASE,    "base",         CLI_ARG,  "own|initial", "choose the clock to which + and - are relative" },
	{ OPT_ANCHOR,  "anchor",       CLI_ARG,  "start|now",   "choose when the clock shows =<time>: start or now" },

	{ 0, NULL, CLI_NONE, NULL, "Handles" },
	HANDLE_OPTS,

	{ 0, NULL, CLI_NONE, NULL, "Instead of running a program" },
	{ OPT_SHOW,    "show",         CLI_NONE, NULL,          "print offsets and clocks (default: the caller's)", X_MODE },
	{ OPT_PRINT,   "print",        CLI_NONE, NULL,          "print the offsets in the format of --time-offsets", X_MODE },
	{ OPT_WRITE,   "write",        CLI_ARG,  "<ref>",       "set the offsets for the children of process <ref>", X_MODE },
	{ OPT_EXPLAIN, "explain",      CLI_NONE, NULL,          "print the steps without executing them" },
	{ OPT_FEATURES, "features",    CLI_NONE, NULL,          "print the kernel features that this user can use", X_MODE },
	{ 'J',         "json",         CLI_NONE, NULL,          "print --show or --features as JSON" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nstimeoffset",
	.synopsis = { "[options] [--] [<program> [<argument>...]]", "--show [<ref>...]",
		      "[options] --print", "[options] --write <ref>", "--features [-J]" },
	.purpose = "Run a program (default: your shell) with another boottime or monotonic clock.",
	.opts = table,
	.notes = "<time> is one of:\n"
		 "  +<duration>, -<duration>  relative to the caller's own clock\n"
		 "  =<duration>               the time that the clock shows\n"
		 "  =@<ref>                   the same as the clock of that namespace\n"
		 "  <duration>                offset from the clock of the initial namespace\n"
		 "nstimeoffset never forks.",
	.failed = CLI_EXIT_OWN,
};

static void clock_option(struct opts *o, enum timens_clock c, const char *arg)
{
	struct nserr e = NSERR_INIT;

	if (timens_option(c, arg, &o->ask.want[c], &e) < 0)
		cli_die_usage_nserr(&e);
}

static void take(struct opts *o, int key, const char *arg)
{
	static const char *const bases[] = { "own", "initial", NULL };
	static const char *const anchors[] = { "start", "now", NULL };
	struct nserr e = NSERR_INIT;

	switch (key) {
	case 'b':
		clock_option(o, TIMENS_BOOTTIME, arg);
		break;
	case 'm':
		clock_option(o, TIMENS_MONOTONIC, arg);
		break;
	case OPT_OFFSETS:
		o->ask.stream = arg;
		break;
	case OPT_BASE:
		o->base = arg;
		o->ask.base = (enum timens_base)cli_word("--base", "value", arg, bases);
		break;
	case OPT_ANCHOR:
		o->anchor = arg;
		o->ask.anchor = (enum timens_anchor)cli_word("--anchor", "value", arg, anchors);
		break;
	case OPT_SHOW:
		o->mode = MODE_SHOW;
		break;
	case OPT_PRINT:
		o->mode = MODE_PRINT;
		break;
	case OPT_WRITE:
		o->mode = MODE_WRITE;
		if (nsref_parse(arg, &o->target, &e) < 0) {
			nserr_prefix(&e, "--write");
			cli_die_usage_nserr(&e);
		}
		break;
	case OPT_FEATURES:
		o->mode = MODE_FEATURES;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	case 'J':
		o->json = true;
		break;
	default:
		if (handle_option(&o->handle, key, arg, &e) < 0)
			cli_die_usage_nserr(&e);
		o->handles = true;
	}
}

/* Parses the options between and after the references of --show, which executes no program. Returns
 * the references. */
static char **show_words(struct opts *o, struct cli *c)
{
	struct words w = { 0 };
	int key;

	if (streq(c->argv[optind - 1], "--"))
		return cli_rest(c);
	while ((key = verb_next(c, &w)) != -1)
		take(o, key, c->arg);
	return verb_all_words(&w);
}

void opts_parse(struct opts *o, int argc, char **argv)
{
	struct cli c;
	int key;

	*o = (struct opts){ .handle = HANDLE_INIT };
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1)
		take(o, key, c.arg);
	o->rest = o->mode == MODE_SHOW ? show_words(o, &c) : cli_rest(&c);
}
