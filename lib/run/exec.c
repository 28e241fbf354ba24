// SPDX-License-Identifier: GPL-2.0-or-later
/* exec: executes programs, and ends this process with the exit status of the program or by the
 * signal that ended it. The exit statuses for failures are those of shells. */
#include "run/exec.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kernel/sys_fd.h"
#include "run/cause.h"

/*
 * Sets *path to the next path at which execvp(3) looks for program. *dirs is the rest of PATH, and
 * becomes NULL after the last directory. If program contains a slash, it is the only path. Returns
 * false after the last path. Skips paths that are too long.
 */
static bool next_path(const char *program, const char **dirs, char path[static PATH_MAX])
{
	while (*dirs) {
		const char *dir = *dirs;
		size_t n = strcspn(dir, ":");

		*dirs = dir[n] ? dir + n + 1 : NULL;
		if (strchr(program, '/')) {
			*dirs = NULL;
			n = 0;
			dir = "";
		}
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)n, dir, n ? "/" : "", program) <
		    PATH_MAX)
			return true;
	}
	return false;
}

static const char *search_path(const char *program)
{
	const char *dirs = getenv("PATH");

	/* an empty name is not found, as in execvp(3) */
	return program[0] ? (dirs ? dirs : "/bin:/usr/bin") : NULL;
}

static void explain(const char *program, struct nserr *e)
{
	const char *dirs = search_path(program);
	char path[PATH_MAX];
	struct stat st;

	while (!e->hint[0] && next_path(program, &dirs, path))
		cause_exec(path, e);
	if (!e->hint[0] && e->errnum == ENOENT && !strchr(program, '/') &&
	    access(program, X_OK) == 0 && stat(program, &st) == 0 && S_ISREG(st.st_mode) &&
	    snprintf(path, sizeof(path), "./%s", program) > 0)
		nserr_hint(e, "use %s: PATH does not contain the current directory", path);
}

static int failed(const char *program, int err, struct nserr *e)
{
	int rc = nserr_set(e, err, "cannot execute '%s'", program);

	if (e) {
		e->status = rc == -ENOENT ? 127 : 126;
		explain(program, e);
	}
	return rc;
}

/* Executes the file at path. The kernel refuses a text file without a "#!" line with ENOEXEC; like
 * execvp(3) and shells, passes such a file to /bin/sh. Returns the errno of the failure. */
static int execute(const char *path, char *const argv[])
{
	size_t n = 0;
	int err;

	execv(path, argv);
	err = errno;
	if (err != ENOEXEC || !cause_is_text(path))
		return err;
	while (argv[n])
		n++;
	/* Free the memory, because a vfork(2) child shares it with the parent. Do not use the
	 * stack, which may be too small for many arguments. */
	{
		cleanup_free char **args = calloc(n + 2, sizeof(*args));

		if (!args)
			return ENOMEM;
		args[0] = (char *)"sh";
		args[1] = (char *)path;
		for (size_t i = 1; i < n; i++)
			args[i + 1] = argv[i];
		execv("/bin/sh", args);
		return errno;
	}
}

int exec_program(char *const argv[], struct nserr *e)
{
	const char *dirs = search_path(argv[0]);
	char path[PATH_MAX];
	int err = ENOENT;

	/* like execvp(3), continue the search after EACCES, and return EACCES at the end of the
	 * search */
	while (next_path(argv[0], &dirs, path)) {
		int now = execute(path, argv);

		if (now == EACCES)
			err = now;
		else if (now != ENOENT && now != ENOTDIR && now != ESTALE && now != ENODEV &&
			 now != ETIMEDOUT)
			return failed(argv[0], now, e);
		else if (strchr(argv[0], '/'))
			err = now;
	}
	return failed(argv[0], err, e);
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
	int rc = sys_may_execute(path);

	if (rc < 0)
		return -rc;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) ? EACCES : 0;
}

int exec_check(const char *program, struct nserr *e)
{
	const char *dirs = search_path(program);
	char path[PATH_MAX];
	int err = ENOENT;

	while (next_path(program, &dirs, path)) {
		int now = check_file(path);

		if (now == 0)
			return 0;
		if (now == EACCES || strchr(program, '/'))
			err = now;
	}
	return failed(program, err, e);
}

void exec_shell(const char *login, const char **path, char *argv[2])
{
	const char *shell = getenv("SHELL"), *base;
	char *name;

	if (!shell || shell[0] != '/')
		shell = login;
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

		/* prevent a second core dump, which would replace the core dump of the program */
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
