// SPDX-License-Identifier: GPL-2.0-or-later
/* test-exec: looks up programs in PATH, and chooses the shell if no program is given. */
#include "run/exec.h"

#include <limits.h>
#include <pwd.h>

#include "../fault.h"
#include "base/file.h"
#include "run/step_exec.h"

UNIT_LEAVES_MEMORY

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

/* If PATH does not contain a program that is in the working directory, the hint says "./". */
static void a_program_in_the_working_directory_has_a_hint(void)
{
	static const struct {
		const char *program;
		bool hint;
	} rows[] = { { "exec", true }, { "file", false }, { "dir", false }, { "./none", false } };
	char dir[UNIT_DIR_SIZE], want[96], *saved = strdup(getenv("PATH"));
	struct nserr e;
	int fd = unit_directory(dir);

	CHECK_INT(fchdir(fd), 0);
	close(fd);
	unit_put(AT_FDCWD, "exec", "");
	unit_put(AT_FDCWD, "file", "");
	CHECK(chmod("exec", 0755) == 0 && mkdir("dir", 0755) == 0);
	setenv("PATH", "/none", 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		e = NSERR_INIT;
		CHECK(exec_check(rows[i].program, &e) < 0);
		snprintf(want, sizeof(want),
			 "use ./%s: PATH does not contain the current directory", rows[i].program);
		CHECK_INT(streq(e.hint, want), rows[i].hint);
	}
	setenv("PATH", saved, 1);
	free(saved);
	CHECK_INT(chdir("/"), 0);
	unit_remove(dir);
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

	if (!fault_require())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK_INT(fault_answer(try_exec, SYS_execve, 1, -cases[i].error), -cases[i].want);
		CHECK_INT(fault_answer(try_exec, SYS_execve, 2, -cases[i].error), -cases[i].want);
	}
}

static char top[UNIT_DIR_SIZE];

/* Creates in the current directory: the directories `folder`, `plain` and `good`, which contain
 * `prog` as a directory, as a file without permission to execute it, and as a program that exits
 * with 7; `binary`, which contains an executable file of no known format; and the file `file`. */
static void prepare(void)
{
	static const char *const dirs[] = { "folder", "plain", "good", "binary", "folder/prog" };
	cleanup_fd int fd = -1;

	close(unit_directory(top));
	CHECK_INT(chdir(top), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		CHECK_INT(mkdir(dirs[i], 0755), 0);
	for (const char *const *f = (const char *const[]){ "plain/prog", "good/prog", "binary/prog",
							   "file", NULL };
	     *f; f++)
		CHECK_INT(mknod(*f, S_IFREG | 0644, 0), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "plain/prog", "#!/bin/sh\nexit 7\n"), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "good/prog", "#!/bin/sh\nexit 7\n"), 0);
	fd = open("binary/prog", O_WRONLY | O_CLOEXEC);
	CHECK_INT(file_write_all(fd, "\177ELF\0\0", 6), 0);
	CHECK(chmod("good/prog", 0755) == 0 && chmod("binary/prog", 0755) == 0);
}

static void clean_up(void)
{
	CHECK_INT(chdir("/"), 0);
	unit_remove(top);
}

/* Executes the program in a child. Returns its exit status, or the errno of the failure plus 1000.
 */
static int execute(const char *program)
{
	char *argv[] = { (char *)program, NULL };
	struct nserr e = NSERR_INIT;
	int line[2], rc = 0, status;
	pid_t pid;

	CHECK_INT(pipe2(line, O_CLOEXEC), 0);
	pid = unit_fork();
	if (pid == 0) {
		rc = exec_program(argv, &e);
		_exit(write(line[1], &rc, sizeof(rc)) == sizeof(rc) ? e.status : 99);
	}
	close(line[1]);
	status = unit_wait(pid);
	CHECK(WIFEXITED(status));
	if (read(line[0], &rc, sizeof(rc)) == sizeof(rc))
		CHECK_INT(WEXITSTATUS(status), rc == -ENOENT ? 127 : 126);
	close(line[0]);
	return rc < 0 ? 1000 - rc : WEXITSTATUS(status);
}

/* execve(2) fails with EACCES if the file is not a regular file or lacks the permission. execvp(3)
 * continues the search after EACCES, and then returns EACCES. The name of an empty program is not
 * found. */
static void a_program_is_found_or_its_error_is_reported(void)
{
	static const struct {
		const char *path, *program;
		int error; /* 0 if the program exits with 7 */
	} rows[] = {
		{ "", "./good/prog", 0 },
		{ "good", "prog", 0 },
		{ "missing:file:folder:plain:good", "prog", 0 },
		{ "good:folder", "prog", 0 },
		{ "folder", "prog", EACCES },
		{ "plain", "prog", EACCES },
		{ "plain:missing", "prog", EACCES },
		{ "folder:file", "prog", EACCES },
		{ "missing", "prog", ENOENT },
		{ "file", "prog", ENOENT },
		{ "good", "", ENOENT },
		{ "good", "none", ENOENT },
		{ "good", "./folder/prog", EACCES },
		{ "good", "./plain/prog", EACCES },
		{ "good", "./file/prog", ENOTDIR },
		{ "good", "./none", ENOENT },
		{ "good", ".", EACCES },
		{ "good", "/", EACCES },
	};
	const char *old = getenv("PATH");
	char *saved = old ? strdup(old) : NULL, want[128];

	prepare();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;
		int err = rows[i].error;

		CHECK_INT(setenv("PATH", rows[i].path, 1), 0);
		snprintf(want, sizeof(want), "cannot execute '%s': %s", rows[i].program,
			 strerror(err));
		CHECK_INT(exec_check(rows[i].program, &e), -err);
		CHECK_STR(unit_message(&e), err ? want : "");
		if (err)
			CHECK_INT(e.status, err == ENOENT ? 127 : 126);
		CHECK_INT(execute(rows[i].program), err ? 1000 + err : 7);
	}
	/* the format of the file is not examined before the execution */
	CHECK_INT(setenv("PATH", "binary:good", 1), 0);
	CHECK_INT(execute("prog"), 1000 + ENOEXEC);
	if (saved)
		setenv("PATH", saved, 1);
	free(saved);
	clean_up();
}

UNIT_MAIN(CASE(chooses_an_absolute_path_as_the_shell),
	  CASE(a_given_program_is_not_replaced_by_a_shell),
	  CASE(a_program_in_the_working_directory_has_a_hint),
	  CASE(looks_up_a_program_as_execvp_does),
	  CASE(the_search_continues_after_some_errors_only),
	  CASE(a_program_is_found_or_its_error_is_reported))
