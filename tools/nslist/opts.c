// SPDX-License-Identifier: GPL-2.0-or-later
/* opts: the option table of nslist. */
#include "nslist.h"

#include <stdio.h>

#include "base/num.h"
#include "common/cli.h"
#include "kernel/sys_ns.h"

enum {
	OPT_OUTPUT_ALL = CLI_LONG,
	OPT_SOURCES,
	OPT_STRICT,
	OPT_SHOW,
	OPT_MEMBERS,
	OPT_DIFF,
	OPT_ORPHANS,
	OPT_LIMITS,
	OPT_WATCH,
	OPT_DOT,
	OPT_FEATURES,
};

enum { EXCL_FORMAT = 1, EXCL_TREE = 2, EXCL_TASK = 4, EXCL_VIEW = 8 };

/* clang-format off */
static const struct cli_opt options[] = {
	{ 'J',            "json",         CLI_NONE,   NULL,        "print JSON", EXCL_FORMAT },
	{ 'l',            "list",         CLI_NONE,   NULL,        "print a list instead of a tree", EXCL_TREE },
	{ 'n',            "noheadings",   CLI_NONE,   NULL,        "omit the headings" },
	{ 'o',            "output",       CLI_ARG,    "[+]<list>", "print these columns, or add (+) these columns" },
	{ OPT_OUTPUT_ALL, "output-all",   CLI_NONE,   NULL,        "print all columns" },
	{ 'P',            "persistent",   CLI_NONE,   NULL,        "list only namespaces without a process", EXCL_TASK },
	{ 'p',            "task",         CLI_ARG,    "<pid>",     "list only the namespaces of this process", EXCL_TASK },
	{ 'Q',            "filter",       CLI_ARG,    "<expr>",    "print only rows for which <expr> is true" },
	{ 'r',            "raw",          CLI_NONE,   NULL,        "print rows that are easy to split", EXCL_FORMAT },
	{ 'u',            "notruncate",   CLI_NONE,   NULL,        "do not truncate columns at the terminal edge" },
	{ 'W',            "nowrap",       CLI_NONE,   NULL,        "print each row on one line" },
	{ 't',            "type",         CLI_ARG,    "<type>",    "list only this type (may be repeated)" },
	{ 'T',            "tree",         CLI_OPTARG, "<rel>",     "print a tree: owner, parent, process, user+pid", EXCL_TREE },
	{ OPT_SOURCES,    "sources",      CLI_ARG,    "<list>",    "search only: proc,task,children,fd,sock,mnt,kernel" },
	{ OPT_STRICT,     "strict",       CLI_NONE,   NULL,        "exit with 3 if something could not be read" },
	{ 'H',            "list-columns", CLI_NONE,   NULL,        "list the available columns" },
	{ 0,              NULL,           CLI_NONE,   NULL,        "Other views" },
	{ OPT_SHOW,       "show",         CLI_ARG,    "<ref>",     "print everything about one namespace", EXCL_VIEW },
	{ OPT_MEMBERS,    "members",      CLI_ARG,    "<ref>",     "list the processes in one namespace", EXCL_VIEW },
	{ OPT_DIFF,       "diff",         CLI_ARG,    "<ref>",     "compare the namespaces of two processes", EXCL_VIEW },
	{ OPT_ORPHANS,    "orphans",      CLI_NONE,   NULL,        "list only namespaces without process or thread" },
	{ OPT_LIMITS,     "limits",       CLI_NONE,   NULL,        "print usage of the user.max_*_namespaces limits", EXCL_VIEW },
	{ OPT_WATCH,      "watch",        CLI_OPTARG, "<time>",    "print namespaces that appear (+) or vanish (-)", EXCL_VIEW },
	{ OPT_DOT,        "dot",          CLI_NONE,   NULL,        "print a graph for dot(1)", EXCL_VIEW },
	{ OPT_FEATURES,   "features",     CLI_NONE,   NULL,        "print what this kernel and this user can do", EXCL_VIEW },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nslist",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "List namespaces and what holds them.",
	.opts = options,
	.failed = CLI_EXIT_FAILED,
	.only_tells = true,
};

static enum nslist_tree parse_tree(const char *s)
{
	if (s && *s == '=') /* -T=parent */
		s++;
	if (!s || streq(s, "owner"))
		return NSLIST_OWNER;
	if (streq(s, "parent"))
		return NSLIST_PARENT;
	if (streq(s, "process"))
		return NSLIST_PROCESS;
	if (streq(s, "user+pid"))
		return NSLIST_USER_PID;
	cli_die_usage("--tree: unknown relation '%s' (owner, parent, process, user+pid)", s);
}

static unsigned parse_type(const char *s)
{
	const struct nstype *t = nstype_find(s, strlen(s));

	if (!t)
		cli_die_usage("unknown namespace type '%s'", s);
	return NSTYPE_BIT(nstype_index(t));
}

static void set_task(struct nslist_opts *o, const char *arg)
{
	if (num_pid(arg, &o->task) < 0)
		cli_die_usage("--task: invalid process ID '%s'", arg);
	o->n_targets = 0;
	nslist_add_target(o, arg, NULL);
}

static void set_interval(struct nslist_opts *o, const char *arg)
{
	if (arg && (num_duration(arg, &o->interval) < 0 ||
		    (o->interval.tv_sec == 0 && o->interval.tv_nsec == 0)))
		cli_die_usage("--watch: invalid time '%s'", arg);
}

