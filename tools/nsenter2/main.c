// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: enters namespaces and executes a program there. */
#include "nsenter2.h"

#include <signal.h>
#include <sys/wait.h>

#include "spawn.h"

/* Waits for the child, stops as it stops, and ends as it ends. */
static _Noreturn void follow_child(pid_t child)
{
	int status;

	for (;;) {
		if (RETRY_EINTR(waitpid(child, &status, WUNTRACED)) < 0)
			cli_die(errno, "cannot wait for process %d", (int)child);
		if (!WIFSTOPPED(status))
			spawn_end_as(status);
		kill(getpid(), SIGSTOP);
		kill(child, SIGCONT);
	}
}

int main(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct plan plan = PLAN_INIT;
	struct plan_result result = { 0 };
	struct nsenter2 n;

	opts_parse(&n, argc, argv);
	if (target_hold(&n, &e) < 0)
		cli_die_nserr(&e);
	steps_add(&n, &plan);
	if (n.explain) {
		struct buf b = BUF_INIT;

		plan_explain(&plan, &n, &b);
		cli_print(&b);
		return 0;
	}
	if (plan_run(&plan, &n, &result, &e) < 0)
		cli_die_nserr(&e);
	follow_child(result.child);
}
