// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: creates the plan for one target, and prints or executes the plan. */
#include "common/execute.h"
#include "common/explain_next.h"
#include "nsenter2.h"
#include "run/exec.h"

/* Runs the program as a child. Returns its wait status, or a negative number with e set. */
static int execute_child(struct run *r, struct plan *p, struct nserr *e)
{
	int wstatus;

	if (execute_start(&r->supervise, &r->handle, p, r, e) < 0)
		return -1;
	if (r->o->detach)
		_exit(0);
	util_close(&r->slave);
	wstatus = supervise_wait(&r->supervise, e);
	pty_relay_end(&r->relay);
	execute_ended(&r->handle, wstatus);
	return wstatus;
}

/* Sets a hint for `nsenter2 PID PROGRAM`: a program whose name is a number was not found. */
static void explain_number(const struct opts *o, struct nserr *e)
{
	const char *name = o->argv[0];

	if (!o->target && name && e->status == 127 && !e->hint[0] && name[0] &&
	    !name[strspn(name, "0123456789")])
		nserr_hint(e, "use --target %s to name a process", name);
}

static _Noreturn void execute(struct run *r, struct plan *p)
{
	struct nserr e = NSERR_INIT;
	int wstatus = -1;

	if (run_forks(r))
		wstatus = execute_child(r, p, &e);
	else
		(void)!plan_run(p, r, NULL, &e);
	if (wstatus < 0) {
		explain_number(r->o, &e);
		cli_die_nserr(&e);
	}
	exec_end_as(wstatus);
}

/* Prints a warning if a process is given but none of its namespaces or attributes is used. Like
 * nsenter(1), nsenter2 executes the program nevertheless. */
static void warn_if_nothing(const struct opts *o)
{
	struct nserr e = NSERR_INIT;

	if (!o->target || !nsref_is_process(&o->ref) || o->types || o->all || o->user_parent ||
	    o->net_socket >= 0 || o->follow || o->context || o->root.from || o->wd.from || o->wdns)
		return;
	nserr_set(&e, 0, "no namespace of process %s is selected", o->target);
	nserr_hint(&e, "add --all (-a), or name the types to enter, such as --net (-n)");
	cli_warn_nserr(&e);
}

void run_target(struct run *r)
{
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;

	if (resolve(r, &e) < 0)
		cli_die_nserr(&e);
	warn_if_nothing(r->o);
	build_plan(r, &p);
	if (r->o->explain) {
		execute_explain(&p, r);
		explain_next(r->o->argv);
		exit(0);
	}
	execute(r, &p);
}
