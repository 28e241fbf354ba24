// SPDX-License-Identifier: GPL-2.0-or-later
/* opts: the option table of nslist. */
#include "nslist.h"

#include <stdio.h>

#include "cli.h"
#include "num.h"
#include "sys_ns.h"

enum { OPT_OUTPUT_ALL = CLI_LONG, OPT_SOURCES, OPT_STRICT };

enum { EXCL_FORMAT = 1, EXCL_TREE = 2, EXCL_TASK = 4 };

/* clang-format off */
static const struct cli_opt options[] = {
	{ 'J',            "json",         CLI_NONE,   NULL,        "print JSON", EXCL_FORMAT },
	{ 'l',            "list",         CLI_NONE,   NULL,        "print a list instead of a tree", EXCL_TREE },
	{ 'n',            "noheadings",   CLI_NONE,   NULL,        "print no headings" },
	{ 'o',            "output",       CLI_ARG,    "[+]<cols>", "print these columns, or these (+) as well" },
	{ OPT_OUTPUT_ALL, "output-all",   CLI_NONE,   NULL,        "print all columns" },
	{ 'P',            "persistent",   CLI_NONE,   NULL,        "only namespaces without a process", EXCL_TASK },
	{ 'p',            "task",         CLI_ARG,    "<pid>",     "only namespaces of that process", EXCL_TASK },
	{ 'r',            "raw",          CLI_NONE,   NULL,        "print rows that are easy to split", EXCL_FORMAT },
	{ 'u',            "notruncate",   CLI_NONE,   NULL,        "do not cut columns at the terminal's edge" },
	{ 'W',            "nowrap",       CLI_NONE,   NULL,        "print each row on one line" },
	{ 't',            "type",         CLI_ARG,    "<type>",    "only namespaces of that type (may be repeated)" },
	{ 'T',            "tree",         CLI_OPTARG, "<rel>",     "tree by owner (default), parent or process", EXCL_TREE },
	{ OPT_SOURCES,    "sources",      CLI_ARG,    "<list>",    "where to look: proc, task, children" },
	{ OPT_STRICT,     "strict",       CLI_NONE,   NULL,        "exit 3 when something could not be looked at" },
	{ 'H',            "list-columns", CLI_NONE,   NULL,        "list the columns" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nslist",
	.synopsis = { "[options] [<inode>]" },
	.purpose = "List namespaces, however they are held.",
	.opts = options,
	.failed = CLI_EXIT_FAILED,
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
	cli_die_usage("unknown kind of tree '%s' (owner, parent, process)", s);
}

static unsigned parse_type(const char *s)
{
	const struct nstype *t = nstype_find(s, strlen(s));

	if (!t)
		cli_die_usage("unknown namespace type '%s'", s);
	return NSTYPE_BIT(nstype_index(t));
}

static void set_option(struct nslist_opts *o, int key, const char *arg)
{
	struct nserr e = NSERR_INIT;

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
		if (num_pid(arg, &o->task) < 0)
			cli_die_usage("--task: '%s' is not a process id", arg);
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
	case 't':
		o->types |= parse_type(arg);
		break;
	case 'T':
		o->tree = parse_tree(arg);
		break;
	case OPT_SOURCES:
		if (nscollect_parse(arg, &o->sources, &e) < 0)
			cli_die_nserr(&e);
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case 'H':
		o->list_columns = true;
		break;
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

void nslist_parse(struct nslist_opts *o, int argc, char **argv)
{
	struct cli cli;
	char **rest;
	uint64_t inode;
	int key;

	*o = (struct nslist_opts){
		.tree = NSLIST_PROCESS,
		.headings = true,
		.truncate = true,
		.wrap = true,
		.sources = NSCOLLECT_ALL,
	};
	cli_init(&cli, &tool, argc, argv);
	while ((key = cli_next(&cli)) != -1)
		set_option(o, key, cli.arg);
	rest = cli_rest(&cli);
	if (o->list_columns)
		list_columns();
	if (rest[0] && rest[1])
		cli_die_usage("more than one namespace");
	if (rest[0]) {
		if (num_u64(rest[0], SYS_NS_INO_MIN, UINT32_MAX, &inode) < 0)
			cli_die_usage("'%s' is not the inode of a namespace", rest[0]);
		o->inode = (uint32_t)inode;
		if (o->task)
			cli_die_usage("--task and a namespace exclude each other");
	}
	nslist_choose_columns(o);
	if (!o->types)
		o->types = NSTYPE_ALL_BITS;
}
