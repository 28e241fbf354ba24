/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h: declares the functions for unit tests in C. Each case is a function. A CHECK() that fails
 * prints its file, line and text. The program prints TAP: the plan, and a line for each case. A
 * case without a check fails, unless it is skipped. A case also fails if it leaves a
 * descriptor open or closes one that was open before.
 */
#ifndef NSU_UNIT_H
#define NSU_UNIT_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/nserr.h"

static unsigned unit_checks, unit_failures;
static const char *unit_skip_reason;

/* Marks the test case as skipped, for a reason that can also exist for root: a property of the
 * kernel, of the machine or of the build. The function of the case must return without a further
 * check. */
static inline void unit_skip(const char *reason)
{
	unit_skip_reason = reason;
}

/* Like unit_skip(), for a reason that cannot exist for root on a machine that build-aux/check
 * prepares: the case fails if the user is root and the environment contains NSUTILS_MUST_RUN=1. */
static inline void unit_skip_except_root(const char *reason)
{
	const char *must = getenv("NSUTILS_MUST_RUN");

	if (!must || !streq(must, "1") || geteuid() != 0) {
		unit_skip(reason);
		return;
	}
	printf("# root must not skip this case: %s\n", reason);
	unit_checks++;
	unit_failures++;
}

/* Returns the message of e as a tool prints it, with the text of the error number at the end. The
 * next call overwrites the result. */
static inline const char *unit_message(const struct nserr *e)
{
	static char text[sizeof(e->what) + 128];

	snprintf(text, sizeof(text), "%s%s%s", e->what, e->errnum ? ": " : "",
		 e->errnum ? strerror(e->errnum) : "");
	return text;
}

#define CHECK(cond) \
	do { \
		unit_checks++; \
		if (!(cond)) { \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			unit_failures++; \
		} \
	} while (0)

#define CHECK_STR(got, want) \
	do { \
		const char *got_ = (got), *want_ = (want); \
		unit_checks++; \
		if (!got_ || !streq(got_, want_)) { \
			printf("# %s:%d: '%s', not '%s'\n", __FILE__, __LINE__, \
			       got_ ? got_ : "(null)", want_); \
			unit_failures++; \
		} \
	} while (0)

#define CHECK_INT(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		unit_checks++; \
		if (got_ != want_) { \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, \
			       want_); \
			unit_failures++; \
		} \
	} while (0)

/* Checks the result rc of a failed function: the negative errno of its message, or -EINVAL if the
 * message has none. */
static inline void unit_check_failed(int rc, const struct nserr *e)
{
	CHECK_INT(rc, e->errnum ? -e->errnum : -EINVAL);
}

/* Returns the message of a function that has returned rc, or "" if it has succeeded. Checks that
 * the function sets a message only if it fails, and then also its result. */
static inline const char *unit_error(int rc, const struct nserr *e)
{
	CHECK_INT(rc < 0, e->what[0] != '\0');
	if (rc < 0)
		unit_check_failed(rc, e);
	return rc < 0 ? unit_message(e) : "";
}

/* A case sets this variable if its functions keep descriptors open on purpose. */
static bool unit_keeps_fds;

/* Returns the number of open descriptors, up to number 255. */
static inline int unit_open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Fails the case if the number of open descriptors is not `before`. */
static inline void unit_check_fds(const char *name, int before)
{
	int now = unit_open_fds();

	if (now == before || unit_keeps_fds)
		return;
	printf("# %s has %d open descriptors at the end, and %d at the beginning\n", name, now,
	       before);
	unit_failures++;
}

/* Calls fork(2). The child begins without failed checks. */
static inline pid_t unit_fork(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		unit_failures = 0;
	return pid;
}

/* Ends a child of unit_fork(): with the exit status 0, or with 99 if a check has failed. Does not
 * call exit(3), which would run LeakSanitizer. */
static inline _Noreturn void unit_end_child(void)
{
	fflush(stdout);
	_exit(unit_failures ? 99 : 0);
}

