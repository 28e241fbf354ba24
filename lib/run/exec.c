// SPDX-License-Identifier: GPL-2.0-or-later
/* exec: executes programs with the exit statuses of shells, and ends this process by a wait
 * status. */
#include "run/exec.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/account.h"
#include "run/cause.h"

static int failed(const char *program, int err, struct nserr *e)
{
	int rc = nserr_set(e, err, "cannot execute '%s'", program);

	if (e) {
		e->status = rc == -ENOENT ? 127 : 126;
		/* the program exists, so ENOENT means that its interpreter or loader is missing */
		if (rc == -ENOENT && strchr(program, '/') && access(program, F_OK) == 0)
			nserr_hint(e, "the file exists, but its interpreter is missing");
		/* execve(2) fails with EAGAIN if RLIMIT_NPROC is exceeded after a change of user
		 * id */
		else if (rc == -EAGAIN)
			cause_nproc(e);
		else if (strchr(program, '/'))
			cause_search(program, e);
	}
	return rc;
}

int exec_program(char *const argv[], struct nserr *e)
{
	execvp(argv[0], argv);
	return failed(argv[0], errno, e);
}

int exec_file(const char *path, char *const argv[], struct nserr *e)
{
	execv(path, argv);
	return failed(path, errno, e);
}

/* Returns 0, or the errno with which execve(2) would fail. */
static int check_file(const char *path)
{
	struct stat st;

	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return errno;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) ? EACCES : 0;
}

int exec_check(const char *program, struct nserr *e)
{
	const char *dir = getenv("PATH");
	int err = ENOENT;

	if (strchr(program, '/')) {
		err = check_file(program);
		return err ? failed(program, err, e) : 0;
	}
	/* like execvp(3), continue the search after EACCES, and return EACCES at its end */
	for (dir = dir ? dir : "/bin:/usr/bin"; program[0]; dir++) {
		size_t n = strcspn(dir, ":");
		char path[PATH_MAX];
		int rc = snprintf(path, sizeof(path), "%.*s%s%s", (int)n, dir, n ? "/" : "",
				  program) < PATH_MAX
				 ? check_file(path)
				 : ENAMETOOLONG;

		if (rc == 0)
			return 0;
		if (rc == EACCES)
			err = rc;
		dir += n;
		if (!*dir)
			break;
	}
	return failed(program, err, e);
}

void exec_shell(bool ask_passwd, const char **path, char *argv[2])
{
	const char *shell = getenv("SHELL"), *base;
	const struct passwd *pw = NULL;
	char *name;

	if (ask_passwd && (!shell || shell[0] != '/') && account_passwd(NULL, getuid(), &pw) == 0 &&
	    pw)
		shell = pw->pw_shell;
	if (!shell || shell[0] != '/')
		shell = "/bin/sh";
	base = strrchr(shell, '/') + 1;
	argv[0] = asprintf(&name, "-%s", base) < 0 ? (char *)"-sh" : name;
	argv[1] = NULL;
	*path = shell;
}

/* Calls _exit(2), because stdio has nothing to flush. */
void exec_end_as(int wstatus)
{
	if (WIFSIGNALED(wstatus)) {
		const struct rlimit no_core = { 0, 0 };
		int sig = WTERMSIG(wstatus);
		sigset_t set;

		/* the program has dumped core already; a second core dump would replace it */
		setrlimit(RLIMIT_CORE, &no_core);
		signal(sig, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, sig);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		kill(getpid(), sig);
		_exit(128 + sig);
	}
	_exit(WEXITSTATUS(wstatus));
}
