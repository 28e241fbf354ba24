// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cloned-binary: executes this test again from a protected copy of its binary. A constructor
 * checks the copy. Also makes the system calls of cloned_binary_enter() fail. */
#include "run/cloned_binary.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_mount.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* the exit statuses of a child */
enum { IN_MEMORY = 40, DETACHED, NO_COPY, FAILED };

static char *const arguments[] = { (char *)"dir/name", (char *)"arg", NULL };

/* Checks the copy before main() begins, and ends the process, if TEST_COPY is set. */
__attribute__((constructor)) static void check_copy(void)
{
	struct nserr e = NSERR_INIT;
	struct statvfs fs;
	char name[16] = "";
	int fd, seals;

	if (!getenv("TEST_COPY"))
		return;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	seals = fcntl(fd, F_GET_SEALS);
	/* no copy of a copy is made */
	if (cloned_binary_enter(arguments, CLONED_BINARY_SAME_USERNS, &e) != 0 || e.what[0] ||
	    prctl(PR_GET_NAME, name) < 0 || !streq(name, "name"))
		_exit(FAILED);
	if (seals >= 0 && (seals & SEALS) == SEALS)
		_exit(IN_MEMORY);
	_exit(fstatvfs(fd, &fs) == 0 && fs.f_flag & ST_RDONLY ? DETACHED : FAILED);
}

struct situation {
	enum cloned_binary_user where;
	bool small;   /* RLIMIT_FSIZE is less than the size of the binary */
	bool no_caps; /* the process has no capabilities */
	uid_t uid;    /* the uid of the process, or 0 for that of the test */
	int want;
};

/* Runs cloned_binary_enter() in this situation, in a child. Returns the exit status. */
static int enter(const struct situation *s)
{
	pid_t pid = unit_fork();

	if (pid == 0) {
		const struct rlimit small = { 4096, 4096 };
		struct nserr e = NSERR_INIT;
		int rc;

		if (s->small)
			(void)!setrlimit(RLIMIT_FSIZE, &small);
		if (s->uid && (setgroups(0, NULL) < 0 || setgid(s->uid) < 0 || setuid(s->uid) < 0))
			_exit(FAILED);
		if (s->no_caps)
			sandbox_drop_caps();
		setenv("TEST_COPY", "1", 1);
		rc = cloned_binary_enter(arguments, s->where, &e);
		if (rc < 0)
			printf("# %s\n", unit_message(&e));
		fflush(stdout);
		_exit(rc == 0 ? NO_COPY : FAILED);
	}
	return unit_exit_status(pid);
}

/* Returns true if this user owns the binary. Another user may map no user to its owner. Valgrind
 * and qemu-user execute another binary. */
static bool owns_binary(void)
{
	struct stat st;

	if (!fault_require())
		return false;
	if (stat("/proc/self/exe", &st) == 0 && st.st_uid == geteuid())
		return true;
	unit_skip("the binary belongs to another user");
	return false;
}

/* Without mount_setattr(2), which is new in Linux 5.12, no copy is a detached mount. */
static bool has_detached(void)
{
	return sys_mount_setattr(-1, "", AT_EMPTY_PATH, 0, 0, 0, -1) != -ENOSYS;
}

static void copies(const char *dir)
{
	static const struct situation rows[] = {
		{ .where = CLONED_BINARY_SAME_USERNS, .want = IN_MEMORY },
		{ .where = CLONED_BINARY_NEW_USERNS, .want = IN_MEMORY },
		{ .small = true, .want = DETACHED },
		/* the mount is made in a child with a user namespace */
		{ .small = true, .no_caps = true, .want = DETACHED },
	};

	(void)dir;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int want = rows[i].want == DETACHED && !has_detached() ? FAILED : rows[i].want;
		int got = enter(&rows[i]);

		if (got != want)
			printf("# row %zu\n", i);
		CHECK_INT(got, want);
	}
}