/* Waits for a child. Returns its wait status. */
static inline int unit_wait(pid_t pid)
{
	int status = -1;

	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

/* Waits for a child. Returns its exit status, or -1 if a signal has ended it. */
static inline int unit_exit_status(pid_t pid)
{
	int status = unit_wait(pid);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Returns true if this process has no child. */
static inline bool unit_has_no_child(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* Returns memory of this size that contains zeros and that this process shares with its later
 * children. */
static inline void *unit_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

/* Runs f() in a child. Returns the wait status of the child, which is 0 if no check has failed. */
static inline int unit_in_child(void (*f)(void))
{
	pid_t pid = unit_fork();

	if (pid == 0) {
		f();
		unit_end_child();
	}
	return unit_wait(pid);
}

/* Runs f() in a child that exits with the result of f(). Returns the wait status of the child. */
static inline int unit_result_in_child(int (*f)(void))
{
	pid_t pid = unit_fork();

	if (pid == 0)
		_exit(f());
	return unit_wait(pid);
}

/* Returns a number less than `below`. The numbers are the same in each run of the program. */
static inline unsigned unit_random(unsigned below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

/* Creates or replaces the file `path`, relative to the directory `dir`, with this text. */
static inline void unit_put(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Creates or replaces the file `path`, relative to the directory `dir`, with this text, and creates
 * the directories of its path. */
static inline void unit_file(int dir, const char *path, const char *text)
{
	char parent[256];

	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(s - path), path);
		(void)!mkdirat(dir, parent, 0755);
	}
	unit_put(dir, path, text);
}

/* The size of the path of a directory that unit_directory() creates, and of a path below it. */
enum { UNIT_DIR_SIZE = 192, UNIT_PATH_SIZE = 384 };

/* Ends this process with a failed result, because it cannot create a directory in `parent`. */
static inline _Noreturn void unit_no_directory(const char *parent, const char *reason)
{
	printf("Bail out! cannot create a directory in '%s': %s\n", parent, reason);
	fflush(stdout);
	_exit(99);
}

/* Creates a new directory in $TMPDIR, or in /tmp if this variable is not set, and writes its path
 * to `path`. tests/helpers/in-directory.sh sets $TMPDIR to a directory that it removes. Returns a
 * descriptor. Ends the process on failure, because the test would otherwise create its files in the
 * current directory. */
static inline int unit_directory(char path[static UNIT_DIR_SIZE])
{
	const char *parent = getenv("TMPDIR");
	int fd;

	if (!parent || !*parent)
		parent = "/tmp";
	if (parent[0] != '/')
		unit_no_directory(parent, "TMPDIR is not an absolute path");
	if (snprintf(path, UNIT_DIR_SIZE, "%s/%s.XXXXXX", parent, program_invocation_short_name) >=
	    UNIT_DIR_SIZE)
		unit_no_directory(parent, "TMPDIR is too long");
	fd = mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd < 0)
		unit_no_directory(parent, strerror(errno));
	return fd;
}

/* Removes a file or an empty directory, for unit_remove(). */
static inline int unit_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

/* Removes a directory with its files. Does not follow symbolic links. musl does not descend to more
 * levels than the third argument of nftw(3) says. */
static inline void unit_remove(const char *path)
{
	CHECK_INT(nftw(path, unit_remove_one, 128, FTW_DEPTH | FTW_PHYS), 0);
}

/* Returns true if there is a file with this path. Does not follow a symbolic link. */
static inline bool unit_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Returns true if the path leads to the file of the descriptor fd. */
static inline bool unit_is_at(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* In a test of functions that leave their memory to the end of the process: LeakSanitizer must not
 * report it. The family unit-valgrind looks for this function in the program. */
#define UNIT_LEAVES_MEMORY \
	int __lsan_is_turned_off(void); \
	int __lsan_is_turned_off(void) \
	{ \
		return 1; \
	}

struct unit_case {
	const char *name;
	void (*run)(void);
};

#define CASE(f) \
	{ \
#f, f \
	}

static inline int unit_run(const struct unit_case *cases, size_t n)
{
	unsigned failed = 0;

	/* use line buffering, so that the output is complete even if a test program crashes */
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* debhelper and a session of a user set this variable, which changes the directory of names
	 * and journals */
	unsetenv("XDG_RUNTIME_DIR");
	/* a shell lets the commands that it starts in the background ignore these signals */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		unsigned before = unit_failures;
		int fds = unit_open_fds();

		unit_checks = 0;
		unit_skip_reason = NULL;
		unit_keeps_fds = false;
		cases[i].run();
		unit_check_fds(cases[i].name, fds);
		if (!unit_checks && !unit_skip_reason) {
			printf("# %s checks nothing\n", cases[i].name);
			unit_failures++;
		}
		printf("%s %zu - %s", unit_failures == before ? "ok" : "not ok", i + 1,
		       cases[i].name);
		printf(unit_skip_reason ? " # SKIP %s\n" : "\n", unit_skip_reason);
		failed += unit_failures != before;
	}
	return failed ? 1 : 0;
}

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		static const struct unit_case cases[] = { __VA_ARGS__ }; \
		return unit_run(cases, ARRAY_SIZE(cases)); \
	}

#endif
