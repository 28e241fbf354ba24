// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the option table and parses the command line. */
#include <sys/mount.h>

#include "base/num.h"
#include "cgroup/feature.h"
#include "common/cred_opts.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "common/stop_opts.h"
#include "idmap/feature.h"
#include "kernel/sys_ns.h"
#include "nsunshare.h"
#include "root/feature.h"

enum {
	OPT_PERSIST = CLI_LONG,
	OPT_UNPERSIST,
	OPT_MAP,
	OPT_MAP_USER,
	OPT_MAP_GROUP,
	OPT_MAP_USERS,
	OPT_MAP_GROUPS,
	OPT_MAP_AUTO,
	OPT_MAP_SUBIDS,
	OPT_OWNER,
	OPT_SETGROUPS,
	OPT_MOUNT_PROC,
	OPT_MOUNT_BINFMT,
	OPT_PROPAGATION,
	OPT_HOSTNAME,
	OPT_DOMAINNAME,
	OPT_LO,
	OPT_SYSCTL,
	OPT_MONOTONIC,
	OPT_BOOTTIME,
	OPT_TIME_OFFSETS,
	OPT_INTO_CGROUP,
	OPT_CGROUP_CREATE,
	OPT_CGROUP_SET,
	OPT_SETUP,
	OPT_OOM_SCORE_ADJ,
	OPT_DETACH,
	OPT_SETUP_OUTSIDE,
	OPT_NAME,
	OPT_INIT,
	OPT_NO_FORK,
	OPT_KILL_CHILD,
	OPT_FORWARD_SIGNALS,
	OPT_EXPLAIN,
};

enum { X_FORK = 1, X_PERSIST = 2, X_EXPLAIN = 4, X_MONOTONIC = 8, X_BOOTTIME = 16 };

