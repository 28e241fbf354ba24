// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: runs a program in new namespaces. Parse, check, plan, then explain or execute. */
#include <signal.h>
#include <sys/wait.h>

#include "nsunshare.h"
#include "spawn.h"

static void explain(const struct run *r, const struct plan *p)
{
	struct buf out = BUF_INIT;

	plan_explain(p, r, &out);
	cli_print(&out);
}

/* Like unshare(1): who waits leaves the terminal's signals to the program. */
static void block_signals(struct run *r)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &r->mask);
}

static _Noreturn void execute(struct run *r, const struct plan *p)
{
	struct plan_result result = { 0 };
	struct nserr e = NSERR_INIT;
	int wstatus;

	if (r->o->fork)
		block_signals(r);
	if (plan_run(p, r, &result, &e) < 0)
		cli_die_nserr(&e);
	if (RETRY_EINTR(waitpid(result.child, &wstatus, 0)) < 0)
		cli_die(errno, "cannot wait for the program");
	spawn_end_as(wstatus);
}

int main(int argc, char **argv)
{
	struct opts o;
	struct run r = { .o = &o, .pid = getpid() };
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;

	opts_parse(&o, argc, argv);
	if (check_opts(&o, &e) < 0 || maps_resolve(&r, &e) < 0)
		cli_die_nserr(&e);
	build_plan(&r, &p);
	if (!o.explain)
		execute(&r, &p);
	explain(&r, &p);
	return 0;
}
