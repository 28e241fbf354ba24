// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: runs a program in new namespaces. Parses and checks the options, builds the plan, and
 * then prints (--explain) or executes it. */
#include <sys/auxv.h>

#include "common/execute.h"
#include "common/explain_next.h"
#include "kernel/sys_ns.h"
#include "nsunshare.h"
#include "run/cloned_binary.h"
#include "run/exec.h"

/* Runs the plan with a child and waits for the program. Returns its wait status, or a negative
 * number with e set. */
static int execute_child(struct run *r, struct plan *p, struct nserr *e)
{
	struct nserr late = NSERR_INIT;
	int wstatus;

	if (execute_start(&r->supervise, &r->handle, p, r, e) < 0)
		return -1;
	/* the helper continues to run, and cleans up when the program has ended */
	if (r->o->detach)
		_exit(0);
	wstatus = supervise_wait(&r->supervise, e);
	if (plan_keeper_end(p->keeper, wstatus, supervise_ending(&r->supervise), &late) < 0)
		cli_warn_nserr(&late);
	return wstatus;
}

static _Noreturn void execute(struct run *r, struct plan *p)
{
	struct nserr e = NSERR_INIT;
	int wstatus = -1;

	if (r->o->fork) {
		wstatus = execute_child(r, p, &e);
	} else {
		(void)!plan_run(p, r, NULL, &e);
	}
	if (wstatus < 0)
		cli_die_nserr(&e);
	exec_end_as(wstatus);
}

static int explain(struct run *r, const struct plan *p)
{
	struct plan init = PLAN_INIT;

	execute_explain(p, r);
	if (r->o->init) {
		build_init(r, &init);
		execute_explain(&init, r);
	}
	explain_next(r->program.argv);
	return 0;
}

static int unpersist(const char *dir)
{
	struct nserr e = NSERR_INIT;

	if (nspin_release(dir, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}

/*
 * Returns true if the program may change its root and then still see the waiting parent in /proc. A
 * program in a user namespace other than the initial one may change its root, and the parent is in
 * the same user namespace. The program does not see the parent if it is in a new pid namespace and
 * has the proc file system of that namespace.
 */
static bool sees_parent(const struct opts *o)
{
	bool new_pid = o->types & CLONE_NEWPID;

	if (!o->fork || (new_pid && o->mount_proc))
		return false;
	return ((o->types & CLONE_NEWNS) && !new_pid) || (o->types & CLONE_NEWUSER) ||
	       sys_ns_in_userns() != 0;
}

/*
 * Returns true if the program may get access to the tool's binary although it does not see the
 * caller's files: process 1 of --init runs the binary, a script in a new root can name
 * /proc/self/exe as its interpreter, or the program may see the waiting parent.
 */
static bool needs_clone(const struct opts *o)
{
	return !o->explain && (o->init || o->root || sees_parent(o));
}

int main(int argc, char **argv)
{
	struct opts o;
	struct run r = { .o = &o,
			 .handle = HANDLE_INIT,

			 .by_root = getauxval(AT_EUID) == 0 };
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;

	opts_parse(&r, argc, argv);
	if (check_opts(&o, &e) < 0)
		cli_die_usage_nserr(&e);
	if (o.unpersist)
		return unpersist(o.unpersist);
	r.restricts = cred_restricts(&r.cred);
	if (needs_clone(&o) &&
	    cloned_binary_enter(argv,
				(o.types & CLONE_NEWUSER) ? CLONED_BINARY_NEW_USERNS
							  : CLONED_BINARY_SAME_USERNS,
				&e) < 0)
		cli_die_nserr(&e);
	if (resolve(&r, &e) < 0)
		cli_die_nserr(&e);
	build_plan(&r, &p);
	if (o.explain)
		return explain(&r, &p);
	execute(&r, &p);
}