/* clang-format off */
static const struct cli_opt table[] = {
	{ 0, NULL, CLI_NONE, NULL, "New namespaces" },
	{ CLI_NSTYPES,         "TYPE",             CLI_OPTARG, "<file>",       "create a namespace", 0, CLI_BARE_LETTER | CLI_NOT_EMPTY },
	{ OPT_PERSIST,         "persist",          CLI_ARG,    "<dir>",        "bind-mount all new namespaces on files in <dir>", X_PERSIST, CLI_NOT_EMPTY },
	{ OPT_UNPERSIST,       "unpersist",        CLI_ARG,    "<dir>",        "unmount the namespaces in <dir>, then exit", X_PERSIST | X_EXPLAIN, CLI_NOT_EMPTY },

	{ 0, NULL, CLI_NONE, NULL, "User and group ids (each implies -U)" },
	{ OPT_MAP,             "map",              CLI_ARG,    "<map>",        "use a map: auto, <stream>, u:0:1000:1, like:<ref>" },
	{ 'r',                 "map-root-user",    CLI_NONE,   NULL,           "map the current user and group to root" },
	{ 'c',                 "map-current-user", CLI_NONE,   NULL,           "map the current user and group to themselves" },
	{ OPT_MAP_USER,        "map-user",         CLI_ARG,    "<uid|name>",   "map the current user to this user" },
	{ OPT_MAP_GROUP,       "map-group",        CLI_ARG,    "<gid|name>",   "map the current group to this group" },
	{ OPT_MAP_USERS,       "map-users",        CLI_ARG,    "<range>",      "map users: inside:outside:count|auto|subids|all" },
	{ OPT_MAP_GROUPS,      "map-groups",       CLI_ARG,    "<range>",      "map groups: inside:outside:count|auto|subids|all" },
	{ OPT_MAP_AUTO,        "map-auto",         CLI_NONE,   NULL,           "map subordinate ids to the lowest free inside ids" },
	{ OPT_MAP_SUBIDS,      "map-subids",       CLI_NONE,   NULL,           "map all subordinate ids to themselves" },
	{ OPT_OWNER,           "owner",            CLI_ARG,    "<uid>:<gid>",  "create the user namespace as this user and group" },
	{ OPT_SETGROUPS,       "setgroups",        CLI_ARG,    "allow|deny",   "allow or deny setgroups(2) in the namespace" },

	{ 0, NULL, CLI_NONE, NULL, "Inside" },
	{ OPT_MOUNT_PROC,      "mount-proc",       CLI_OPTARG, "<dir>",        "mount proc, on /proc by default (implies -m)", 0, CLI_NOT_EMPTY },
	{ OPT_MOUNT_BINFMT,    "mount-binfmt",     CLI_OPTARG, "<dir>",        "mount binfmt_misc (implies -m and -U)", 0, CLI_NOT_EMPTY },
	{ 'l',                 "load-interp",      CLI_ARG,    "<definition>", "register an interpreter (implies --mount-binfmt)", 0, CLI_NOT_EMPTY },
	{ OPT_PROPAGATION,     "propagation",      CLI_ARG,    "<how>",        "set propagation: private, slave, shared, unchanged" },
	{ 'R',                 "root",             CLI_ARG,    "<dir>",        "run the program with this root directory", 0, CLI_NOT_EMPTY },
	{ 'w',                 "wd",               CLI_ARG,    "<dir>",        "run the program in this directory", 0, CLI_NOT_EMPTY },
	{ OPT_HOSTNAME,        "hostname",         CLI_ARG,    "<name>",       "set the hostname (implies -u)" },
	{ OPT_DOMAINNAME,      "domainname",       CLI_ARG,    "<name>",       "set the NIS domain name (implies -u)" },
	{ OPT_LO,              "lo",               CLI_NONE,   NULL,           "bring the loopback interface up (implies -n)" },
	{ OPT_MONOTONIC,       "monotonic",        CLI_ARG,    "<time>",       "set the monotonic clock (implies -T)", X_MONOTONIC },
	{ OPT_BOOTTIME,        "boottime",         CLI_ARG,    "<time>",       "set the boottime clock (implies -T)", X_BOOTTIME },
	{ OPT_TIME_OFFSETS,    "time-offsets",     CLI_ARG,    "<stream>",     "set clocks from nstimeoffset --print (implies -T)", X_MONOTONIC | X_BOOTTIME },
	{ OPT_SYSCTL,          "sysctl",           CLI_ARG,    "<key=value>",  "set a sysctl of a new namespace" },
	{ OPT_SETUP,           "setup",            CLI_ARG,    "<command>",    "first run this shell command with all capabilities" },
	{ OPT_SETUP_OUTSIDE,   "setup-outside",    CLI_ARG,    "<command>",    "run this command outside the new namespaces" },

	{ 0, NULL, CLI_NONE, NULL, "Control group" },
	{ OPT_INTO_CGROUP,     "into-cgroup",      CLI_ARG,    "<cgroup>",     "run the program in this cgroup", 0, CLI_NOT_EMPTY },
	{ OPT_CGROUP_CREATE,   "cgroup-create",    CLI_NONE,   NULL,           "create and later remove the cgroup (implies -f)" },
	{ OPT_CGROUP_SET,      "cgroup-set",       CLI_ARG,    "<file=value>", "write a value to a file of the cgroup" },

	{ 0, NULL, CLI_NONE, NULL, "Credentials of the program" },
	CRED_OPTS,

	{ 0, NULL, CLI_NONE, NULL, "Handles" },
	HANDLE_OPTS_FORKED,

	{ 0, NULL, CLI_NONE, NULL, "Process" },
	{ 'f',                 "fork",             CLI_NONE,   NULL,           "run the program as a child (implied by -p)", X_FORK },
	{ OPT_NO_FORK,         "no-fork",          CLI_NONE,   NULL,           "execute the program without forking, even with -p", X_FORK },
	{ OPT_KILL_CHILD,      "kill-child",       CLI_OPTARG, "<signal>",     "kill the program if nsunshare dies (implies -f)" },
	{ OPT_DETACH,          "detach",           CLI_NONE,   NULL,           "exit once the program is executed (implies -f)" },
	{ OPT_OOM_SCORE_ADJ,   "oom-score-adj",    CLI_ARG,    "<number>",     "set the OOM score adjustment, -1000 to 1000" },
	{ OPT_INIT,            "init",             CLI_NONE,   NULL,           "supervise the program like nsinit(1) (implies -p)" },
	STOP_OPTS,
	{ OPT_NAME,            "name",             CLI_ARG,    "<name>",       "register the program as name:<name> (implies -f)" },
	{ OPT_FORWARD_SIGNALS, "forward-signals",  CLI_NONE,   NULL,           "same as -f (for compatibility)" },
	{ OPT_EXPLAIN,         "explain",          CLI_NONE,   NULL,           "print the steps without executing them", X_EXPLAIN },
	CLI_FEATURES_OPTS,
	{ 0 },
};
/* clang-format on */

