// SPDX-License-Identifier: GPL-2.0-or-later
/* opts: the command line of nsenter2. */
#include "nsenter2.h"
#include "num.h"

enum {
	OPT_PRESERVE = CLI_LONG,
	OPT_EXPLAIN,
};

/* clang-format off */
static const struct cli_opt opts[] = {
	{ 'a',          "all",                  CLI_NONE,   NULL,     "enter all that are not shared yet" },
	{ 't',          "target",               CLI_ARG,    "<ref>",  "process whose namespaces to enter" },
	{ CLI_NSTYPES,  "types",                CLI_OPTARG, "<file>", "enter that namespace" },
	{ 'S',          "setuid",               CLI_ARG,    "<id>",   "set the user id in the namespace" },
	{ 'G',          "setgid",               CLI_ARG,    "<id>",   "set the group id in the namespace" },
	{ OPT_PRESERVE, "preserve-credentials", CLI_NONE,   NULL,     "do not touch user and group ids" },
	{ 'r',          "root",                 CLI_OPTARG, "<dir>",  "set the root directory" },
	{ 'w',          "wd",                   CLI_OPTARG, "<dir>",  "set the working directory" },
	{ 'W',          "wdns",                 CLI_ARG,    "<dir>",  "set it to a directory found inside" },
	{ 'F',          "no-fork",              CLI_NONE,   NULL,     "do not fork for a pid namespace" },
	{ OPT_EXPLAIN,  "explain",              CLI_NONE,   NULL,     "print the steps and do nothing" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	"nsenter2",
	{ "[options] [--] [<program> [<argument>...]]" },
	"Run a program (default: $SHELL) in namespaces of another process.",
	opts,
	"A pid namespace is entered by a child, so nsenter2 forks when it enters one.",
	CLI_EXIT_OWN,
};

/* The argument of a short option may be written -m=FILE, as nsenter(1) takes it. */
static const char *strip_equals(const char *arg)
{
	return arg && arg[0] == '=' ? arg + 1 : arg;
}

static void take_type(struct nsenter2 *n, const struct nstype *type, const char *arg)
{
	n->types |= type->flag;
	n->files[nstype_index(type)] = strip_equals(arg);
}

static void take_dir(struct dir_opt *dir, const char *name, const char *arg)
{
	*dir = (struct dir_opt){ arg ? DIR_PATH : DIR_TARGET, strip_equals(arg), -1 };
	if (dir->path && dir->path[0] == '\0')
		cli_die_usage("--%s: the name of the directory is empty", name);
}

static struct id_opt take_id(const char *name, const char *arg)
{
	struct id_opt id = { .set = true };

	if (num_id(arg, &id.id) < 0)
		cli_die_usage("--%s: '%s' is not an id from 0 to %u", name, arg, NUM_ID_MAX);
	return id;
}

static void take(struct nsenter2 *n, const struct cli *c, int key)
{
	switch (key) {
	case 'a':
		n->all = true;
		break;
	case 't':
		n->target = c->arg;
		break;
	case CLI_NSTYPES:
		take_type(n, c->type, c->arg);
		break;
	case 'S':
		n->uid = take_id("setuid", c->arg);
		break;
	case 'G':
		n->gid = take_id("setgid", c->arg);
		break;
	case OPT_PRESERVE:
		n->preserve = true;
		break;
	case 'r':
		take_dir(&n->root, "root", c->arg);
		break;
	case 'w':
		take_dir(&n->wd, "wd", c->arg);
		n->wdns = NULL;
		break;
	case 'W':
		n->wdns = strip_equals(c->arg);
		n->wd.from = DIR_UNSET;
		break;
	case 'F':
		n->no_fork = true;
		break;
	case OPT_EXPLAIN:
		n->explain = true;
		break;
	default:
		break;
	}
}

/* What makes no sense however the machine is. */
static void check(const struct nsenter2 *n)
{
	const char *needs = NULL;

	if (n->all)
		needs = "all";
	else if (n->root.from == DIR_TARGET)
		needs = "root";
	else if (n->wd.from == DIR_TARGET)
		needs = "wd";
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if ((n->types & nstypes[i].flag) && !n->files[i])
			needs = nstypes[i].longopt;
	if (needs && !n->target)
		cli_die_usage("--%s: no target is given (--target)", needs);
}

void opts_parse(struct nsenter2 *n, int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct cli c;
	int key;

	*n = (struct nsenter2){ .root.fd = -1, .wd.fd = -1 };
	nsjoin_init(&n->join);
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) >= 0)
		take(n, &c, key);
	n->argv = cli_rest(&c);
	check(n);
	if (n->target && nsref_parse(n->target, &n->ref, &e) < 0) {
		nserr_prefix(&e, "--target");
		cli_die_nserr(&e);
	}
}
