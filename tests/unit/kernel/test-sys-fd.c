// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-fd: closes descriptors with close_range(2), with the list in /proc, and with neither. */
#include "kernel/sys_fd.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "../fault.h"
#include "../sandbox.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

enum { LAST = 12 };

static const int *keep;
static size_t n_keep;
static bool now;     /* close the descriptors at once, not when a program is executed */
static bool limited; /* make RLIMIT_NOFILE as low as possible */

static bool is_kept(int fd)
{
	for (size_t i = 0; i < n_keep; i++)
		if (keep[i] == fd)
			return true;
	return fd < 3;
}

/* Opens all descriptors from 3 to LAST. Then closes those that are not in `keep`, or makes them
 * close-on-exec. Returns 0 if exactly these descriptors have changed. Must run in a child. */
static int try_others(void)
{
	const struct rlimit limit = { LAST + 1, LAST + 1 };
	int rc;

	for (int fd = 3; fd <= LAST; fd++)
		if (dup2(0, fd) != fd)
			return 1;
	close(LAST + 1);
	if (limited && setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	fault_begin();
	rc = now ? sys_fd_close_others(keep, n_keep) : sys_fd_cloexec_others(keep, n_keep);
	fault_end();
	for (int fd = 3; fd <= LAST; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags != (is_kept(fd) ? 0 : now ? -1 : FD_CLOEXEC))
			return 2;
	}
	/* the list in /proc has been closed */
	return fcntl(LAST + 1, F_GETFD) < 0 ? rc : 3;
}

/* Returns the result of try_others() in a child. */
static int others(void)
{
	return unit_result_in_child(try_others);
}

static void only_the_listed_descriptors_stay_open(void)
{
	static const int lists[][4] = { { 3, 5, 6, 12 },
					{ 12, 5, 3, 6 },
					{ 11, 4, 4, 0 },
					{ 2, 1, -1, 7 },
					{ 500, 3, 4, 12 } };
	bool null = fcntl(0, F_GETFD) < 0;

	if (null)
		CHECK_INT(open("/dev/null", O_RDONLY), 0);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(lists); i++) {
		keep = lists[i / 2];
		n_keep = i < 2 ? 0 : ARRAY_SIZE(lists[0]);
		now = i % 2;
		limited = false;
		CHECK_INT(others(), 0);
		if (!fault_supported())
			continue;
		CHECK_INT(fault_answer(try_others, SYS_close_range, 1, -ENOSYS), 0);
		CHECK_INT(fault_answer(try_others, SYS_close_range, 1, -EINVAL), 0);
		/* with neither close_range(2) nor the list */
		fault_denied[0] = SYS_close_range;
		limited = true;
		CHECK_INT(fault_answer(try_others, SYS_openat, FAULT_EACH, -ENOENT), 0);
		limited = false;
		fault_denied[0] = 0;
	}
	if (null)
		close(0);
}

static void a_memfd_is_closed_by_execve(void)
{
	int fd = sys_memfd_exec("test", 0);

	CHECK(fd > 2);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(close(fd), 0);
	CHECK_INT(sys_memfd_exec("test", ~0u), -EINVAL);
	CHECK_INT(sys_getdents(-1, &fd, sizeof(fd)), -EBADF);
}

static const char *file;

static int try_may_execute(void)
{
	int rc;

	fault_begin();
	rc = sys_may_execute(file);
	fault_end();
	return rc;
}

static void without_capabilities(const char *dir)
{
	cleanup_fd int fd = -1;

	CHECK_INT(chdir(dir), 0);
	fd = open("f", O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	file = "f";
	CHECK_INT(try_may_execute(), 0);
	if (fault_supported()) {
		CHECK_INT(fault_answer(try_may_execute, SYS_faccessat2, 1, -ENOSYS), 0);
		CHECK_INT(fault_answer(try_may_execute, SYS_faccessat2, 1, -EPERM), 0);
		CHECK_INT(fault_answer(try_may_execute, SYS_faccessat2, 1, -EIO), -EIO);
	}
	CHECK_INT(fchmod(fd, 0600), 0);
	CHECK_INT(try_may_execute(), -EACCES);
	/* the C library permits this to root */
	CHECK_INT(fchmod(fd, 0610), 0);
	sandbox_drop_caps();
	CHECK_INT(try_may_execute(), -EACCES);
	file = "none";
	CHECK_INT(try_may_execute(), -ENOENT);
	CHECK_INT(chdir("/"), 0);
}

static void permission_to_execute_depends_on_capabilities(void)
{
	sandbox(0, without_capabilities);
}

UNIT_MAIN(CASE(only_the_listed_descriptors_stay_open), CASE(a_memfd_is_closed_by_execve),
	  CASE(permission_to_execute_depends_on_capabilities))