/* the options of unshare(1) in util-linux 2.43 */
static const char *const peer[] = {
	"help",
	"version",
	"mount",
	"uts",
	"ipc",
	"net",
	"pid",
	"user",
	"cgroup",
	"time",
	"fork",
	"kill-child",
	"forward-signals",
	"mount-proc",
	"mount-binfmt",
	"map-user",
	"map-users",
	"map-group",
	"map-groups",
	"map-root-user",
	"map-auto",
	"map-subids",
	"map-current-user",
	"owner",
	"propagation",
	"setgroups",
	"keep-caps",
	"setuid",
	"setgid",
	"root",
	"wd",
	"monotonic",
	"boottime",
	"load-interp",
	"clear-env",
	"whitelist-env",
	NULL,
};

static void features(struct features *f)
{
	features_add_namespaces(f);
	features_add(f, &feature_time_without_fork);
	features_add(f, &feature_time_without_fork_in_user);
	features_add(f, &feature_clone3_pidfd);
	features_add(f, &feature_map_more_than_own_id);
	features_add(f, &feature_mount_api);
	features_add(f, &feature_binfmt_misc);
	features_add(f, &feature_cgroup_v2);
	features_add(f, &feature_cgroup_v1);
}

static const struct cli_tool tool = {
	.name = "nsunshare",
	.synopsis = { "[options] [--] [<program> [<argument>...]]", "--unpersist <dir>",
		      "--features [-J]" },
	.purpose = "Run a program (default: your shell) in new namespaces.",
	.opts = table,
	.peer = peer,
	.notes = "--<type>=<file> bind-mounts the namespace on the file.\n"
		 "nsunshare forks with -f and with options that imply -f.\n"
		 "--<type>=<file> and maps of several ids need a helper outside the namespaces.",
	.failed = CLI_EXIT_OWN,
	.features = features,
};

static void add_word(struct words *w, const char *word)
{
	const char **more = reallocarray(w->word, w->n + 1, sizeof(*more));

	if (!more)
		cli_die(ENOMEM, "cannot allocate memory for the arguments");
	more[w->n++] = word;
	w->word = more;
}

static unsigned long propagation(const char *s)
{
	static const char *const words[] = { "private", "slave", "shared", "unchanged", NULL };
	static const unsigned long flags[] = { MS_REC | MS_PRIVATE, MS_REC | MS_SLAVE,
					       MS_REC | MS_SHARED, 0 };

	return flags[cli_word("--propagation", "propagation", s, words)];
}

static enum idmap_setgroups setgroups_word(const char *s)
{
	static const char *const words[] = { "allow", "deny", NULL };

	return cli_word("--setgroups", "value", s, words) ? IDMAP_SETGROUPS_DENY
							  : IDMAP_SETGROUPS_ALLOW;
}

/* Processes an option for ids. Returns false for another option. */
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
		add_word(&o->users, arg);
		break;
	case OPT_MAP_GROUPS:
		add_word(&o->groups, arg);
		break;
	case OPT_MAP_AUTO:
	case OPT_MAP_SUBIDS:
		add_word(&o->users, key == OPT_MAP_AUTO ? "auto" : "subids");
		add_word(&o->groups, key == OPT_MAP_AUTO ? "auto" : "subids");
		break;
	case OPT_OWNER:
		o->owner = arg;
		break;
	default:
		return false;
	}
	o->types |= CLONE_NEWUSER;
	return true;
}

static void clock_option(struct opts *o, enum timens_clock c, const char *arg)
{
	struct nserr e = NSERR_INIT;

	if (timens_option(c, arg, &o->clocks.want[c], &e) < 0)
		cli_die_usage_nserr(&e);
	o->types |= CLONE_NEWTIME;
}

static void other_option(struct opts *o, const struct cli *c, int key)
{
	switch (key) {
	case CLI_NSTYPES:
		o->types |= c->type->flag;
		if (c->arg)
			o->pin[nstype_index(c->type)] = c->arg;
		break;
	case OPT_PERSIST:
		o->persist = c->arg;
		break;
	case OPT_UNPERSIST:
		o->unpersist = c->arg;
		break;
	case OPT_SETGROUPS:
		o->setgroups = setgroups_word(c->arg);
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	}
}

/* Processes an option for the cgroup, the process or the program. Passes other options to
 * other_option(). */
