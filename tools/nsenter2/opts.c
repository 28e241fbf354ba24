// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: defines the option table and parses the command line. */
#include "base/num.h"
#include "cgroup/feature.h"
#include "common/cred_opts.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "nsenter2.h"

enum {
	OPT_USER_PARENT = CLI_LONG,
	OPT_PRESERVE,
	OPT_FOLLOW,
	OPT_KILL_CHILD,
	OPT_DETACH,
	OPT_PTY,
	OPT_EACH,
	OPT_PREFIX,
	OPT_EXPLAIN,
	OPT_MOUNT_PROC,
	OPT_MOUNT_SYS,
	OPT_ETC_NETNS,
};

enum { X_WD = 1, X_EACH_TARGET = 2, X_EACH_PTY = 4, X_FORK = 8 };

/* clang-format off */
static const struct cli_opt table[] = {
	{ 0, NULL, CLI_NONE, NULL, "Namespaces to enter" },
	{ 'a',             "all",                  CLI_NONE,   NULL,       "enter all namespaces that differ from the caller's" },
	{ 't',             "target",               CLI_ARG,    "<ref>",    "select the process or namespace to enter", X_EACH_TARGET },
	{ CLI_NSTYPES,     "TYPE",                 CLI_OPTARG, "<file>",   "enter a namespace" },
	{ 'N',             "net-socket",           CLI_ARG,    "<n>",      "enter the network namespace of socket <n>" },
	{ OPT_USER_PARENT, "user-parent",          CLI_NONE,   NULL,       "also enter the user namespace that owns the others" },

	{ 0, NULL, CLI_NONE, NULL, "Directories" },
	{ 'r',             "root",                 CLI_OPTARG, "<dir>",    "change the root directory (default: target's)" },
	{ 'w',             "wd",                   CLI_OPTARG, "<dir>",    "change the working directory (default: target's)", X_WD },
	{ 'W',             "wdns",                 CLI_ARG,    "<dir>",    "change to <dir> inside the entered namespaces", X_WD, CLI_NOT_EMPTY },

	{ 0, NULL, CLI_NONE, NULL, "Mounts for the program alone" },
	{ OPT_MOUNT_PROC,  "mount-proc",           CLI_NONE,   NULL,       "mount proc of the pid namespace on /proc" },
	{ OPT_MOUNT_SYS,   "mount-sys",            CLI_NONE,   NULL,       "mount sysfs of the network namespace on /sys" },
	{ OPT_ETC_NETNS,   "etc-netns",            CLI_NONE,   NULL,       "mount the files of /etc/netns/<name> on /etc" },

	{ 0, NULL, CLI_NONE, NULL, "Attributes of the target" },
	{ OPT_FOLLOW,      "follow",               CLI_OPTARG, "<list>",   "copy attributes of the target (all, uid,gid,...)" },
	{ 'e',             "env",                  CLI_NONE,   NULL,       "use the environment of the target" },
	{ 'c',             "join-cgroup",          CLI_NONE,   NULL,       "join the cgroup of the target" },
	{ 'Z',             "follow-context",       CLI_NONE,   NULL,       "run the program in the target's SELinux context" },
	{ OPT_PRESERVE,    "preserve-credentials", CLI_NONE,   NULL,       "keep the caller's user and group ids" },

	{ 0, NULL, CLI_NONE, NULL, "Credentials of the program" },
	CRED_OPTS,

	{ 0, NULL, CLI_NONE, NULL, "Handles" },
	HANDLE_OPTS_FORKED,

	{ 0, NULL, CLI_NONE, NULL, "Process" },
	{ 'F',             "no-fork",              CLI_NONE,   NULL,       "do not fork when entering a pid namespace", X_FORK },
	{ OPT_KILL_CHILD,  "kill-child",           CLI_OPTARG, "<signal>", "kill the program if nsenter2 dies (implies a fork)", X_FORK },
	{ OPT_DETACH,      "detach",               CLI_NONE,   NULL,       "exit once the program is executed (implies a fork)", X_FORK | X_EACH_PTY },
	{ OPT_PTY,         "pty",                  CLI_NONE,   NULL,       "use a new pseudo-terminal (implies a fork)", X_FORK | X_EACH_PTY },
	{ OPT_EXPLAIN,     "explain",              CLI_NONE,   NULL,       "print the steps without executing them" },
	CLI_FEATURES_OPTS,

	{ 0, NULL, CLI_NONE, NULL, "Several targets" },
	{ OPT_EACH,        "each",                 CLI_NONE,   NULL,       "run the program for each reference on stdin", X_EACH_TARGET | X_EACH_PTY },
	{ 'P',             "parallel",             CLI_ARG,    "<n>",      "run up to <n> programs at the same time" },
	{ OPT_PREFIX,      "prefix",               CLI_NONE,   NULL,       "start each output line with the label or reference" },
	{ '0',             "null",                 CLI_NONE,   NULL,       "separate the references with NUL, not newline" },
	{ 0 },
};
/* clang-format on */

