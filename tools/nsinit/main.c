// SPDX-License-Identifier: GPL-2.0-or-later
/* nsinit: runs a program as the child of process 1 of a pid namespace, or of a subreaper. Forwards
 * signals, reaps orphans, and ends when all descendants have ended. */
#include <stdio.h>
#include <sys/stat.h>

#include "common/execute.h"
#include "common/explain_next.h"
#include "common/stop_opts.h"
#include "kernel/sys_ns.h"
#include "nsinit.h"
#include "run/cloned_binary.h"
#include "run/exec.h"
#include "run/report.h"

static void build(struct init *i, struct plan *p)
{
	init_plan(i, p);
	init_plan_exec(i, p);
}

/*
 * Returns true if the program may see this process from another root directory. This is the case if
 * nsinit is process 1, if its parent is in another mount namespace, or if nsinit is in a user
 * namespace other than the initial one, where the program may enter a new root. Also returns true
 * if a namespace cannot be read, for example that of the parent of process 1 (getppid(2) returns
 * 0).
 */
static bool is_elsewhere(void)
{
	struct stat own, parents;
	char path[32];

	if (sys_ns_in_userns() != 0)
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
			.supervise = { .grace = STOP_GRACE_DEFAULT },
			.handle = HANDLE_INIT,
			.guarded = true,
		},
	};
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;

	r.init.handle.close_fds = true;
	opts_parse(&r, argc, argv);
	if (!r.explain && is_elsewhere() &&
	    cloned_binary_enter(argv, CLONED_BINARY_SAME_USERNS, &e) < 0)
		cli_die_nserr(&e);
	r.init.report_fd = report_inherited();
	/* with --pause there is no program, so close the descriptor without a report: the tool that
	 * executed nsinit then treats nsinit as the program */
	if (r.init.supervise.pause)
		util_close(&r.init.report_fd);
	r.init.reports = r.init.report_fd >= 0;
	build(&r.init, &p);
	if (!r.explain)
		execute(&r.init, &p);
	execute_explain(&p, &r.init);
	explain_next(r.init.program.argv);
	return 0;
}
