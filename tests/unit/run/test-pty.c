// SPDX-License-Identifier: GPL-2.0-or-later
/* test-pty: runs the relay between two pseudo-terminals, one of which replaces the user's
 * terminal. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>

#include "../sandbox.h"
#include "run/pty.h"

static int saved[2] = { -1, -1 };

/* Replaces the standard input and output of this process until restore() is called. */
static void redirect(int in, int out)
{
	fflush(stdout);
	for (int fd = 0; fd < 2; fd++)
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	dup2(in, 0);
	dup2(out, 1);
}

static void restore(void)
{
	for (int fd = 0; fd < 2; fd++) {
		dup2(saved[fd], fd);
		close(saved[fd]);
	}
}

/* Starts a relay that reads from `in` and writes to `out`. */
static void start(struct pty_relay *r, int in, int out)
{
	struct nserr e = NSERR_INIT;
	int rc;

	redirect(in, out);
	rc = pty_relay_start(r, &e);
	restore();
	CHECK_INT(rc, 0);
	CHECK_STR(e.what, "");
	CHECK(r->pid > 0 && r->line > 2 && r->fds > 2);
	CHECK(fcntl(r->line, F_GETFD) & FD_CLOEXEC);
	CHECK(fcntl(r->fds, F_GETFL) & O_PATH);
}

/* Opens the pseudo-terminal of the relay. Returns the slave. */
static int open_slave(struct pty_relay *r, int in)
{
	struct nserr e = NSERR_INIT;
	int slave;

	redirect(in, 1);
	slave = pty_open(r, &e);
	restore();
	CHECK_STR(e.what, "");
	CHECK(slave > 2 && r->fds == -1);
	CHECK((fcntl(slave, F_GETFL) & O_ACCMODE) == O_RDWR);
	CHECK(fcntl(slave, F_GETFD) & FD_CLOEXEC);
	return slave;
}

/* Returns true if fd becomes readable within `time` milliseconds. */
static bool readable_in(int fd, int time)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, time) == 1 && p.revents & POLLIN;
}

/* Reads n bytes. Returns them as a string, which the next call overwrites. */
static const char *get(int fd, size_t n)
{
	static char text[64];
	size_t len = 0;
	ssize_t got = 1;

	while (len < n && got > 0 && readable_in(fd, 10000)) {
		got = read(fd, text + len, MIN(n - len, sizeof(text) - 1 - len));
		len += got > 0 ? (size_t)got : 0;
	}
	text[len] = '\0';
	return text;
}

static bool has_size(int tty, unsigned short rows, unsigned short cols)
{
	struct winsize size = { 0 };

	return ioctl(tty, TIOCGWINSZ, &size) == 0 && size.ws_row == rows && size.ws_col == cols;
}

static void set_size(int tty, unsigned short rows, unsigned short cols)
{
	const struct winsize size = { .ws_row = rows, .ws_col = cols };

	CHECK_INT(ioctl(tty, TIOCSWINSZ, &size), 0);
}

static bool is_raw(int tty)
{
	struct termios t;

	return tcgetattr(tty, &t) == 0 && !(t.c_lflag & (ICANON | ECHO | ISIG));
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

/* Waits up to 10 seconds until the condition is true. */
#define CHECK_SOON(cond) \
	do { \
		for (int tries_ = 0; !(cond) && tries_ < 1000; tries_++) \
			poll(NULL, 0, 10); \
		CHECK(cond); \
	} while (0)

/* Returns true if the descriptor `fd` of the relay is a directory like /proc/PID/fd. */
static bool relay_has(pid_t pid, int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[MAX(n, 0)] = '\0';
	return n > 3 && streq(target + n - 3, "/fd");
}

/* Writes many bytes to the terminal `from`, and checks that they arrive at the terminal `to`. The
 * reader starts late, so that the buffers become full. */
static void copy_much(int from, int to)
{
	static unsigned char bytes[300000], got[sizeof(bytes)];
	struct termios t;
	size_t len = 0;
	ssize_t n = 1;
	pid_t pid;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * i >> 3);
	CHECK_INT(tcgetattr(to, &t), 0);
	cfmakeraw(&t);
	CHECK_INT(tcsetattr(to, TCSANOW, &t), 0);
	pid = unit_fork();
	if (pid == 0)
		_exit(file_write_all(from, bytes, sizeof(bytes)) < 0);
	/* let the buffers become full */
	poll(NULL, 0, 100);
	while (len < sizeof(got) && n > 0 && readable_in(to, 10000)) {
		n = read(to, got + len, sizeof(got) - len);
		len += n > 0 ? (size_t)n : 0;
	}
	CHECK_INT(len, sizeof(bytes));
	CHECK(memcmp(bytes, got, sizeof(bytes)) == 0);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static void relays(const char *in)
{
	struct pty_relay r = PTY_RELAY_INIT;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), tty, slave, fds, out[2];
	int status;

	(void)in;
	alarm(60);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return;
	tty = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(tty >= 0 && pipe2(out, O_CLOEXEC) == 0);
	/* a session leader has no controlling terminal, and must not get one here */
	CHECK(setsid() > 0);
	set_size(master, 33, 77);
	start(&r, tty, out[1]);
	fds = r.fds;
	/* stop the relay, so that only the caller copies the size */
	kill(r.pid, SIGSTOP);
	CHECK(waitpid(r.pid, &status, WUNTRACED) == r.pid && WIFSTOPPED(status));
	slave = open_slave(&r, tty);
	CHECK(has_size(slave, 33, 77));
	CHECK(open("/dev/tty", O_RDWR | O_CLOEXEC) < 0);
	set_size(master, 44, 88);
	kill(r.pid, SIGCONT);
	CHECK_SOON(has_size(slave, 44, 88));
	CHECK_SOON(is_raw(tty));
	set_size(master, 55, 99);
	kill(r.pid, SIGWINCH);
	CHECK_SOON(has_size(slave, 55, 99));
	/* the relay blocks other signals */
	kill(r.pid, SIGTERM);
	CHECK_INT(write(slave, "hello\n", 6), 6);
	CHECK_STR(get(out[0], 7), "hello\r\n");
	CHECK_INT(write(master, "abc\n", 4), 4);
	CHECK_STR(get(slave, 4), "abc\n");
	CHECK_STR(get(out[0], 5), "abc\r\n"); /* the echo */
	CHECK(!relay_has(r.pid, fds));
	copy_much(master, slave);
	/* the relay ends when the program has closed the terminal */
	close(slave);
	CHECK_SOON(has_ended(r.pid));
	CHECK(!is_raw(tty));
	pty_relay_end(&r);
	CHECK(r.pid == 0 && r.line == -1 && r.fds == -1);
	CHECK(unit_has_no_child());
	close(tty);
	close(master);
	close(out[0]);
	close(out[1]);
}

