// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: runs a program in existing namespaces. Parses and checks the options, then runs the
 * program for one target, or for each target of --each. */
#include "kernel/sys_ns.h"
#include "nsenter2.h"
#include "run/cloned_binary.h"

/*
 * Returns true if the tool's binary must be protected from the program: the program may run in a
 * foreign root or mount namespace, or nsenter2 runs in a user namespace other than the initial one,
 * where processes of the entered pid namespace may see the waiting parent and have capabilities
 * over it.
 */
static bool enters_root(const struct opts *o)
{
	const struct nstype *type = o->target ? nsref_type(&o->ref) : NULL;

	return o->all || (o->types & nstypes[NSTYPE_MNT].flag) || o->root.from || o->each.on ||
	       (o->target && !nsref_is_process(&o->ref) &&
		(!type || type == &nstypes[NSTYPE_MNT])) ||
	       ((o->types & nstypes[NSTYPE_PID].flag) && sys_ns_in_userns() != 0);
}

int main(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct opts o;
	struct run r;

	opts_parse(&o, &r, argc, argv);
	if (check_opts(&o, &e) < 0)
		cli_die_usage_nserr(&e);
	if (!o.explain && enters_root(&o) &&
	    cloned_binary_enter(argv, CLONED_BINARY_SAME_USERNS, &e) < 0)
		cli_die_nserr(&e);
	if (cred_check(&r.cred, &e) < 0)
		cli_die_nserr(&e);
	if (o.each.on)
		return each_run(&r);
	if (o.target && resolve_target(&r, &e) < 0)
		cli_die_nserr(&e);
	run_target(&r);
}
