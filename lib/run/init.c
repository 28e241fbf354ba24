// SPDX-License-Identifier: GPL-2.0-or-later
/* init: implements the steps and the main loop of process 1. */
#include "run/init.h"

#include <sys/prctl.h>

#include "base/signame.h"
#include "kernel/sys_fd.h"
#include "run/cause.h"
#include "run/exec.h"
#include "run/notify.h"
#include "run/report.h"
#include "run/shutdown.h"

static int run_subreaper(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return shutdown_adopt(e);
}

static const struct plan_kind subreaper_kind = {
	.name = "subreaper",
	.call = "prctl(PR_SET_CHILD_SUBREAPER)",
	.what = "adopt orphaned descendants",
	.run = run_subreaper,
};

static pid_t run_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct init *i = (struct init *)s->arg;
	pid_t pid = fork();

	(void)ctx;
	if (pid < 0) {
		nserr_set(e, errno, "cannot fork");
		cause_unshare(0, e);
		return -e->errnum;
	}
	if (pid > 0)
		i->supervise.pid = i->handle.pid = pid;
	return pid;
}

static const struct plan_kind fork_kind = {
	.name = "fork",
	.call = "fork(2)",
	.what = "create the program's process",
	.fork = run_fork,
	.forks = PLAN_CHILD,
};

static int run_pdeathsig(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct init *i = s->arg;
	int rc = supervise_death_signal(i->pdeathsig, -1, i->parent_pid);

	(void)ctx;
	if (rc == -ESRCH)
		return nserr_set(e, 0, "the parent process has ended");
	return rc < 0 ? nserr_set(e, rc, "cannot set the parent death signal") : 0;
}

static void show_pdeathsig(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct init *i = s->arg;
	char name[SIGNAME_SIZE];

	(void)ctx;
	buf_printf(out, "receive SIG%s when the parent dies", signame_format(i->pdeathsig, name));
}

static const struct plan_kind pdeathsig_kind = {
	.name = "pdeathsig",
	.call = "prctl(PR_SET_PDEATHSIG)",
	.show = show_pdeathsig,
	.run = run_pdeathsig,
};

static int run_notify(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct init *i = (struct init *)s->arg;

	(void)ctx;
	return readiness_open(&i->readiness, e);
}

static const struct plan_kind notify_kind = {
	.name = "notify",
	.call = "socket(2), bind(2)",
	.what = "create a socket for NOTIFY_SOCKET",
	.run = run_notify,
};

static int run_notify_name(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct init *i = s->arg;

	(void)ctx;
	return setenv("NOTIFY_SOCKET", i->readiness.name, 1) < 0
		       ? nserr_set(e, errno, "cannot change the environment")
		       : 0;
}

static const struct plan_kind notify_name_kind = {
	.name = "notify-name",
	.call = "environ(7)",
	.what = "set NOTIFY_SOCKET",
	.run = run_notify_name,
};

/*
 * pivot_root(2) only moves roots and working directories that equal the old root, so the working
 * directory of process 1 could lead to the host by /proc/1/cwd. If process 1 is not dumpable,
 * access to its cwd, exe, map_files and fd needs CAP_SYS_PTRACE in its user namespace (proc(5)),
 * even for a program with all capabilities that process 1 has.
 */
static int run_retire(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct init *i = s->arg;

	(void)ctx;
	if (chdir("/") < 0)
		return nserr_set(e, errno, "cannot change to /");
	if (i->guarded && i->first && prctl(PR_SET_DUMPABLE, 0) < 0)
		return nserr_set(e, errno, "cannot make this process undumpable");
	return 0;
}

static void show_retire(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct init *i = s->arg;

	(void)ctx;
	buf_printf(out, "change to /%s", i->guarded ? " and, as PID 1, become undumpable" : "");
}

static const struct plan_kind retire_kind = {
	.name = "retire",
	.call = "chdir(2), prctl(PR_SET_DUMPABLE)",
	.run = run_retire,
	.show = show_retire,
};

static int run_report(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct init *i = s->arg;

	(void)ctx;
	return report_program(i->report_fd, e);
}

static const struct plan_kind report_kind = {
	.name = "report",
	.call = "send(2), recv(2)",
	.what = "send the PID of this process to nsunshare",
	.run = run_report,
};

