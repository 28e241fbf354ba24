// SPDX-License-Identifier: GPL-2.0-or-later
/* opts: the option table of nslist and its parser. */
#include "nslist.h"

#include "base/choice.h"
#include "base/num.h"
#include "common/cli.h"
#include "common/verb.h"

enum {
	OPT_OUTPUT_ALL = CLI_LONG,
	OPT_SOURCES,
	OPT_NO_BPF,
	OPT_STRICT,
	OPT_SHOW,
	OPT_MEMBERS,
	OPT_DIFF,
	OPT_ORPHANS,
	OPT_LIMITS,
	OPT_WATCH,
	OPT_DOT,
	OPT_FEATURES,
	OPT_CONTAINERS,
	OPT_ALL,
	OPT_FIND,
	OPT_SORT,
	OPT_CAPS,
	OPT_STALE,
	OPT_COLOR,
};

enum { EXCL_FORMAT = 1, EXCL_TASK = 2, EXCL_VIEW = 4 };

/* clang-format off */
static const struct cli_opt options[] = {
	{ 'J',            "json",         CLI_NONE,   NULL,        "print JSON", EXCL_FORMAT },
	{ 'l',            "list",         CLI_NONE,   NULL,        "print a list instead of a tree" },
	{ 'n',            "noheadings",   CLI_NONE,   NULL,        "omit the headings" },
	{ 'o',            "output",       CLI_ARG,    "[+]<list>", "print these columns, or add (+) these columns" },
	{ OPT_OUTPUT_ALL, "output-all",   CLI_NONE,   NULL,        "print all columns" },
	{ 'P',            "persistent",   CLI_NONE,   NULL,        "list only namespaces without a process", EXCL_TASK },
	{ 'p',            "task",         CLI_ARG,    "<pid>",     "list only the namespaces of this process", EXCL_TASK },
	{ 'Q',            "filter",       CLI_ARG,    "<expr>",    "print only rows for which <expr> is true" },
	{ 'r',            "raw",          CLI_NONE,   NULL,        "print rows that are easy to parse", EXCL_FORMAT },
	{ OPT_SORT,       "sort",         CLI_ARG,    "[-]<col>",  "sort by this column, descending with a leading -" },
	{ OPT_COLOR,      "color",        CLI_OPTARG, "<when>",    "use colors: auto, always, never" },
	{ 'u',            "notruncate",   CLI_NONE,   NULL,        "do not truncate columns at the terminal edge" },
	{ 'W',            "nowrap",       CLI_NONE,   NULL,        "print each row on one line" },
	{ 't',            "type",         CLI_ARG,    "<list>",    "list only these types, such as net,pid" },
	{ 'T',            "tree",         CLI_OPTARG, "<rel>",     "print a tree by owner, parent, process or user+pid" },
	{ OPT_SOURCES,    "sources",      CLI_ARG,    "<list>",    "search only: proc,task,children,fd,sock,mnt,kernel" },
	{ OPT_NO_BPF,     "no-bpf",       CLI_NONE,   NULL,        "read /proc instead of using BPF iterators" },
	{ OPT_STRICT,     "strict",       CLI_NONE,   NULL,        "exit with status 3 if the output is incomplete" },
	{ 'H',            "list-columns", CLI_NONE,   NULL,        "list the available columns" },
	{ 0,              NULL,           CLI_NONE,   NULL,        "Other views" },
	{ OPT_CONTAINERS, "containers",   CLI_NONE,   NULL,        "list containers instead of namespaces", EXCL_VIEW },
	{ OPT_ALL,        "all",          CLI_NONE,   NULL,        "with --containers, also list services" },
	{ OPT_FIND,       "find",         CLI_ARG,    "<what>",    "find namespaces by content, for example port:80", EXCL_VIEW },
	{ OPT_CAPS,       "caps",         CLI_ARG,    "<pid>",     "print the capabilities of <pid> in namespace <ref>", EXCL_VIEW },
	{ OPT_STALE,      "stale",        CLI_NONE,   NULL,        "list leftover files (/run/netns, nsunshare --name)", EXCL_VIEW },
	{ OPT_SHOW,       "show",         CLI_ARG,    "<ref>",     "print everything about one namespace", EXCL_VIEW },
	{ OPT_MEMBERS,    "members",      CLI_ARG,    "<ref>",     "list the processes in one namespace", EXCL_VIEW },
	{ OPT_DIFF,       "diff",         CLI_ARG,    "<ref>",     "compare the namespaces of two processes", EXCL_VIEW },
	{ OPT_ORPHANS,    "orphans",      CLI_NONE,   NULL,        "list only namespaces without a process or thread" },
	{ OPT_LIMITS,     "limits",       CLI_OPTARG, "<by>",      "print usage of the user.max_*_namespaces limits", EXCL_VIEW },
	{ OPT_WATCH,      "watch",        CLI_OPTARG, "<time>",    "print namespaces that appear (+) or vanish (-)", EXCL_VIEW },
	{ OPT_DOT,        "dot",          CLI_NONE,   NULL,        "print a graph for dot(1)", EXCL_VIEW },
	{ OPT_FEATURES,   "features",     CLI_NONE,   NULL,        "print the kernel features that this user can use", EXCL_VIEW },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nslist",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "List namespaces and the processes and files that keep them alive.",
	.opts = options,
	.failed = CLI_EXIT_FAILED,
	.only_tells = true,
};

