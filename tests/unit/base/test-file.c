// SPDX-License-Identifier: GPL-2.0-or-later
/* test-file: opens, reads and writes files of special kinds: terminals, FIFOs, full devices. */
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../unit.h"
#include "base/file.h"

/* Opens a new pseudo-terminal in a new session. Returns 0 if the terminal has not become the
 * controlling terminal of the session: tcgetsid(3) fails with ENOTTY. */
static int open_terminal(const char *slave)
{
	int fd;

	if (setsid() < 0)
		return 1;
	fd = file_open_at(AT_FDCWD, slave, O_RDWR, 0);
	if (fd < 3)
		return 2;
	return tcgetsid(fd) == -1 && errno == ENOTTY ? 0 : 3;
}

static void a_terminal_does_not_become_the_controlling_terminal(void)
{
	cleanup_fd int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *slave;
	pid_t pid;

	if (master < 0) {
		unit_skip_except_root("no pseudo-terminal here");
		return;
	}
	CHECK(grantpt(master) == 0 && unlockpt(master) == 0);
	slave = ptsname(master);
	pid = unit_fork();
	if (pid == 0)
		_exit(slave ? open_terminal(slave) : 4);
	CHECK_INT(unit_wait(pid), 0);
}

static void a_new_descriptor_is_above_2_and_is_closed_by_execve(void)
{
	int in = fcntl(0, F_DUPFD_CLOEXEC, 3), fd;

	close(0);
	fd = file_open_at(AT_FDCWD, "/dev/null", O_RDONLY, 0);
	CHECK(fd > 2);
	CHECK_INT(fcntl(0, F_GETFD), -1);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	util_close(&fd);
	if (in >= 0) {
		CHECK_INT(dup2(in, 0), 0);
		close(in);
	}
}

/* open(2): O_NONBLOCK opens a FIFO without a writer at once, and read(2) returns 0. */
static void a_fifo_without_a_writer_is_an_empty_file(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE], text[8] = "x";

	close(unit_directory(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CHECK_INT(mkfifo(path, 0600), 0);
	alarm(20);
	CHECK_INT(file_read_at(AT_FDCWD, path, text, sizeof(text)), 0);
	alarm(0);
	CHECK_STR(text, "");
	CHECK(unlink(path) == 0 && rmdir(dir) == 0);
}

/* full(4): each write to /dev/full fails with ENOSPC. */
static void a_failed_write_returns_its_error(void)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	cleanup_fd int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	char small[8];

	CHECK_INT(file_write_at(AT_FDCWD, "/dev/full", "text"), -ENOSPC);
	CHECK_INT(file_write_at(AT_FDCWD, "/dev/full/x", "text"), -ENOTDIR);
	CHECK_INT(file_write_at(AT_FDCWD, "/dev/null", "text"), 0);
	CHECK_INT(file_write_all(full, "text", 4), -ENOSPC);
	CHECK_INT(file_slurp(dir, 100, &text), -EISDIR);
	CHECK_INT(file_slurp(-1, 100, &text), -EBADF);
	CHECK_INT(file_read_at(AT_FDCWD, "/", small, sizeof(small)), -EISDIR);
	CHECK_INT(file_open_at(AT_FDCWD, "/dev/null", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
}

/* The limits of file_slurp() and file_read_at() include the largest permitted text. */
static void the_largest_text_fits(void)
{
	cleanup_free char *text = NULL;
	char buf[5];
	int p[2];

	CHECK_INT(pipe2(p, O_CLOEXEC), 0);
	CHECK_INT(file_write_all(p[1], "abcd", 4), 0);
	close(p[1]);
	CHECK_INT(file_slurp(p[0], 4, &text), 4);
	CHECK_STR(text, "abcd");
	close(p[0]);
	CHECK_INT(pipe2(p, O_CLOEXEC), 0);
	CHECK_INT(file_write_all(p[1], "abcd", 4), 0);
	close(p[1]);
	CHECK_INT(file_read_at(AT_FDCWD, file_fd_path(p[0]).text, buf, sizeof(buf)), 4);
	CHECK_STR(buf, "abcd");
	close(p[0]);
	CHECK_INT(pipe2(p, O_CLOEXEC), 0);
	CHECK_INT(file_write_all(p[1], "abcde", 5), 0);
	close(p[1]);
	CHECK_INT(file_read_at(AT_FDCWD, file_fd_path(p[0]).text, buf, sizeof(buf)), -EFBIG);
	close(p[0]);
}

/* Opening a FIFO for reading blocks until a writer opens it, so file_open_dir() must refuse a FIFO
 * at once. */
static void a_fifo_is_not_opened_as_a_directory(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE];
	int self;

	close(unit_directory(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CHECK_INT(mkfifo(path, 0600), 0);
	alarm(20);
	CHECK(!file_open_dir(AT_FDCWD, path) && errno == ENOTDIR);
	alarm(0);
	CHECK(unlink(path) == 0 && rmdir(dir) == 0);
	self = file_open_self(NULL);
	CHECK(self > 2 && fcntl(self, F_GETFL) & O_PATH);
	close(self);
}

UNIT_MAIN(CASE(a_terminal_does_not_become_the_controlling_terminal),
	  CASE(a_new_descriptor_is_above_2_and_is_closed_by_execve),
	  CASE(a_fifo_without_a_writer_is_an_empty_file), CASE(a_failed_write_returns_its_error),
	  CASE(the_largest_text_fits), CASE(a_fifo_is_not_opened_as_a_directory))