/* the options of nsenter(1) in util-linux 2.43 */
static const char *const peer[] = {
	"all",
	"help",
	"version",
	"target",
	"mount",
	"uts",
	"ipc",
	"net",
	"net-socket",
	"pid",
	"user",
	"cgroup",
	"time",
	"setuid",
	"setgid",
	"root",
	"wd",
	"wdns",
	"env",
	"no-fork",
	"join-cgroup",
	"keep-caps",
	"user-parent",
	"follow-context",
	"preserve-credentials",
	NULL,
};

static void features(struct features *f)
{
	features_add(f, &feature_pidfd);
	features_add(f, &feature_setns_pidfd);
	features_add(f, &feature_clone3_pidfd);
	features_add(f, &feature_close_range);
	features_add(f, &feature_cgroup_v2);
	features_add(f, &feature_cgroup_v1);
}

static const struct cli_tool tool = {
	.name = "nsenter2",
	.synopsis = { "[options] [--] [<program> [<argument>...]]",
		      "--each [options] [--] <program> [<argument>...]", "--features [-J]" },
	.purpose = "Run a program (default: your shell) in existing namespaces.",
	.opts = table,
	.peer = peer,
	.notes = "nsenter2 forks to enter a pid namespace: setns(2) moves only children there.",
	.failed = CLI_EXIT_OWN,
	.features = features,
};

/* Returns the argument without a leading "=": nsenter(1) accepts -m=FILE, too. */
static const char *strip_equals(const char *arg)
{
	return arg && arg[0] == '=' ? arg + 1 : arg;
}

static void take_type(struct opts *o, const struct nstype *type, const char *arg)
{
	o->types |= type->flag;
	o->files[nstype_index(type)] = strip_equals(arg);
}

static void take_dir(struct dir_opt *dir, const char *name, const char *arg)
{
	*dir = (struct dir_opt){ arg ? DIR_PATH : DIR_TARGET, strip_equals(arg) };
	if (dir->path && dir->path[0] == '\0')
		cli_die_usage("--%s: missing directory name", name);
}

/* Each of the following functions processes options of one kind and ignores other options. */

static void take_follow(struct opts *o, const struct cli *c, int key)
{
	struct nserr e = NSERR_INIT;

	switch (key) {
	case OPT_FOLLOW:
		if (!c->arg)
			o->follow |= FOLLOW_ALL;
		else if (follow_parse(c->arg, &o->follow, &e) < 0) {
			nserr_prefix(&e, "--follow");
			cli_die_usage_nserr(&e);
		}
		break;
	case 'e':
		o->follow |= FOLLOW_ENV;
		break;
	case 'c':
		o->follow |= FOLLOW_CGROUP;
		break;
	case 'Z':
		o->context = true;
		break;
	case OPT_PRESERVE:
		o->preserve = true;
		break;
	}
}

