// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb run, which runs a program in a new user namespace with a map. */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>

#include "base/file.h"
#include "common/execute.h"
#include "idmap/plan.h"
#include "idmap/writer.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "run/cause.h"
#include "run/step_exec.h"
#include "verb.h"

enum { OPT_EXPLAIN = CLI_LONG };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_EXPLAIN, "explain", CLI_NONE, NULL, "print the steps without executing them" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap run",
	.synopsis = { "[options] [<map>] -- <program> [<argument>...]" },
	.purpose = "Run a program in a new user namespace with a map.",
	.opts = table,
	.notes = "Without <map> the map of 'nsidmap plan' is used. If the map has more than the\n"
		 "caller's own ids, nsidmap forks a helper that writes the map from outside.",
	.failed = CLI_EXIT_OWN,
};

struct run {
	struct idmaps maps;
	enum idmap_writer writer;
	pid_t pid; /* pid of this process, which becomes the program */
	struct program program;
};

static pid_t fork_helper(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid = sys_clone(0, NULL);

	(void)ctx;
	(void)s;
	return pid < 0 ? nserr_set(e, pid, "cannot fork") : pid;
}

static int run_unshare(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_unshare(CLONE_NEWUSER);

	(void)ctx;
	(void)s;
	if (rc < 0) {
		nserr_set(e, rc, "cannot create a user namespace");
		cause_unshare(CLONE_NEWUSER, e);
	}
	return rc;
}

/*
 * Writes the maps. user_namespaces(7): a map can be written once, and it must be written before
 * execve(2), which would drop the capabilities in the new namespace. Ids other than the caller's
 * own can be mapped only by a process in the parent namespace.
 */
static int run_maps(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	cleanup_fd int procfd = proc_stat_open(r->pid, e);

	(void)s;
	if (procfd < 0)
		return procfd;
	return idmaps_write_by(r->writer, procfd, &r->maps, -1, e);
}

static void show_maps(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_adds(out, "map ");
	idmaps_format_arg(&((const struct run *)ctx)->maps, out);
}

/* Becomes root in the namespace, because the map does not contain the caller's ids. */
static int run_ids(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return nserr_set(e, errno, "cannot drop the supplementary groups");
	if (setresgid(0, 0, 0) < 0)
		return nserr_set(e, errno, "cannot become group 0");
	return setresuid(0, 0, 0) < 0 ? nserr_set(e, errno, "cannot become user 0") : 0;
}

static const struct plan_kind step_helper = {
	.name = "helper",
	.call = "clone(2)",
	.what = "create a helper that stays in the outer namespaces",
	.fork = fork_helper,
	.forks = PLAN_HELPER,
};
static const struct plan_kind step_unshare = {
	.name = "unshare",
	.call = "unshare(2)",
	.what = "create a user namespace",
	.run = run_unshare,
};
static const struct plan_kind step_maps = {
	.name = "maps",
	.call = "write(/proc/PID/{setgroups,uid_map,gid_map})",
	.run = run_maps,
	.show = show_maps,
};
static const struct plan_kind step_ids = {
	.name = "ids",
	.call = "setgroups(2), setresgid(2), setresuid(2)",
	.what = "become user and group 0",
	.run = run_ids,
};

static void make_plan(struct run *r, struct plan *p)
{
	const struct idmap *uids = &r->maps.map[IDMAP_UID], *gids = &r->maps.map[IDMAP_GID];
	bool inside = r->writer == IDMAP_BY_CHILD;
	uint32_t id;

	if (!inside)
		plan_add(p, PLAN_CALLER, &step_helper, NULL, 0);
	plan_add(p, PLAN_CALLER, &step_unshare, NULL, 0);
	plan_add(p, inside ? PLAN_CALLER : PLAN_HELPER, &step_maps, NULL, 0);
	if ((idmap_to_inside(uids, geteuid(), &id) < 0 ||
	     idmap_to_inside(gids, getegid(), &id) < 0) &&
	    idmap_to_outside(uids, 0, &id) == 0 && idmap_to_outside(gids, 0, &id) == 0)
		plan_add(p, PLAN_CALLER, &step_ids, NULL, 0);
	plan_add(p, PLAN_CALLER, &step_exec, &r->program, 0);
}

static void get_maps(const char *arg, struct idmaps *m, enum idmap_writer *writer)
{
	const struct idmap_plan_request all = { IDMAP_PLAN_AUTO, NULL, IDMAP_PLAN_ERROR };
	struct nserr e = NSERR_INIT, note = NSERR_INIT;

	if (arg)
		map_load(arg, m);
	else if (idmap_plan_make(&all, m, &note, &e) < 0)
		cli_die_nserr(&e);
	if (note.what[0])
		cli_warn_nserr(&note);
	if (idmaps_check(m, NULL, &e) < 0 ||
	    idmaps_prepare(m, geteuid(), getegid(), true, writer, &e) < 0)
		cli_die_nserr(&e);
}

int verb_run(int argc, char **argv)
{
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;
	struct words w = { 0 };
	struct run r = { 0 };
	bool explain = false;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		explain = true;
	if (w.n > 1)
		cli_die_usage("unexpected argument '%s'", w.v[1]);
	if (!w.program)
		cli_die_usage("missing '-- <program>'");
	get_maps(w.n ? w.v[0] : NULL, &r.maps, &r.writer);
	r.pid = getpid();
	r.program.argv = w.program;
	make_plan(&r, &p);
	if (explain) {
		execute_explain(&p, &r);
		return 0;
	}
	if (plan_run(&p, &r, NULL, &e) < 0)
		cli_die_nserr(&e);
	return CLI_EXIT_OWN; /* not reached, because the last step executes the program */
}