static void the_copy_is_protected(void)
{
	if (owns_binary())
		sandbox(0, copies);
}

/* A user cannot map root in a new user namespace, so the program cannot write to root's binary. */
static void no_copy_is_made_if_the_program_cannot_write_to_the_binary(void)
{
	static const struct situation rows[] = {
		{ .where = CLONED_BINARY_NEW_USERNS, .uid = 61234, .want = NO_COPY },
		{ .where = CLONED_BINARY_SAME_USERNS, .uid = 61234, .want = IN_MEMORY },
		{ .where = CLONED_BINARY_NEW_USERNS, .want = IN_MEMORY },
	};
	struct stat st;

	if (!fault_require())
		return;
	if (geteuid() != 0 || stat("/proc/self/exe", &st) < 0 || st.st_uid != 0 ||
	    st.st_mode & (S_IWGRP | S_IWOTH)) {
		unit_skip("the binary does not belong to root");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(enter(&rows[i]), rows[i].want);
}

/* ---- Failures. execve(2) of the copy is denied, so cloned_binary_enter() returns an error. */

static int try_enter(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = cloned_binary_enter(arguments, CLONED_BINARY_SAME_USERNS, &e);
	fault_end();
	if (rc == -ENOSYS && str_after(e.what, "cannot execute the protected copy of name"))
		return 0;
	/* success without a copy is wrong */
	return fault_result(rc, &e, false);
}

/* Lets the copy fail. Returns -EPERM if the hint names the sysctl, the error if there is no hint,
 * and 1 if there is another hint. */
static int try_hint(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	sandbox_drop_caps();
	fault_begin();
	rc = cloned_binary_enter(arguments, CLONED_BINARY_SAME_USERNS, &e);
	fault_end();
	CHECK(rc < 0);
	return streq(e.hint, "set vm.memfd_noexec to 1, or run name with CAP_SYS_ADMIN") ? -EPERM
	       : e.hint[0]                                                               ? 1
											 : rc;
}

static void fail(const char *dir)
{
	static const struct fault_row rows[] = {
		{ "open", try_enter, SYS_openat, 1, EACCES, -EACCES },
		{ "fstat", try_enter, SYS_newfstatat, FAULT_EACH, EIO, -EIO },
		/* the copy is a detached mount instead */
		{ "memfd_create", try_enter, SYS_memfd_create, FAULT_EACH, EACCES, 0 },
		{ "sendfile", try_enter, SYS_sendfile, 1, EIO, 0 },
		{ "sendfile", try_enter, SYS_sendfile, 1, EINTR, 0 },
	},
	/* without open_tree(2), there is no detached mount */
	denied[] = {
		{ "memfd_create", try_enter, SYS_memfd_create, FAULT_EACH, EACCES, -EACCES },
		{ "sendfile", try_enter, SYS_sendfile, 1, EIO, -EIO },
		{ "sendfile", try_enter, SYS_sendfile, 1, EINTR, 0 },
	},
	hints[] = {
		{ "hint", try_hint, SYS_memfd_create, FAULT_EACH, EACCES, -EACCES },
	};

	(void)dir;
	fault_denied[0] = SYS_execve;
	fault_denied[1] = SYS_execveat;
	fault_all("cloned_binary_enter", try_enter, NULL);
	if (has_detached())
		fault_table(rows, ARRAY_SIZE(rows));
	fault_denied[2] = SYS_open_tree;
	fault_table(denied, ARRAY_SIZE(denied));
	fault_table(hints, ARRAY_SIZE(hints));
	memset(fault_denied, 0, sizeof(fault_denied));
}

static void a_failed_copy_is_reported(void)
{
	if (owns_binary())
		sandbox(0, fail);
}

UNIT_MAIN(CASE(the_copy_is_protected),
	  CASE(no_copy_is_made_if_the_program_cannot_write_to_the_binary),
	  CASE(a_failed_copy_is_reported))
