// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: assemble a root and pivot into it, then execute a program there. */
#include "common/execute.h"
#include "nspivot.h"

int main(int argc, char **argv)
{
	struct request q = { .root = ROOT_INIT, .handle = HANDLE_INIT };
	struct plan p = PLAN_INIT;
	struct nserr e;

	opts_read(&q, argc, argv);
	q.root.exec_closes = true;
	steps_add(&q, &p);
	if (q.explain) {
		execute_explain(&p, &q);
		return 0;
	}
	(void)!plan_run(&p, &q, NULL, &e);
	cli_die_nserr(&e);
}