/* Processes options that several tools share. -S and -G accept "follow", as in nsenter(1). */
static void take_shared(struct opts *o, struct run *r, const struct cli *c, int key)
{
	struct nserr e = NSERR_INIT;
	int rc;

	if ((key == 'S' || key == 'G') && streq(c->arg, "follow")) {
		o->follow |= key == 'S' ? FOLLOW_UID : FOLLOW_GID;
		return;
	}
	rc = cred_option(&r->cred, key, c->arg, &e);
	if (rc == 0)
		rc = handle_option(&r->handle, key, c->arg, &e);
	if (rc < 0)
		cli_die_usage_nserr(&e);
}

/* Processes --explain, and the options that determine how the process of the program is created,
 * connected to the terminal or ended. */
static void take_process(struct opts *o, const struct cli *c, int key)
{
	switch (key) {
	case 'F':
		o->no_fork = true;
		break;
	case OPT_KILL_CHILD:
		o->kill_signal = c->arg ? cli_signal("--kill-child", c->arg, strlen(c->arg))
					: SIGKILL;
		break;
	case OPT_DETACH:
		o->detach = true;
		break;
	case OPT_PTY:
		o->pty = true;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	}
}

/* Processes the options that let nsenter2 mount file systems. */
static void take_mount(struct opts *o, int key)
{
	o->mount_proc |= key == OPT_MOUNT_PROC;
	o->mount_sys |= key == OPT_MOUNT_SYS;
	o->etc_netns |= key == OPT_ETC_NETNS;
}

static void take_each(struct opts *o, const struct cli *c, int key)
{
	switch (key) {
	case OPT_EACH:
		o->each.on = true;
		break;
	case 'P':
		o->each.parallel = (unsigned)cli_u64("--parallel", c->arg, 1, 1024);
		break;
	case OPT_PREFIX:
		o->each.prefix = true;
		break;
	case '0':
		o->each.nul = true;
		break;
	}
}

static void take(struct opts *o, struct run *r, const struct cli *c, int key)
{
	switch (key) {
	case 'a':
		o->all = true;
		break;
	case 't':
		o->target = c->arg;
		break;
	case CLI_NSTYPES:
		take_type(o, c->type, c->arg);
		break;
	case 'N':
		if (num_fd(c->arg, &o->net_socket) < 0)
			cli_die_usage("--net-socket: invalid descriptor number '%s'", c->arg);
		break;
	case OPT_USER_PARENT:
		o->user_parent = true;
		break;
	case 'r':
		take_dir(&o->root, "root", c->arg);
		break;
	case 'w':
		take_dir(&o->wd, "wd", c->arg);
		break;
	case 'W':
		o->wdns = strip_equals(c->arg);
		break;
	default:
		take_follow(o, c, key);
		take_shared(o, r, c, key);
		take_process(o, c, key);
		take_mount(o, key);
		take_each(o, c, key);
	}
}

void opts_parse(struct opts *o, struct run *r, int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct cli c;
	int key;

	*o = (struct opts){ .net_socket = -1 };
	*r = (struct run){
		.o = o,
		.root_fd = -1,
		.wd_fd = -1,
		.slave = -1,
		.relay = PTY_RELAY_INIT,
		.handle = HANDLE_INIT,
	};
	nsjoin_init(&r->join);
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) >= 0)
		take(o, r, &c, key);
	o->argv = cli_rest(&c);
	r->program.argv = o->argv;
	o->reports = handle_forks(&r->handle) || r->handle.ready_fd >= 0;
	/* an explicit --root or --wd takes precedence over --follow */
	if ((o->follow & FOLLOW_ROOT) && !o->root.from)
		o->root.from = DIR_TARGET;
	if ((o->follow & FOLLOW_CWD) && !o->wd.from && !o->wdns)
		o->wd.from = DIR_TARGET;
	if (o->target && nsref_parse(o->target, &o->ref, &e) < 0) {
		nserr_prefix(&e, "--target");
		cli_die_usage_nserr(&e);
	}
}