static enum nslist_tree parse_tree(const char *s)
{
	static const char *const words[] = { "owner", "parent", "process", "user+pid", NULL };
	static const enum nslist_tree trees[] = { NSLIST_OWNER, NSLIST_PARENT, NSLIST_PROCESS,
						  NSLIST_USER_PID };

	if (s && *s == '=') /* in -T=parent, the argument begins with '=' */
		s++;
	return s ? trees[cli_word("--tree", "relation", s, words)] : NSLIST_OWNER;
}

static unsigned parse_types(const char *s)
{
	unsigned types = 0;

	for (;; s++) {
		size_t n = strcspn(s, ",");
		const struct nstype *t = nstype_find(s, n);

		if (!t) {
			struct nserr e = NSERR_INIT;

			nstype_unknown(s, n, &e);
			nserr_prefix(&e, "--type");
			cli_die_usage_nserr(&e);
		}
		types |= NSTYPE_BIT(nstype_index(t));
		s += n;
		if (!*s)
			return types;
	}
}

static void set_task(struct opts *o, const char *arg)
{
	pid_t pid;

	if (num_pid(arg, &pid) < 0)
		cli_die_usage("--task: invalid process ID '%s'", arg);
	o->task = arg;
}

static void set_interval(struct opts *o, const char *arg)
{
	if (arg && (num_duration(arg, &o->interval) < 0 ||
		    (o->interval.tv_sec == 0 && o->interval.tv_nsec == 0)))
		cli_die_usage("--watch: invalid time '%s'", arg);
}

static void set_format(struct opts *o, int key)
{
	switch (key) {
	case 'J':
		o->format = NSLIST_JSON;
		break;
	case 'l':
		o->list = true;
		break;
	case 'n':
		o->headings = false;
		break;
	case 'r':
		o->format = NSLIST_RAW;
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

/* Sets an option that selects a view. Passes other options to set_format(). */
static void set_view(struct opts *o, int key, const char *arg)
{
	switch (key) {
	case OPT_SHOW:
		o->view = NSLIST_SHOW;
		o->of = arg;
		break;
	case OPT_MEMBERS:
		o->view = NSLIST_MEMBERS;
		o->of = arg;
		break;
	case OPT_DIFF:
		o->view = NSLIST_DIFF;
		o->of = arg;
		break;
	case OPT_CONTAINERS:
		o->view = NSLIST_CONTAINERS;
		break;
	case OPT_ALL:
		o->all = true;
		break;
	case OPT_CAPS:
		o->view = NSLIST_CAPS;
		o->of = arg;
		break;
	case OPT_STALE:
		o->view = NSLIST_STALE;
		break;
	case OPT_FIND:
		o->view = NSLIST_FIND;
		o->find = arg;
		break;
	case OPT_ORPHANS:
		o->orphans = true;
		break;
	case OPT_LIMITS:
		o->view = NSLIST_LIMITS;
		o->limits_of_users = arg;
		if (arg)
			(void)cli_word("--limits", "value", arg, (const char *[]){ "user", NULL });
		break;
	case OPT_WATCH:
		o->view = NSLIST_WATCH;
		set_interval(o, arg);
		break;
	case OPT_DOT:
		o->view = NSLIST_DOT;
		break;
	case OPT_FEATURES:
		o->view = NSLIST_FEATURES;
		break;
	default:
		set_format(o, key);
	}
}

static void set_option(struct opts *o, int key, const char *arg)
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
		o->types |= parse_types(arg);
		break;
	case 'T':
		o->tree = parse_tree(arg);
		break;
	case OPT_SOURCES:
		if (collect_parse(arg, &o->sources, &e) < 0) {
			nserr_prefix(&e, "--sources");
			cli_die_usage_nserr(&e);
		}
		break;
	case OPT_COLOR:
		o->color = (enum color_when)cli_word("--color", "value", arg ? arg : "always",
						     color_words);
		break;
	case OPT_SORT:
		o->sort = arg;
		break;
	case OPT_NO_BPF:
		o->no_bpf = true;
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case 'H':
		o->list_columns = true;
		break;
	default:
		set_view(o, key, arg);
	}
}

