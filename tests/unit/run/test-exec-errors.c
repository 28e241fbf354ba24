// SPDX-License-Identifier: GPL-2.0-or-later
/* test-exec-errors: checks which programs can be executed, and the errors for those that cannot. */
#include "run/exec.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "base/file.h"

static char top[] = "/tmp/test-exec.XXXXXX";

/* Creates in the current directory: the directories `folder`, `plain` and `good`, which contain
 * `prog` as a directory, as a file without permission to execute it, and as a program that exits
 * with 7; `binary`, which contains an executable file of no known format; and the file `file`. */
static void prepare(void)
{
	static const char *const dirs[] = { "folder", "plain", "good", "binary", "folder/prog" };
	cleanup_fd int fd = -1;

	CHECK(mkdtemp(top) && chdir(top) == 0);
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
	char command[64];

	snprintf(command, sizeof(command), "PATH=/bin:/usr/bin rm -rf %s", top);
	CHECK(chdir("/") == 0 && system(command) == 0);
}

/* Executes the program in a child. Returns its exit status, or the errno of the failure plus 1000.
 */
static int execute(const char *program)
{
	char *argv[] = { (char *)program, NULL };
	struct nserr e = NSERR_INIT;
	int line[2], rc = 0, status = -1;
	pid_t pid;

	CHECK_INT(pipe2(line, O_CLOEXEC), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		rc = exec_program(argv, &e);
		_exit(write(line[1], &rc, sizeof(rc)) == sizeof(rc) ? e.status : 99);
	}
	close(line[1]);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
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

UNIT_MAIN(CASE(a_program_is_found_or_its_error_is_reported))
