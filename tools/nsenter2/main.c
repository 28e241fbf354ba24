// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: enters namespaces and executes a program there. */
#include "idmapio.h"
#include "nsenter2.h"
#include "seal.h"
#include "spawn.h"

static _Noreturn void explain(const struct nsenter2 *n, const struct plan *p)
{
	struct buf b = BUF_INIT;

	plan_explain(p, n, &b);
	cli_print(&b);
	exit(0);
}

/* Stands between the caller and the program, and ends as it ends. */
static _Noreturn void follow_child(struct nsenter2 *n, pid_t child)
{
	struct nserr e = NSERR_INIT;
	int status;

	util_close(&n->slave);
	n->supervise.pid = child;
	handle_running(&n->handle);
	status = supervise_wait(&n->supervise, &e);
	pty_relay_end(&n->relay);
	if (handle_ended(&n->handle, status, status < 0 ? NULL : &e) < 0 && status >= 0)
		cli_warn_nserr(&e);
	if (status < 0)
		cli_die_nserr(&e);
	spawn_end_as(status);
}

/* ---- Whether the program could reach this binary */

/* Whether files of a foreign root are looked at, by the kernel when it executes the program. */
static bool enters_root(const struct nsenter2 *n)
{
	const struct nstype *type = n->target ? nsref_type(&n->ref) : NULL;

	return n->all || (n->types & nstypes[NSTYPE_MNT].flag) || n->root.from || n->each.on ||
	       (n->target && !nsref_is_process(&n->ref) && (!type || type == &nstypes[NSTYPE_MNT]));
}

/* Whether a user namespace may be entered together with a foreign root, as far as options tell. */
static bool enters_user_and_root(const struct nsenter2 *n)
{
	return n->all || (((n->types & CLONE_NEWUSER) || n->user_parent) &&
			  ((n->types & CLONE_NEWNS) || n->root.from));
}

/*
 * Whether the program could write to this binary though it is to have less privilege than the
 * caller: root's files are its own, and it finds the binary as /proc/self/exe when it is executed.
 */
static bool needs_seal(const struct nsenter2 *n)
{
	if (n->explain || geteuid() != 0 || !enters_root(n))
		return false;
	return cred_restricts(&n->cred) || (n->follow & (FOLLOW_UID | FOLLOW_CAPS)) ||
	       (n->each.on && enters_user_and_root(n));
}

/* The same where it is the user namespace of the target that takes the privilege, but has our user
 * id. Without a process of it there is none to tell its map. */
static bool target_needs_seal(const struct nsenter2 *n)
{
	struct idmap m cleanup_idmap = IDMAP_INIT;
	struct nserr e = NSERR_INIT;
	uint32_t inside;

	if (n->explain || n->each.on || geteuid() != 0 ||
	    !(nsjoin_types(&n->join) & CLONE_NEWUSER) ||
	    !((nsjoin_types(&n->join) & CLONE_NEWNS) || n->root.from))
		return false;
	return n->join.fds[NSTYPE_USER] >= 0 ||
	       idmap_read(n->join.proc.procfd, IDMAP_UID, &m, &e) < 0 ||
	       idmap_to_inside(&m, geteuid(), &inside) == 0;
}

void run_target(struct nsenter2 *n)
{
	struct nserr e = NSERR_INIT;
	struct plan plan = PLAN_INIT;
	pid_t child = 0;
	bool forks;

	if (target_hold(n, &e) < 0)
		cli_die_nserr(&e);
	if (target_needs_seal(n) && seal_self(n->command, &e) < 0)
		cli_die_nserr(&e);
	forks = steps_fork(n);
	steps_add(n, &plan);
	if (n->explain)
		explain(n, &plan);
	if (forks) {
		if (supervise_block(&n->supervise, &e) < 0)
			cli_die_nserr(&e);
		supervise_interrupts(&n->supervise, &plan.interrupts);
	}
	if (plan_run(&plan, n, &child, &e) < 0) {
		if (forks)
			supervise_unblock(&n->supervise);
		cli_die_nserr(&e);
	}
	follow_child(n, child);
}

int main(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct nsenter2 n;

	opts_parse(&n, argc, argv);
	if (needs_seal(&n) && seal_self(argv, &e) < 0)
		cli_die_nserr(&e);
	if (cred_check(&n.cred, &e) < 0)
		cli_die_nserr(&e);
	if (n.each.on)
		return each_run(&n);
	if (n.target && target_open(&n, &e) < 0)
		cli_die_nserr(&e);
	run_target(&n);
}