/* Options that choose what is printed instead of the table of namespaces. */
static bool set_view(struct nslist_opts *o, int key, const char *arg)
{
	switch (key) {
	case OPT_SHOW:
		o->view = NSLIST_SHOW;
		o->of = arg;
		return true;
	case OPT_MEMBERS:
		o->view = NSLIST_MEMBERS;
		o->of = arg;
		return true;
	case OPT_DIFF:
		o->view = NSLIST_DIFF;
		o->of = arg;
		return true;
	case OPT_ORPHANS:
		o->orphans = true;
		return true;
	case OPT_LIMITS:
		o->view = NSLIST_LIMITS;
		return true;
	case OPT_WATCH:
		o->view = NSLIST_WATCH;
		o->tree = NSLIST_NO_TREE;
		set_interval(o, arg);
		return true;
	case OPT_DOT:
		o->view = NSLIST_DOT;
		o->tree = NSLIST_NO_TREE;
		return true;
	case OPT_FEATURES:
		o->view = NSLIST_FEATURES;
		return true;
	default:
		return false;
	}
}

static void set_format(struct nslist_opts *o, int key)
{
	switch (key) {
	case 'J':
		o->format = NSLIST_JSON;
		break;
	case 'l':
		o->tree = NSLIST_NO_TREE;
		break;
	case 'n':
		o->headings = false;
		break;
	case 'r':
		o->format = NSLIST_RAW;
		o->tree = NSLIST_NO_TREE;
		o->wrap = false;
		break;
	case 'u':
		o->truncate = false;
		break;
	case 'W':
		o->wrap = false;
		break;
	}
}

static void set_option(struct nslist_opts *o, int key, const char *arg)
{
	struct nserr e = NSERR_INIT;

	switch (key) {
	case 'o':
		o->output = arg;
		break;
	case OPT_OUTPUT_ALL:
		o->output_all = true;
		break;
	case 'P':
		o->persistent = true;
		break;
	case 'p':
		set_task(o, arg);
		break;
	case 'Q':
		o->filter = arg;
		break;
	case 't':
		o->types |= parse_type(arg);
		break;
	case 'T':
		o->tree = parse_tree(arg);
		break;
	case OPT_SOURCES:
		if (collect_parse(arg, &o->sources, &e) < 0)
			cli_die_nserr(&e);
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case 'H':
		o->list_columns = true;
		break;
	default:
		if (!set_view(o, key, arg))
			set_format(o, key);
	}
}

static void list_columns(void)
{
	cleanup_buf struct buf b = BUF_INIT;

	for (size_t i = 0; i < nslist_n_columns; i++)
		buf_printf(&b, "%12s  %s\n", nslist_columns[i].name, nslist_columns[i].help);
	cli_print(&b);
	exit(0);
}

/* A namespace for --show and --members: "net:123" and the like, or a process where only one type is
 * asked for. */
static void add_namespace(struct nslist_opts *o, const char *ref)
{
	bool one = o->types && (o->types & (o->types - 1)) == 0;

	nslist_add_target(o, ref, one ? &nstypes[__builtin_ctz(o->types)] : NULL);
	if (o->targets[0].pid)
		cli_die_usage("missing namespace type for process '%s' (for example net:%s)", ref,
			      ref);
	/* what is listed of it does not depend on its type */
	o->types = 0;
}

static void add_targets(struct nslist_opts *o, char **rest)
{
	size_t n = 0;

	if (o->task && rest[0])
		cli_die_usage("--task and a reference exclude each other");
	if (o->view == NSLIST_SHOW || o->view == NSLIST_MEMBERS)
		add_namespace(o, o->of);
	if (o->view == NSLIST_DIFF)
		nslist_add_target(o, o->of, NULL);
	for (; rest[n]; n++)
		nslist_add_target(o, rest[n], NULL);
	switch (o->view) {
	case NSLIST_ROWS:
		/* as lsns(8): the processes of a bare inode */
		if (n == 1 && !o->targets[0].type && !o->targets[0].pid)
			o->view = NSLIST_MEMBERS;
		break;
	case NSLIST_DIFF:
		if (n != 1 || !o->targets[0].pid || !o->targets[1].pid)
			cli_die_usage("--diff requires two processes");
		break;
	case NSLIST_SHOW:
	case NSLIST_MEMBERS:
	case NSLIST_LIMITS:
	case NSLIST_FEATURES:
		if (n > 0)
			cli_die_usage("unexpected argument '%s'", rest[0]);
		break;
	case NSLIST_WATCH:
	case NSLIST_DOT:
		break;
	}
}

void nslist_parse(struct nslist_opts *o, int argc, char **argv)
{
	struct cli cli;
	int key;

	*o = (struct nslist_opts){
		.tree = NSLIST_PROCESS,
		.headings = true,
		.truncate = true,
		.wrap = true,
		.sources = COLLECT_ALL,
		.interval = { .tv_sec = 1 },
	};
	cli_init(&cli, &tool, argc, argv);
	while ((key = cli_next(&cli)) != -1)
		set_option(o, key, cli.arg);
	if (o->list_columns)
		list_columns();
	if (!o->types && o->tree == NSLIST_USER_PID)
		o->types = NSTYPE_BIT(NSTYPE_USER) | NSTYPE_BIT(NSTYPE_PID);
	add_targets(o, cli_rest(&cli));
	nslist_choose_columns(o);
	if (!o->types)
		o->types = NSTYPE_ALL_BITS;
}