/* Parses one reference. Exits if it is invalid. */
static void add_ref(struct opts *o, const char *text)
{
	struct nserr e = NSERR_INIT;

	if (nsref_parse(text, &o->refs[o->n_refs++], &e) == 0)
		return;
	if (nstype_find(text, strlen(text)))
		nserr_hint(&e, "use --type %s to list the namespaces of this type", text);
	cli_die_usage_nserr(&e);
}

/* Parses all references: the argument of the view, the process of --task, and the arguments. */
static void add_refs(struct opts *o)
{
	size_t n = 2;

	for (char **s = o->rest; *s; s++)
		n++;
	o->refs = calloc(n, sizeof(*o->refs));
	if (!o->refs)
		cli_die(ENOMEM, "cannot list namespaces");
	if (o->of)
		add_ref(o, o->of);
	if (o->task)
		add_ref(o, o->task);
	for (char **s = o->rest; *s; s++)
		add_ref(o, *s);
}

/* Returns true if the only argument is a bare inode. As in lsns(8), nslist then lists the processes
 * in the namespace. */
static bool is_bare_inode(const struct opts *o)
{
	const struct nsref *ref = &o->refs[0];

	return o->view == NSLIST_ROWS && o->n_refs == 1 && ref->kind == NSREF_INODE &&
	       ref->n_ups == 0 && !ref->type;
}

/* If --show or --members names a process, --type selects which of its namespaces is shown. In this
 * case --type does not restrict the rows of the output. */
static void set_of_type(struct opts *o)
{
	if (o->types && (o->types & (o->types - 1)) == 0)
		o->of_type = &nstypes[__builtin_ctz(o->types)];
	o->types = 0;
}

/*
 * Selects the tree of processes if no tree was requested, as lsns(8) does. The rows form a tree
 * only if the column that shows the tree is printed.
 */
static void choose_tree(struct opts *o)
{
	if (o->sort_col || o->view == NSLIST_WATCH || o->view == NSLIST_DOT ||
	    o->view == NSLIST_FIND)
		o->tree = NSLIST_NO_TREE;
	else if (o->tree == NSLIST_NO_TREE && !o->list &&
		 (!o->output_all || o->view == NSLIST_MEMBERS))
		o->tree = NSLIST_PROCESS;
	for (size_t i = 0; i < o->n_cols; i++)
		o->nested |= o->tree != NSLIST_NO_TREE &&
			     streq(o->cols[i]->name, nslist_tree_column(o));
}

/* Parses options and arguments in any order, because nslist executes no program. Returns the
 * arguments. */
static char **parse_words(struct opts *o, struct cli *cli)
{
	struct words w = { 0 };
	int key;

	while ((key = verb_next(cli, &w)) != -1)
		set_option(o, key, cli->arg);
	return verb_all_words(&w);
}

void opts_parse(struct opts *o, int argc, char **argv)
{
	struct cli cli;

	*o = (struct opts){
		.tree = NSLIST_NO_TREE,
		.headings = true,
		.truncate = true,
		.wrap = true,
		.sources = COLLECT_ALL,
		.interval = { .tv_sec = 1 },
	};
	cli_init(&cli, &tool, argc, argv);
	o->rest = parse_words(o, &cli);
	if (!o->types && o->tree == NSLIST_USER_PID)
		o->types = NSTYPE_BIT(NSTYPE_USER) | NSTYPE_BIT(NSTYPE_PID);
	if (o->view == NSLIST_SHOW || o->view == NSLIST_MEMBERS)
		set_of_type(o);
	add_refs(o);
	if (is_bare_inode(o))
		o->view = NSLIST_MEMBERS;
	nslist_choose_columns(o);
	nslist_choose_sort(o);
	choose_tree(o);
	if (!o->types)
		o->types = NSTYPE_ALL_BITS;
}
