// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: defines the option table and parses the command line. */
#include "common/cred_opts.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "kernel/sys_mount.h"
#include "nspivot.h"
#include "root/feature.h"

enum {
	OPT_VERB = CLI_LONG, /* the key of the first verb; the keys of the other verbs follow */
	OPT_PRESET = OPT_VERB + VERB_COUNT,
	OPT_PUT_OLD,
	OPT_DETACH,
	OPT_MOVE_ROOT,
	OPT_HOST_ROOT,
	OPT_CHDIR,
	OPT_PROPAGATION,
	OPT_FORCE,
	OPT_EXPLAIN,
};

enum { EXCL_OLD = 1 };

/* clang-format off */
static const struct cli_opt table[] = {
	{ 0, NULL, CLI_NONE, NULL, "Contents of the new root, applied from left to right" },
	{ OPT_HOST_ROOT,                   "host-root",       CLI_NONE,   NULL,                 "bind the contents of the host's / read-only" },
	{ OPT_PRESET,                      "preset",          CLI_ARG,    "<name>",             "apply a preset, for example minimal or sandbox" },
	{ OPT_VERB + VERB_BIND,            "bind",            CLI_ARG,    "<src[:dst[:opts]]>",  "bind <src>, with all mounts below <src>" },
	{ OPT_VERB + VERB_RO_BIND,         "ro-bind",         CLI_ARG,    "<src[:dst[:opts]]>", "bind <src> read-only, with all mounts below <src>" },
	{ OPT_VERB + VERB_BIND_TRY,        "bind-try",        CLI_ARG,    "<src[:dst[:opts]]>", "like --bind, but ignore a missing <src>" },
	{ OPT_VERB + VERB_RO_BIND_TRY,     "ro-bind-try",     CLI_ARG,    "<src[:dst[:opts]]>", "like --ro-bind, but ignore a missing <src>" },
	{ OPT_VERB + VERB_TMPFS,           "tmpfs",           CLI_ARG,    "<dst[:opts]>",       "mount a tmpfs" },
	{ OPT_VERB + VERB_PROC,            "proc",            CLI_ARG,    "<dst[:opts]>",       "mount a proc file system" },
	{ OPT_VERB + VERB_SYSFS,           "sysfs",           CLI_OPTARG, "<dst[:opts]>",       "mount sysfs read-only (default: /sys)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_DEV,             "dev",             CLI_OPTARG, "<dst[:opts]>",       "create a minimal /dev", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_DEV_NODE,        "dev-node",        CLI_ARG,    "<dst[=c:maj:min]>",  "create a device node, or bind the host's node" },
	{ OPT_VERB + VERB_DEVPTS,          "devpts",          CLI_OPTARG, "<dst[:opts]>",       "mount devpts (default: /dev/pts)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_CONSOLE,         "console",         CLI_OPTARG, "<dst[:try]>",        "bind the caller's terminal (default: /dev/console)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_SHM,             "shm",             CLI_OPTARG, "<dst[:opts]>",       "mount a tmpfs (default: /dev/shm)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_MQUEUE,          "mqueue",          CLI_OPTARG, "<dst[:opts]>",       "mount POSIX message queues (default: /dev/mqueue)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_CGROUP2,         "cgroup2",         CLI_OPTARG, "<dst[:opts]>",       "mount cgroup v2 (default: /sys/fs/cgroup)", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_OVERLAY,         "overlay",         CLI_ARG,    "<dst:opts>",         "mount an overlay of lower=, upper= and work=" },
	{ OPT_VERB + VERB_FILE,            "file",            CLI_ARG,    "<src:dst[:mode=]>",  "create a file with the contents of <src>" },
	{ OPT_VERB + VERB_DIR,             "dir",             CLI_ARG,    "<dst[:mode=]>",      "create a directory" },
	{ OPT_VERB + VERB_SYMLINK,         "symlink",         CLI_ARG,    "<target:dst>",       "create a symbolic link" },
	{ OPT_VERB + VERB_MASK,            "mask",            CLI_ARG,    "<dst[:try]>",        "hide a file or directory" },
	{ OPT_VERB + VERB_READONLY,        "readonly",        CLI_ARG,    "<dst[:try]>",        "make a path and all mounts below it read-only" },
	{ OPT_VERB + VERB_ETC_HOSTS,       "etc-hosts",       CLI_ARG,    "<file>|host|auto",   "choose the contents of /etc/hosts", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_ETC_HOSTNAME,    "etc-hostname",    CLI_ARG,    "<file>|host|auto",   "choose the contents of /etc/hostname", 0, CLI_NOT_EMPTY },
	{ OPT_VERB + VERB_ETC_RESOLV_CONF, "etc-resolv-conf", CLI_ARG,    "<file>|host|auto",   "choose the contents of /etc/resolv.conf", 0, CLI_NOT_EMPTY },
	{ 0, NULL, CLI_NONE, NULL, "Changing the root" },
	{ OPT_DETACH,                      "detach",          CLI_NONE,   NULL,                 "detach the old root (default)", EXCL_OLD },
	{ OPT_PUT_OLD,                     "put-old",         CLI_ARG,    "<dst>",              "keep the old root at <dst> in the new root", EXCL_OLD, CLI_NOT_EMPTY },
	{ OPT_MOVE_ROOT,                   "move-root",       CLI_NONE,   NULL,                 "leave an initramfs and remove its files", EXCL_OLD },
	{ OPT_PROPAGATION,                 "propagation",     CLI_ARG,    "<how>",              "make / private, slave, shared or unbindable" },
	{ OPT_CHDIR,                       "chdir",           CLI_ARG,    "<dir>",              "run the program in <dir> (default: /)", 0, CLI_NOT_EMPTY },
	{ OPT_FORCE,                       "force",           CLI_NONE,   NULL,                 "skip the safety checks" },
	{ 0, NULL, CLI_NONE, NULL, "The program" },
	CRED_OPTS,
	HANDLE_OPTS_BEFORE,
	HANDLE_OPT_START,
	HANDLE_OPTS_FDS,
	{ OPT_EXPLAIN,                     "explain",         CLI_NONE,   NULL,                 "print the steps without executing them" },
	CLI_FEATURES_OPTS,
	{ 0 },
};
/* clang-format on */

static void features(struct features *f)
{
	features_add(f, &feature_openat2);
	features_add(f, &feature_mount_api);
	features_add(f, &feature_mount_setattr);
	features_add(f, &feature_detached_tree);
	features_add(f, &feature_overlay);
	features_add(f, &feature_overlay_layers);
}

static const struct cli_tool tool = {
	.name = "nspivot",
	.synopsis = { "[options] <newroot> [--] [<program> [<argument>...]]",
		      "[options] --host-root [--] [<program> [<argument>...]]", "--features [-J]" },
	.purpose = "Build a root directory, pivot into it, and run a program there.\n"
		   "The default program is a shell.",
	.opts = table,
	.notes =
		"nspivot never forks.\n"
		"It looks up the program in the new root, so it must be the last tool of a chain:\n"
		" nsunshare -Umpnr -- nsinit -- nspivot --preset=minimal <newroot> -- <program>",
	.failed = CLI_EXIT_OWN,
	.features = features,
};

/* If rc is negative, prints the message of e with the name of the option and ends the process. */
static void must(int rc, const char *option, struct nserr *e)
{
	if (rc >= 0)
		return;
	nserr_prefix(e, "--%s", option);
	cli_die_usage_nserr(e);
}

/* Processes the verbs, and the options for credentials and descriptors. */
static void take_other(struct run *r, int key, const char *arg)
{
	struct nserr e = NSERR_INIT;

	if (key >= OPT_VERB && key < OPT_VERB + VERB_COUNT) {
		const struct verb *v = &verbs[key - OPT_VERB];

		must(opts_add(r->o, v, arg, &e), v->name, &e);
		return;
	}
	r->o->caps_kept |= key == CRED_KEY_CAP_KEEP || key == CRED_KEY_KEEP_CAPS;
	if (handle_option(&r->handle, key, arg, &e) < 0 || cred_option(&r->cred, key, arg, &e) < 0)
		cli_die_usage_nserr(&e);
}

/* Returns the MS_* flag for the argument of --propagation. */
static unsigned long propagation(const char *how)
{
	static const char *const words[] = { "private", "slave", "shared", "unbindable", NULL };
	static const unsigned long flags[] = { MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE };

	return flags[cli_word("--propagation", "propagation", how, words)];
}

static void take(struct run *r, int key, const char *arg)
{
	struct nserr e = NSERR_INIT;
	struct opts *o = r->o;

	switch (key) {
	case OPT_PRESET:
		must(opts_add_preset(o, arg, &e), "preset", &e);
		break;
	case OPT_PUT_OLD:
		o->put_old = arg;
		break;
	case OPT_DETACH:
		break;
	case OPT_CHDIR:
		o->chdir = arg;
		break;
	case OPT_PROPAGATION:
		o->propagation = propagation(arg);
		break;
	case OPT_FORCE:
		o->force = true;
		break;
	case OPT_MOVE_ROOT:
		o->move_root = true;
		break;
	case OPT_HOST_ROOT:
		o->host_root = true;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	default:
		take_other(r, key, arg);
	}
}

void opts_parse(struct run *r, int argc, char **argv)
{
	struct opts *o = r->o;
	struct cli c;
	int key;

	r->handle.close_fds = true;
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1)
		take(r, key, c.arg);
	argv = cli_rest(&c);
	if (!o->host_root) {
		if (!argv[0])
			cli_die_usage("missing argument <newroot>");
		o->newroot = *argv++;
	}
	if (argv[0] && streq(argv[0], "--"))
		argv++;
	o->argv = argv[0] ? argv : NULL;
}
