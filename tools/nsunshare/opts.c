// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the option table, and the request made of it. */
#include <stdio.h>
#include <sys/mount.h>

#include "nsunshare.h"
#include "num.h"
#include "sys_ns.h"

enum {
	OPT_MAP = CLI_LONG,
	OPT_MAP_USER,
	OPT_MAP_GROUP,
	OPT_MAP_USERS,
	OPT_MAP_GROUPS,
	OPT_MAP_AUTO,
	OPT_MAP_SUBIDS,
	OPT_SETGROUPS,
	OPT_NO_FORK,
	OPT_KILL_CHILD,
	OPT_MOUNT_PROC,
	OPT_PROPAGATION,
	OPT_HOSTNAME,
	OPT_MONOTONIC,
	OPT_BOOTTIME,
	OPT_EXPLAIN,
};

enum { X_MAP = 1, X_FORK = 2 };

/* clang-format off */
static const struct cli_opt table[] = {
	{ 0, NULL, CLI_NONE, NULL, "Namespaces" },
	{ CLI_NSTYPES,     "TYPE",             CLI_OPTARG, "<file>",        "unshare, kept by a bind on the file", 0, CLI_BARE_LETTER },

	{ 0, NULL, CLI_NONE, NULL, "User and group ids" },
	{ OPT_MAP,         "map",              CLI_ARG,    "<map>",         "map as a stream or word says (implies -U)", X_MAP },
	{ 'r',             "map-root-user",    CLI_NONE,   NULL,            "map the current user to root (implies -U)" },
	{ 'c',             "map-current-user", CLI_NONE,   NULL,            "map the current user to itself (implies -U)" },
	{ OPT_MAP_USER,    "map-user",         CLI_ARG,    "<uid|name>",    "map the current user to this one (implies -U)" },
	{ OPT_MAP_GROUP,   "map-group",        CLI_ARG,    "<gid|name>",    "map the current group to this one (implies -U)" },
	{ OPT_MAP_USERS,   "map-users",        CLI_ARG,    "<range>",       "map inner:outer:count, auto, subids or all users" },
	{ OPT_MAP_GROUPS,  "map-groups",       CLI_ARG,    "<range>",       "map inner:outer:count, auto, subids or all groups" },
	{ OPT_MAP_AUTO,    "map-auto",         CLI_NONE,   NULL,            "map all subordinate ids" },
	{ OPT_MAP_SUBIDS,  "map-subids",       CLI_NONE,   NULL,            "map all subordinate ids to themselves" },
	{ OPT_SETGROUPS,   "setgroups",        CLI_ARG,    "allow|deny",    "whether setgroups(2) works inside" },
	{ 'S',             "setuid",           CLI_ARG,    "<uid|name>",    "run the program with this user id" },
	{ 'G',             "setgid",           CLI_ARG,    "<gid|name>",    "run the program with this group id and no other" },

	{ 0, NULL, CLI_NONE, NULL, "Inside" },
	{ OPT_MOUNT_PROC,  "mount-proc",       CLI_OPTARG, "<dir>",         "mount proc, on /proc by default (implies -m)" },
	{ OPT_PROPAGATION, "propagation",      CLI_ARG,    "<how>",         "private (default), slave, shared or unchanged" },
	{ OPT_HOSTNAME,    "hostname",         CLI_ARG,    "<name>",        "set the hostname (implies -u)" },
	{ OPT_MONOTONIC,   "monotonic",        CLI_ARG,    "<offset>",      "set the monotonic clock (implies -T)" },
	{ OPT_BOOTTIME,    "boottime",         CLI_ARG,    "<offset>",      "set the boot clock (implies -T)" },
	{ 'R',             "root",             CLI_ARG,    "<dir>",         "run the program with this root directory" },
	{ 'w',             "wd",               CLI_ARG,    "<dir>",         "run the program in this directory" },

	{ 0, NULL, CLI_NONE, NULL, "Process" },
	{ 'f',             "fork",             CLI_NONE,   NULL,            "run the program as a child (implied by -p)", X_FORK },
	{ OPT_NO_FORK,     "no-fork",          CLI_NONE,   NULL,            "become the program even with -p", X_FORK },
	{ OPT_KILL_CHILD,  "kill-child",       CLI_OPTARG, "<signal>",      "signal the child when nsunshare dies (implies -f)" },
	{ OPT_EXPLAIN,     "explain",          CLI_NONE,   NULL,            "print what would be done, and do nothing" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsunshare",
	.synopsis = { "[options] [--] [<program> [<argument>...]]" },
	.purpose = "Runs a program in new namespaces; your shell when none is named.",
	.opts = table,
	.notes = "It forks with -f, -p and --kill-child, and for what must be done from outside "
		 "the\n"
		 "new namespaces: maps of more than one id, and the files of --TYPE=<file>.",
	.failed = CLI_EXIT_OWN,
};

static void add_word(const char ***words, size_t *n, const char *word)
{
	const char **more = reallocarray(*words, *n + 1, sizeof(*more));

	if (!more)
		cli_die(ENOMEM, "cannot keep the arguments");
	more[(*n)++] = word;
	*words = more;
}

static unsigned long propagation(const char *s)
{
	static const struct {
		const char *name;
		unsigned long flags;
	} modes[] = {
		{ "slave", MS_REC | MS_SLAVE },
		{ "private", MS_REC | MS_PRIVATE },
		{ "shared", MS_REC | MS_SHARED },
		{ "unchanged", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (streq(s, modes[i].name))
			return modes[i].flags;
	cli_die_usage("--propagation: '%s' is not private, slave, shared or unchanged", s);
}

/* A number, or a name with or without SIG. */
static int signal_number(const char *s)
{
	const char *name = str_after(s, "SIG");
	int sig;

	if (num_int(s, 1, SIGRTMAX, &sig) == 0)
		return sig;
	for (sig = 1; sig < NSIG; sig++) {
		const char *abbrev = sigabbrev_np(sig);

		if (abbrev && streq(abbrev, name ? name : s))
			return sig;
	}
	cli_die_usage("--kill-child: '%s' is no signal", s);
}

static enum idmap_setgroups setgroups_word(const char *s)
{
	if (streq(s, "allow"))
		return IDMAP_SETGROUPS_ALLOW;
	if (streq(s, "deny"))
		return IDMAP_SETGROUPS_DENY;
	cli_die_usage("--setgroups: '%s' is neither allow nor deny", s);
}

/* Options about ids: whether it was one. */
static bool id_option(struct opts *o, int key, const char *arg)
{
	switch (key) {
	case OPT_MAP:
		o->map = arg;
		break;
	case 'r':
		o->map_user = o->map_group = "0";
		break;
	case 'c':
		o->map_user = o->map_group = opts_current;
		break;
	case OPT_MAP_USER:
		o->map_user = arg;
		break;
	case OPT_MAP_GROUP:
		o->map_group = arg;
		break;
	case OPT_MAP_USERS:
		add_word(&o->users, &o->n_users, arg);
		break;
	case OPT_MAP_GROUPS:
		add_word(&o->groups, &o->n_groups, arg);
		break;
	case OPT_MAP_AUTO:
	case OPT_MAP_SUBIDS:
		add_word(&o->users, &o->n_users, key == OPT_MAP_AUTO ? "auto" : "subids");
		add_word(&o->groups, &o->n_groups, key == OPT_MAP_AUTO ? "auto" : "subids");
		break;
	default:
		return false;
	}
	o->types |= CLONE_NEWUSER;
	return true;
}

static void other_option(struct opts *o, int key, const struct cli *c)
{
	switch (key) {
	case CLI_NSTYPES:
		o->types |= c->type->flag;
		if (c->arg)
			o->pin[nstype_index(c->type)] = c->arg;
		break;
	case OPT_SETGROUPS:
		o->setgroups = setgroups_word(c->arg);
		break;
	case 'S':
		o->setuid = c->arg;
		break;
	case 'G':
		o->setgid = c->arg;
		break;
	case OPT_MOUNT_PROC:
		o->mount_proc = c->arg ? c->arg : "/proc";
		o->types |= CLONE_NEWNS;
		break;
	case OPT_PROPAGATION:
		o->propagation = propagation(c->arg);
		o->set_propagation = true;
		break;
	case OPT_HOSTNAME:
		o->hostname = c->arg;
		o->types |= CLONE_NEWUTS;
		break;
	case OPT_MONOTONIC:
	case OPT_BOOTTIME:
		o->clock[key == OPT_BOOTTIME] = c->arg;
		o->types |= CLONE_NEWTIME;
		break;
	case 'R':
		o->root = c->arg;
		break;
	case 'w':
		o->wd = c->arg;
		break;
	case 'f':
		o->fork = true;
		break;
	case OPT_NO_FORK:
		o->no_fork = true;
		break;
	case OPT_KILL_CHILD:
		o->kill_child = o->fork = true;
		o->kill_signal = c->arg ? signal_number(c->arg) : SIGKILL;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	}
}

void opts_parse(struct opts *o, int argc, char **argv)
{
	struct cli c;
	int key;

	*o = (struct opts){ .propagation = MS_REC | MS_PRIVATE };
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1)
		if (!id_option(o, key, c.arg))
			other_option(o, key, &c);
	if ((o->types & CLONE_NEWPID) && !o->no_fork)
		o->fork = true;
	o->argv = cli_rest(&c);
}
