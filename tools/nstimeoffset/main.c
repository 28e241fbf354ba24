// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: moves the clocks of a time namespace. Parse, check, look at the clocks, plan, then
 * explain or execute: in this process, without a fork. */
#include <fcntl.h>

#include "base/file.h"
#include "common/features.h"
#include "nstimeoffset.h"
#include "run/exec.h"
#include "run/plan_time.h"

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct opts *o = ctx;

	(void)s;
	return o->rest[0] ? exec_program(o->rest, e) : exec_file(o->program, o->shell, e);
}

static const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.what = "execute %s",
	.run = run_exec,
};

/* The order is the specification: the offsets between making and entering, the only time when the
 * kernel takes them. */
static void build_plan(struct opts *o, const struct timens *t, int procfd, struct plan *p)
{
	if (o->mode == MODE_WRITE) {
		plan_add(p, PLAN_CALLER, &plan_time_write, t, (uint64_t)procfd);
		return;
	}
	plan_add(p, PLAN_CALLER, &plan_time_unshare, NULL, 0);
	handle_plan_wait(&o->handle, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &plan_time_write, t, 0);
	plan_add(p, PLAN_CALLER, &plan_time_enter, NULL, 0);
	handle_plan_exec(&o->handle, p, PLAN_CALLER, o->program);
	plan_add(p, PLAN_CALLER, &step_exec, o->program, 0);
}

/* The process whose start "=DUR" is anchored at, and whose children get the offsets. */
static int open_target(const struct opts *o, struct nsref_process *p, struct nserr *e)
{
	if (o->mode == MODE_WRITE)
		return nsref_open_process(&o->target, p, e);
	p->pid = getpid();
	p->procfd = file_open_self(e);
	return MIN(p->procfd, 0);
}

static int run(struct opts *o, struct buf *out, struct nserr *e)
{
	struct nsref_process target cleanup_nsref_process = NSREF_PROCESS_INIT;
	struct plan p = PLAN_INIT;
	struct timens_now now;
	struct timens t;
	int rc = open_target(o, &target, e);

	if (rc < 0 || (rc = timens_look(timens_anchor(&o->ask), target.procfd, &now, e)) < 0 ||
	    (rc = timens_request_resolve(&o->ask, &now, &t, e)) < 0)
		return rc;
	if (o->mode == MODE_PRINT) {
		timens_format(&t, out);
		return 0;
	}
	build_plan(o, &t, target.procfd, &p);
	if (o->explain)
		plan_explain(&p, o, out);
	else
		rc = plan_run(&p, o, NULL, e);
	plan_free(&p);
	return rc;
}

static void features(struct features *f)
{
	features_add(f, &feature_time_without_fork);
	features_add(f, &feature_time_without_fork_in_user);
}

int main(int argc, char **argv)
{
	struct opts o;
	struct buf out = BUF_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	opts_parse(&o, argc, argv);
	o.program = o.rest[0];
	if (!o.program)
		exec_shell(true, &o.program, o.shell);
	rc = opts_check(&o, &e);
	if (rc == 0 && o.mode == MODE_FEATURES)
		return features_print(features, o.json);
	if (rc == 0)
		rc = o.mode == MODE_SHOW ? show_refs(o.rest, o.json, &out, &e) : run(&o, &out, &e);
	if (rc < 0)
		cli_die_nserr(&e);
	cli_print(&out);
	return 0;
}
