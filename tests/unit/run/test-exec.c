// SPDX-License-Identifier: GPL-2.0-or-later
/* test-exec: looks up programs in PATH, and chooses the shell if no program is given. */
#include "run/exec.h"

#include <limits.h>
#include <pwd.h>

#include "../fault.h"
#include "run/step_exec.h"

/* The functions under test leave their memory to the end of the process, so LeakSanitizer must not
 * report it. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return 1;
}

/* Returns the shell that is chosen for $SHELL and the shell of the passwd entry. */
static const char *shell_of(const char *variable, const char *login, const char *want_name)
{
	const char *path = NULL;
	char *argv[2] = { NULL, NULL };

	if (variable)
		setenv("SHELL", variable, 1);
	else
		unsetenv("SHELL");
	exec_shell(login, &path, argv);
	CHECK_STR(argv[0], want_name);
	CHECK(!argv[1]);
	return path;
}

static void chooses_an_absolute_path_as_the_shell(void)
{
	CHECK_STR(shell_of("/opt/zsh", "/bin/bash", "-zsh"), "/opt/zsh");
	CHECK_STR(shell_of("zsh", "/bin/bash", "-bash"), "/bin/bash");
	CHECK_STR(shell_of("", "/bin/bash", "-bash"), "/bin/bash");
	CHECK_STR(shell_of(NULL, "/bin/bash", "-bash"), "/bin/bash");
	CHECK_STR(shell_of(NULL, NULL, "-sh"), "/bin/sh");
	CHECK_STR(shell_of("zsh", "bash", "-sh"), "/bin/sh");
	CHECK_STR(shell_of(NULL, "", "-sh"), "/bin/sh");
}

static void a_given_program_is_not_replaced_by_a_shell(void)
{
	char *none[] = { NULL }, *argv[] = { (char *)(uintptr_t) "true", NULL };
	struct program p = { .argv = argv };
	const struct passwd *pw = getpwuid(getuid());

	setenv("SHELL", "/opt/zsh", 1);
	program_find_shell(&p);
	CHECK(p.argv == argv && !p.shell);
	/* an empty list of arguments, and none */
	for (int i = 0; i < 2; i++) {
		p = (struct program){ .argv = i ? none : NULL };
		program_find_shell(&p);
		CHECK_STR(p.shell, "/opt/zsh");
		CHECK_STR(p.argv[0], "-zsh");
	}
	/* the shell of the passwd entry, if $SHELL is missing or no absolute path */
	for (int i = 0; i < 2; i++) {
		if (i)
			setenv("SHELL", "zsh", 1);
		else
			unsetenv("SHELL");
		p = (struct program){ .argv = NULL };
		program_find_shell(&p);
		CHECK_STR(p.shell, pw && pw->pw_shell[0] == '/' ? pw->pw_shell : "/bin/sh");
	}
}

/* Returns the error of exec_check(). */
static int check(const char *path, const char *program)
{
	struct nserr e = NSERR_INIT;
	int rc;

	if (path)
		setenv("PATH", path, 1);
	else
		unsetenv("PATH");
	rc = exec_check(program, &e);
	CHECK_INT(rc < 0, e.what[0] != '\0');
	if (rc < 0)
		CHECK_INT(e.status, rc == -ENOENT ? 127 : 126);
	return rc;
}

static void looks_up_a_program_as_execvp_does(void)
{
	char *saved = strdup(getenv("PATH")), longer[PATH_MAX + 100];

	CHECK_INT(check("/no/such:/bin", "sh"), 0);
	CHECK_INT(check("/bin", "/bin/sh"), 0);
	CHECK_INT(check(NULL, "sh"), 0); /* the default is /bin:/usr/bin */
	CHECK_INT(check("/no/such", "sh"), -ENOENT);
	CHECK_INT(check("/bin", ""), -ENOENT);
	CHECK_INT(check("/bin", "/no/such"), -ENOENT);
	CHECK_INT(check("/bin", "/proc/version/x"), -ENOTDIR);
	/* a directory and a file without execute permission: the search continues */
	CHECK_INT(check("/", "bin"), -EACCES);
	CHECK_INT(check("/proc/self:/bin", "status"), -EACCES);
	/* directories that are too long are skipped */
	memset(longer, 'x', sizeof(longer));
	longer[0] = '/';
	strcpy(longer + PATH_MAX, ":/bin");
	CHECK_INT(check(longer, "sh"), 0);
	longer[PATH_MAX] = '\0';
	CHECK_INT(check(longer, "sh"), -ENOENT);
	CHECK_INT(check("/bin", longer), -ENOENT);
	setenv("PATH", saved, 1);
	free(saved);
}

/* Searches a program in two directories that do not exist. */
static int try_exec(void)
{
	char *argv[] = { (char *)(uintptr_t) "nothing", NULL };
	struct nserr e = NSERR_INIT;
	int rc;

	setenv("PATH", "/no/1:/no/2", 1);
	fault_begin();
	rc = exec_program(argv, &e);
	fault_end();
	return e.what[0] ? rc : 1;
}

static void the_search_continues_after_some_errors_only(void)
{
	static const struct {
		int error, want;
	} cases[] = {
		{ ENOENT, ENOENT },
		{ ENOTDIR, ENOENT },
		{ ESTALE, ENOENT },
		{ ENODEV, ENOENT },
		{ ETIMEDOUT, ENOENT },
		/* reported only if the program is not found later */
		{ EACCES, EACCES },
		{ EIO, EIO },
		{ ENOMEM, ENOMEM },
		{ E2BIG, E2BIG },
	};

	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK_INT(fault_answer(try_exec, SYS_execve, 1, -cases[i].error), -cases[i].want);
		CHECK_INT(fault_answer(try_exec, SYS_execve, 2, -cases[i].error), -cases[i].want);
	}
}

UNIT_MAIN(CASE(chooses_an_absolute_path_as_the_shell),
	  CASE(a_given_program_is_not_replaced_by_a_shell), CASE(looks_up_a_program_as_execvp_does),
	  CASE(the_search_continues_after_some_errors_only))
