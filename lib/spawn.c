// SPDX-License-Identifier: GPL-2.0-or-later
/* spawn: execvp(3) with the exit statuses of shells, and the mirror of wait(2). */
#include "spawn.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

int spawn_exec(char *const argv[], struct nserr *e)
{
	int rc;

	execvp(argv[0], argv);
	rc = nserr_set(e, errno, "cannot execute '%s'", argv[0]);
	if (e) {
		e->status = rc == -ENOENT ? 127 : 126;
		/* the file is there: what is missing is its interpreter or loader */
		if (rc == -ENOENT && strchr(argv[0], '/') && access(argv[0], F_OK) == 0)
			nserr_hint(e, "the file exists, but the interpreter it names does not");
	}
	return rc;
}

void spawn_shell(const char **path, char *argv[2])
{
	const char *shell = getenv("SHELL"), *base;
	char *name;

	if (!shell || shell[0] != '/')
		shell = "/bin/sh";
	base = strrchr(shell, '/') + 1;
	argv[0] = asprintf(&name, "-%s", base) < 0 ? (char *)"-sh" : name;
	argv[1] = NULL;
	*path = shell;
}

void spawn_end_as(int wstatus)
{
	if (WIFSIGNALED(wstatus)) {
		const struct rlimit no_core = { 0, 0 };
		int sig = WTERMSIG(wstatus);
		sigset_t set;

		/* the program has dumped already, if it wanted to */
		setrlimit(RLIMIT_CORE, &no_core);
		signal(sig, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, sig);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		kill(getpid(), sig);
		exit(128 + sig);
	}
	exit(WEXITSTATUS(wstatus));
}
