// SPDX-License-Identifier: GPL-2.0-or-later
/* test-stream: reads standard input and other descriptors as streams, and checks the errors of
 * small files. */
#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../unit.h"
#include "base/file.h"

/* Makes descriptor 0 a pipe that contains the text and whose write end is closed. Returns false on
 * failure. */
static bool feed(const char *text)
{
	int p[2];

	if (pipe(p) < 0 || write(p[1], text, strlen(text)) != (ssize_t)strlen(text) ||
	    dup2(p[0], 0) < 0)
		return false;
	/* the pipe gets descriptor 0 if standard input was closed */
	if (p[0] != 0)
		close(p[0]);
	close(p[1]);
	return true;
}

static bool stdin_is_null(void)
{
	struct stat is, null;
	char c;

	return fstat(0, &is) == 0 && stat("/dev/null", &null) == 0 && is.st_rdev == null.st_rdev &&
	       S_ISCHR(is.st_mode) && read(0, &c, 1) == 0;
}

static int null_child(void)
{
	close(3); /* the test may have been started with this descriptor */
	/* an errno that was set before the call must not be reported */
	errno = EIO;
	if (!feed("x") || stream_null_stdin() != 0 || !stdin_is_null())
		return 1;
	/* if descriptor 0 is closed, /dev/null becomes descriptor 0, and no other descriptor may
	 * remain open */
	close(0);
	errno = EIO;
	return stream_null_stdin() != 0 || !stdin_is_null() || fcntl(3, F_GETFD) >= 0;
}

static void dev_null_replaces_standard_input_after_reading(void)
{
	CHECK_INT(unit_result_in_child(null_child), 0);
}

static int once_child(void)
{
	struct nserr e = NSERR_INIT;
	char *text = NULL;

	if (!feed("0 1000 1\n") || stream_read("-", &text, &e) != 9 || !streq(text, "0 1000 1\n"))
		return 1;
	free(text);
	if (!stdin_is_null())
		return 2;
	if (stream_read("-", &text, &e) >= 0 || !streq(e.what, "cannot read standard input twice"))
		return 3;
	return 0;
}

static void standard_input_is_read_once(void)
{
	CHECK_INT(unit_result_in_child(once_child), 0);
}

static int closed_child(void)
{
	struct nserr e = NSERR_INIT;
	char *text = NULL;

	close(0);
	if (stream_read("-", &text, &e) != -EBADF)
		return 1;
	return !streq(e.what, "cannot read standard input");
}

static void a_closed_standard_input_is_an_error(void)
{
	CHECK_INT(unit_result_in_child(closed_child), 0);
}

static void a_descriptor_is_read_and_closed(void)
{
	struct nserr e = NSERR_INIT;
	char *text = NULL, name[32];
	int p[2];

	CHECK_INT(pipe(p), 0);
	CHECK_INT(write(p[1], "abc", 3), 3);
	close(p[1]);
	snprintf(name, sizeof(name), "fd:%d", p[0]);
	CHECK_INT(stream_read(name, &text, &e), 3);
	CHECK_STR(text, "abc");
	free(text);
	CHECK(fcntl(p[0], F_GETFD) < 0);
	CHECK_INT(stream_read(name, &text, &e), -EBADF);
	CHECK(strstr(e.what, "cannot read descriptor "));
	CHECK_INT(stream_read("fd:x", &text, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "invalid descriptor number 'x'");
	CHECK_INT(stream_read("/nonexistent/file", &text, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot open '/nonexistent/file': No such file or directory");
	CHECK_INT(stream_read("/", &text, &e), -EISDIR);
	CHECK_STR(unit_message(&e), "cannot read '/': Is a directory");
}

static void a_file_that_is_too_large_is_refused(void)
{
	char text[8], *all = NULL;
	int p[2];

	CHECK_INT(pipe(p), 0);
	CHECK_INT(write(p[1], "12345678", 8), 8);
	CHECK_INT(write(p[1], "", 1), 1);
	close(p[1]);
	CHECK_INT(file_slurp(p[0], 8, &all), -EFBIG);
	CHECK(all == NULL);
	close(p[0]);
	/* the last byte of the buffer is needed for the terminating NUL */
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/status", text, sizeof(text)), -EFBIG);
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/none", text, sizeof(text)), -ENOENT);
	CHECK_INT(file_write_at(AT_FDCWD, "/proc/self/none", "x"), -ENOENT);
	CHECK_INT(file_write_all(-1, "x", 1), -EBADF);
	CHECK_INT(file_write_all(-1, "x", 0), 0);
	CHECK_INT(file_above_std(-ENOENT), -ENOENT);
}

/* Returns the lowest descriptor that is free. */
static int lowest(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void every_function_closes_its_file(void)
{
	int before = lowest();
	char text[8192];
	uint64_t v;

	CHECK(file_read_at(AT_FDCWD, "/proc/self/status", text, sizeof(text)) > 0);
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/status", text, 4), -EFBIG);
	CHECK_INT(file_read_u64(AT_FDCWD, "/proc/sys/kernel/pid_max", &v), 0);
	CHECK_INT(file_read_u64(AT_FDCWD, "/proc/self/comm", &v), -EINVAL);
	CHECK_INT(file_write_at(AT_FDCWD, "/dev/null", "x"), 0);
	CHECK_INT(lowest(), before);
}

static void a_prefix_that_fills_the_message_is_cut(void)
{
	char fill[sizeof(((struct nserr *)0)->what) + 10];
	struct nserr e = NSERR_INIT;

	CHECK_INT(nserr_set(&e, ENOENT, "cannot do it"), -ENOENT);
	nserr_prefix(&e, "%s", "--option");
	CHECK_STR(unit_message(&e), "--option: cannot do it: No such file or directory");
	memset(fill, 'x', sizeof(fill));
	fill[sizeof(fill) - 1] = '\0';
	nserr_prefix(&e, "%s", fill);
	CHECK_INT(strlen(e.what), sizeof(e.what) - 1);
	nserr_prefix(NULL, "x");
}

UNIT_MAIN(CASE(dev_null_replaces_standard_input_after_reading), CASE(standard_input_is_read_once),
	  CASE(a_closed_standard_input_is_an_error), CASE(a_descriptor_is_read_and_closed),
	  CASE(a_file_that_is_too_large_is_refused), CASE(every_function_closes_its_file),
	  CASE(a_prefix_that_fills_the_message_is_cut))