void init_plan(struct init *i, struct plan *p)
{
	/* A process that is not process 1 becomes a subreaper. If i->outer is set, the process that
	 * will run this plan is process 1. getpid(2) cannot show this with --explain, because that
	 * process is not created. */
	i->first = i->outer || getpid() == 1;
	if (!i->first)
		plan_add(p, PLAN_CALLER, &subreaper_kind, i, 0);
	if (i->pdeathsig)
		plan_add(p, PLAN_CALLER, &pdeathsig_kind, i, 0);
	if (i->notify)
		plan_add(p, PLAN_CALLER, &notify_kind, i, 0);
	if (!i->supervise.pause)
		plan_add(p, PLAN_CALLER, &fork_kind, i, 0);
	handle_plan_created(&i->handle, p);
	handle_plan_wait(&i->handle, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &retire_kind, i, 0);
	if (i->notify)
		plan_add(p, PLAN_CHILD, &notify_name_kind, i, 0);
	if (i->reports)
		plan_add(p, PLAN_CHILD, &report_kind, i, 0);
}

static int run_ready(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct init *i = s->arg;
	int rc = notify_line(i->handle.ready_fd, READY_LINE, strlen(READY_LINE));

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot write to descriptor %d", i->handle.ready_fd) : 0;
}

static const struct plan_kind ready_kind = {
	.name = "ready",
	.call = "write(2)",
	.what = "write a line to the descriptor of --ready-fd",
	.run = run_ready,
};

void init_plan_exec(struct init *i, struct plan *p)
{
	if (i->supervise.pause) {
		if (i->handle.ready_fd >= 0)
			plan_add(p, PLAN_CALLER, &ready_kind, i, 0);
		return;
	}
	supervise_plan(&i->supervise, p, PLAN_CHILD);
	handle_plan_exec(&i->handle, p, PLAN_CHILD, program_name(&i->program));
	plan_add(p, PLAN_CHILD, &step_exec, &i->program, 0);
}

/* Closes all descriptors that process 1 does not need, because the program could open them through
 * /proc. Returns 0 or a negative errno. */
static int close_others(const struct init *i)
{
	const int keep[] = { i->handle.status_fd, i->handle.pid_path.dir, i->supervise.tty,
			     i->notify ? i->ready_fd : -1, i->notify ? i->readiness.socket : -1 };

	return sys_fd_close_others(keep, ARRAY_SIZE(keep));
}

/* Returns true if pid is a descendant of this process, or this process: if root runs
 * systemd-notify(1), it sends the pid of its parent, which may be this process. A process that
 * sends a pid other than its own needs CAP_SYS_ADMIN. */
static bool is_descendant(const void *ctx, pid_t pid)
{
	return pid == getpid() || shutdown_descends(ctx, pid);
}

/* Reports once that the program is ready. */
static void receive_ready(void *ctx)
{
	struct init *i = ctx;

	if (!readiness_receive(&i->readiness, is_descendant, &i->supervise) || i->is_ready)
		return;
	i->is_ready = true;
	if (i->ready_fd >= 0)
		(void)!notify_line(i->ready_fd, READY_LINE, strlen(READY_LINE));
	if (i->ready_fd > 2 && i->ready_fd != i->handle.status_fd)
		close(TAKE_FD(i->ready_fd));
	handle_ready(&i->handle);
}

int init_run(struct init *i, struct plan *p, void *ctx, struct nserr *e)
{
	int rc;

	i->supervise.init = true;
	rc = i->outer ? supervise_inherit(&i->supervise, i->outer, e)
		      : supervise_block(&i->supervise, e);
	if (rc < 0)
		return rc;
	supervise_interrupts(&i->supervise, &p->interrupts);
	rc = plan_run(p, ctx, NULL, e);
	if (rc < 0 && i->reports)
		report_failed(i->report_fd);
	if (rc < 0) {
		supervise_unblock(&i->supervise);
		return rc;
	}
	i->running = true;
	handle_running(&i->handle);
	rc = close_others(i);
	if (rc < 0)
		return nserr_set(e, rc, "cannot close descriptors");
	if (i->notify) {
		i->supervise.readable_ctx = i;
		i->supervise.readable = receive_ready;
		receive_ready(i);
	}
	rc = supervise_wait(&i->supervise, e);
	(void)!handle_ended(&i->handle, rc, rc < 0 ? NULL : e);
	return rc;
}