/* The end of the input is sent once, and the output is copied to its end. */
static void ends_input(const char *in)
{
	struct pty_relay r = PTY_RELAY_INIT;
	int input, out[2], slave;
	char file[64];

	alarm(60);
	snprintf(file, sizeof(file), "%s/input", in);
	unit_put(AT_FDCWD, file, "data\n");
	input = open(file, O_RDONLY | O_CLOEXEC);
	CHECK(input >= 0 && pipe2(out, O_CLOEXEC) == 0);
	start(&r, input, out[1]);
	close(input);
	slave = open_slave(&r, 1);
	CHECK_STR(get(slave, 5), "data\n");
	CHECK_STR(get(out[0], 6), "data\r\n"); /* the echo */
	CHECK(readable_in(slave, 10000));
	CHECK_STR(get(slave, 1), "");
	CHECK(!readable_in(slave, 100));
	CHECK_INT(write(slave, "last\n", 5), 5);
	/* the program still has the terminal open */
	pty_relay_end(&r);
	CHECK_STR(get(out[0], 6), "last\r\n");
	close(slave);
	close(out[0]);
	close(out[1]);
}

static void refuses(const char *in)
{
	struct pty_relay r = PTY_RELAY_INIT;
	struct nserr e = NSERR_INIT;
	struct rlimit before, limit;
	int pair[2], free_fd;
	char file[64];

	/* there is no free descriptor for the directory, or for the sockets */
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	free_fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	close(free_fd);
	for (int more = 0; more < 2; more++) {
		limit = before;
		limit.rlim_cur = (rlim_t)(free_fd + more);
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
		CHECK_INT(pty_relay_start(&r, &e), -EMFILE);
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
		CHECK_STR(e.what,
			  more ? "cannot create a socket pair" : "cannot open /proc/self/fd");
		CHECK_INT(e.errnum, EMFILE);
	}
	/* the relay has ended */
	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	close(pair[1]);
	r.line = pair[0];
	r.fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(pty_open(&r, &e), -EPIPE);
	CHECK_STR(e.what, "cannot send the pseudo-terminal to the relay process");
	CHECK_INT(r.fds, -1);
	/* /dev/ptmx is a regular file, another device, or missing */
	snprintf(file, sizeof(file), "%s/file", in);
	unit_put(AT_FDCWD, file, "");
	for (int k = 0; k < 3; k++) {
		e = NSERR_INIT;
		if (k == 2)
			CHECK_INT(mount("tmpfs", "/dev", "tmpfs", 0, NULL), 0);
		else
			CHECK_INT(mount(k ? "/dev/null" : file, "/dev/ptmx", NULL, MS_BIND, NULL),
				  0);
		r.fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
		CHECK_INT(pty_open(&r, &e), k == 2 ? -ENOENT : -EINVAL);
		CHECK_STR(e.what, k == 2 ? "cannot open /dev/ptmx in the target"
					 : "/dev/ptmx of the target is not the pseudo-terminal "
					   "device 5:2");
		CHECK_INT(e.errnum, k == 2 ? ENOENT : 0);
		CHECK_INT(r.fds, -1);
	}
	close(pair[0]);
	/* the descriptor is not open; then, this process is a session leader already */
	CHECK_INT(pty_attach(1000000, &e), -EBADF);
	CHECK_STR(e.what, "cannot set the pseudo-terminal as the controlling terminal");
	CHECK_INT(pty_attach(1000000, &e), -EPERM);
	CHECK_STR(e.what, "cannot create a session");
}

static void terminals(void (*test)(const char *))
{
	if (access("/dev/ptmx", R_OK | W_OK) < 0)
		unit_skip_except_root("no terminals here");
	else
		sandbox(0, test);
}

static void the_relay_copies_text_sizes_and_settings(void)
{
	terminals(relays);
}

static void the_end_of_the_input_is_copied(void)
{
	terminals(ends_input);
}

static void a_false_terminal_is_refused(void)
{
	terminals(refuses);
}

UNIT_MAIN(CASE(the_relay_copies_text_sizes_and_settings), CASE(the_end_of_the_input_is_copied),
	  CASE(a_false_terminal_is_refused))