static void process_option(struct opts *o, const struct cli *c, int key)
{
	const char *arg = c->arg;

	switch (key) {
	case OPT_INTO_CGROUP:
		o->cgroup = arg;
		break;
	case OPT_CGROUP_CREATE:
		o->cgroup_create = o->fork = true;
		break;
	case OPT_CGROUP_SET:
		add_word(&o->cgroup_set, arg);
		break;
	case 'f':
	case OPT_FORWARD_SIGNALS:
		o->fork = true;
		break;
	case OPT_DETACH:
		o->detach = o->fork = true;
		break;
	case OPT_OOM_SCORE_ADJ:
		o->oom_score_adj = arg;
		break;
	case OPT_INIT:
		o->init = true;
		o->types |= CLONE_NEWPID;
		break;
	case OPT_NAME:
		o->name = arg;
		o->fork = true;
		break;
	case OPT_NO_FORK:
		o->no_fork = true;
		break;
	case OPT_KILL_CHILD:
		o->kill_signal = arg ? cli_signal("--kill-child", arg, strlen(arg)) : SIGKILL;
		o->fork = true;
		break;
	default:
		other_option(o, c, key);
	}
}

/* Processes an option for the set-up inside the new namespaces. Passes other options to
 * process_option(). */
static void inside_option(struct opts *o, const struct cli *c, int key)
{
	const char *arg = c->arg;

	switch (key) {
	case 'l':
		o->interpreter = arg;
		arg = o->mount_binfmt;
		/* fall through */
	case OPT_MOUNT_BINFMT:
		o->mount_binfmt = arg ? arg : BINFMT_DIR;
		o->types |= CLONE_NEWNS | CLONE_NEWUSER;
		break;
	case OPT_MOUNT_PROC:
		o->mount_proc = arg ? arg : "/proc";
		o->types |= CLONE_NEWNS;
		break;
	case OPT_PROPAGATION:
		o->propagation = propagation(arg);
		break;
	case 'R':
		o->root = arg;
		break;
	case 'w':
		o->wd = arg;
		break;
	case OPT_HOSTNAME:
		o->hostname = arg;
		o->types |= CLONE_NEWUTS;
		break;
	case OPT_DOMAINNAME:
		o->domainname = arg;
		o->types |= CLONE_NEWUTS;
		break;
	case OPT_LO:
		o->lo = true;
		o->types |= CLONE_NEWNET;
		break;
	case OPT_SYSCTL:
		add_word(&o->sysctls, arg);
		break;
	case OPT_MONOTONIC:
	case OPT_BOOTTIME:
		clock_option(o, key == OPT_BOOTTIME ? TIMENS_BOOTTIME : TIMENS_MONOTONIC, arg);
		break;
	case OPT_TIME_OFFSETS:
		o->clocks.stream = arg;
		o->types |= CLONE_NEWTIME;
		break;
	case OPT_SETUP:
		o->setup = arg;
		break;
	case OPT_SETUP_OUTSIDE:
		o->setup_outside = arg;
		break;
	default:
		process_option(o, c, key);
	}
}

void opts_parse(struct run *r, int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct opts *o = r->o;
	struct cli c;
	int key, rc;

	*o = (struct opts){ .propagation = MS_REC | MS_PRIVATE };
	r->supervise.grace = STOP_GRACE_DEFAULT;
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1) {
		rc = handle_option(&r->handle, key, c.arg, &e);
		if (rc == 0)
			rc = cred_option(&r->cred, key, c.arg, &e);
		if (rc < 0)
			cli_die_usage_nserr(&e);
		if (rc == 0 && stop_option(&r->supervise, key, c.arg)) {
			o->stops = o->fork = true;
			continue;
		}
		if (rc == 0 && !id_option(o, key, c.arg))
			inside_option(o, &c, key);
	}
	if (handle_forks(&r->handle) || ((o->types & CLONE_NEWPID) && !o->no_fork))
		o->fork = true;
	/* BINFMT_DIR is below /proc. A new root has no proc file system, and the one in the old
	 * root shows the old pid namespace, so mount a new one. */
	if (o->mount_binfmt && streq(o->mount_binfmt, BINFMT_DIR) && !o->mount_proc &&
	    (o->root || (o->types & CLONE_NEWPID)))
		o->mount_proc = "/proc";
	o->argv = cli_rest(&c);
}
