// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: enters namespaces and executes a program there. */
#include "kernel/sys_ns.h"
#include "nsenter2.h"
#include "run/cloned_binary.h"

/* Returns true if the program may be executed in a foreign root or mount namespace, or if processes
 * of a target in the same user namespace may see the parent that waits. */
static bool enters_root(const struct nsenter2 *n)
{
	const struct nstype *type = n->target ? nsref_type(&n->ref) : NULL;

	return n->all || (n->types & nstypes[NSTYPE_MNT].flag) || n->root.from || n->each.on ||
	       (n->target && !nsref_is_process(&n->ref) &&
		(!type || type == &nstypes[NSTYPE_MNT])) ||
	       ((n->types & nstypes[NSTYPE_PID].flag) && sys_ns_in_userns() != 0);
}

int main(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct nsenter2 n;

	opts_parse(&n, argc, argv);
	if (!n.explain && enters_root(&n) &&
	    cloned_binary_enter(argv, CLONED_BINARY_SAME_USERNS, &e) < 0)
		cli_die_nserr(&e);
	if (cred_check(&n.cred, &e) < 0)
		cli_die_nserr(&e);
	if (n.each.on)
		return each_run(&n);
	if (n.target && target_open(&n, &e) < 0)
		cli_die_nserr(&e);
	run_target(&n);
}
