// SPDX-License-Identifier: GPL-2.0-or-later
/* nsinit: a first process for a pid namespace, or a subreaper: sends on signals, reaps, and ends
 * only when everything below it has. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/num.h"
#include "common/cli.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "kernel/sys_ns.h"
#include "run/cloned_binary.h"
#include "run/exec.h"
#include "run/init.h"

enum {
	OPT_GRACE = CLI_LONG,
	OPT_STOP_SIGNAL,
	OPT_REWRITE,
	OPT_GROUP,
	OPT_EXPLAIN,
};

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_GRACE,            "grace",       CLI_ARG,  "<time>",      "from TERM to KILL when everything ends (default 10s)" },
	{ OPT_STOP_SIGNAL,      "stop-signal", CLI_ARG,  "<signal>",    "what to end processes with in place of TERM" },
	{ OPT_REWRITE,          "rewrite",     CLI_ARG,  "<from>:<to>", "send another signal on; to 0: none" },
	{ OPT_GROUP,            "group",       CLI_NONE, NULL,          "signal the program's process group, and let it have the terminal" },
	HANDLE_OPTS_FORKED,
	{ OPT_EXPLAIN,          "explain",     CLI_NONE, NULL,          "print what would be done, and do nothing" },
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
	.synopsis = { "[options] [--] <program> [<argument>...]", "--features [-J]" },
	.purpose = "Run a program as the first process of a pid namespace should: reap, send\n"
		   "signals on, and leave nothing behind.",
	.opts = table,
	.notes = "It always forks. Descriptors above 2 are closed but for those of --keep-fd.",
	.failed = CLI_EXIT_OWN,
	.features = features,
};

struct run {
	struct init init;
	bool explain;
};

static void parse_rewrite(struct supervise *s, const char *arg)
{
	size_t n = strcspn(arg, ":");
	int from = cli_signal("--rewrite", arg, n);
	sigset_t come;

	if (!arg[n])
		cli_die_usage("--rewrite: '%s' is not <from>:<to>", arg);
	supervise_signals(&come);
	if (!sigismember(&come, from) || from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
		cli_die_usage("--rewrite: '%.*s' never comes to be sent on", (int)n, arg);
	arg += n + 1;
	s->rewrite[from] = streq(arg, "0") ? -1
					   : (signed char)cli_signal("--rewrite", arg, strlen(arg));
}

static void parse(struct run *r, int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct cli c;
	int key, rc;

	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1) {
		switch (key) {
		case OPT_GRACE:
			if (num_duration(c.arg, &r->init.supervise.grace) < 0)
				cli_die_usage("--grace: '%s' is no duration", c.arg);
			break;
		case OPT_STOP_SIGNAL:
			r->init.supervise.stop_signal = cli_signal("--stop-signal", c.arg,
								   strlen(c.arg));
			break;
		case OPT_REWRITE:
			parse_rewrite(&r->init.supervise, c.arg);
			break;
		case OPT_GROUP:
			r->init.supervise.group = true;
			break;
		case OPT_EXPLAIN:
			r->explain = true;
			break;
		default:
			rc = handle_option(&r->init.handle, key, c.arg, &e);
			if (rc < 0)
				cli_die_nserr(&e);
		}
	}
	r->init.argv = cli_rest(&c);
	if (!r->init.argv[0])
		cli_die_usage("no program named");
}

static void build(struct init *i, struct plan *p)
{
	init_plan(i, p);
	init_plan_exec(i, p);
}

/*
 * Returns true if the program may see this process from a foreign root: nsinit is process 1, its
 * mount namespace is not that of its parent, or a user namespace other than the initial one gives
 * the program the right to enter a root of its own. What cannot be read counts as true.
 */
static bool is_elsewhere(void)
{
	struct stat own, parents;
	char path[32];

	if (getpid() == 1 || sys_ns_in_userns() != 0)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", getppid());
	return stat("/proc/self/ns/mnt", &own) < 0 || stat(path, &parents) < 0 ||
	       own.st_ino != parents.st_ino;
}

static _Noreturn void execute(struct init *i, struct plan *p)
{
	struct nserr e = NSERR_INIT;
	int wstatus = handle_hold(&i->handle, &e);

	if (wstatus == 0)
		wstatus = init_run(i, p, i, &e);
	if (wstatus < 0)
		cli_die_nserr(&e);
	if (e.what[0])
		cli_warn_nserr(&e);
	exec_end_as(wstatus);
}

int main(int argc, char **argv)
{
	struct run r = {
		.init = {
			.supervise = { .grace = { .tv_sec = 10 } },
			.handle = HANDLE_INIT,
			.guarded = true,
		},
	};
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;
	struct buf out = BUF_INIT;

	r.init.handle.close_fds = true;
	parse(&r, argc, argv);
	build(&r.init, &p);
	if (!r.explain && is_elsewhere() &&
	    cloned_binary_enter(argv, CLONED_BINARY_SAME_USERNS, &e) < 0)
		cli_die_nserr(&e);
	if (!r.explain)
		execute(&r.init, &p);
	plan_explain(&p, &r.init, &out);
	cli_print(&out);
	return 0;
}
