// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: runs a program in a new root. Parses, checks and resolves the options, builds the plan,
 * and then prints (--explain) or executes it. */
#include "common/execute.h"
#include "nspivot.h"
#include "run/cloned_binary.h"

int main(int argc, char **argv)
{
	struct opts o = { 0 };
	struct run r = { .o = &o, .root = ROOT_INIT, .handle = HANDLE_INIT };
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;

	opts_parse(&r, argc, argv);
	if (check_opts(&o, &e) < 0)
		cli_die_usage_nserr(&e);
	/* execute the binary again before resolve() reads --seccomp, which may be a stream that can
	 * be read only once */
	if (!o.explain && cloned_binary_enter(argv, CLONED_BINARY_SAME_USERNS, &e) < 0)
		cli_die_nserr(&e);
	if (resolve(&r, &e) < 0)
		cli_die_nserr(&e);
	r.program = (struct program){ .argv = o.argv, .new_root = true };
	build_plan(&r, &p);
	if (o.explain) {
		execute_explain(&p, &r);
		return 0;
	}
	(void)!plan_run(&p, &r, NULL, &e);
	cli_die_nserr(&e);
}
