// SPDX-License-Identifier: GPL-2.0-or-later
/* pty.c: runs a program on a new terminal, types to it and compares its output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char seen[1 << 20]; /* output of the terminal that no -e option has matched yet */
static size_t nseen;
static int terminal;
static time_t deadline;
static pid_t child;

static void usage(FILE *to)
{
	fputs("usage: pty [-t SECONDS] {-e TEXT | -s TEXT | -k SIGNAL}... -- PROGRAM [ARG...]\n"
	      "Runs PROGRAM as the leader of a session on a new terminal and does the steps in\n"
	      "order: -e waits until TEXT appears behind what an earlier -e has found, -s types\n"
	      "TEXT (\\r, \\n, \\\\, and ^C for control characters), -k signals PROGRAM, 'hup' "
	      "hangs\n"
	      "the terminal up. Everything shown goes to standard output. Exit status: that of\n"
	      "PROGRAM, 128+n for a signal; 99 when a step took more than SECONDS (10).\n",
	      to);
}

static void fail(const char *what, const char *arg)
{
	fprintf(stderr, "pty: %s '%s'\n", what, arg);
	kill(child, SIGKILL);
	exit(99);
}

/*
 * Reads output of the terminal and prints it; waits at most until the deadline. Returns 0 at the
 * end of the output.
 */
static int show(const char *step)
{
	struct pollfd p = { .fd = terminal, .events = POLLIN };
	time_t left = deadline - time(NULL);
	ssize_t n;

	if (left < 0 || poll(&p, 1, (int)left * 1000) == 0)
		fail("too late:", step);
	if (nseen == sizeof(seen) - 1)
		fail("too much is shown before", step);
	n = read(terminal, seen + nseen, sizeof(seen) - 1 - nseen);
	if (n <= 0)
		return 0; /* EIO means that the last process has closed the terminal */
	fwrite(seen + nseen, 1, (size_t)n, stdout);
	fflush(stdout);
	nseen += (size_t)n;
	return 1;
}

static void expect(const char *text)
{
	for (;;) {
		char *at = nseen ? memmem(seen, nseen, text, strlen(text)) : NULL;

		if (at) {
			at += strlen(text);
			nseen -= (size_t)(at - seen);
			memmove(seen, at, nseen);
			return;
		}
		if (!show(text))
			fail("the terminal was closed before it showed", text);
	}
}

static void type(const char *text)
{
	for (; *text; text++) {
		char c = *text;

		if (c == '^' && text[1])
			c = (char)(*++text & 0x1f);
		else if (c == '\\' && text[1])
			switch (*++text) {
			case 'r':
				c = '\r';
				break;
			case 'n':
				c = '\n';
				break;
			default:
				c = *text;
			}
		if (write(terminal, &c, 1) != 1)
			fail("cannot type", text);
	}
}

static void start(char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 200 };
	int fd;

	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0) {
		perror("pty: cannot open a terminal");
		exit(99);
	}
	ioctl(terminal, TIOCSWINSZ, &size);
	fd = ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	child = fork();
	if (child == 0) {
		setsid();
		if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
			_exit(98);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	const char options[] = "+t:e:s:k:";
	int c, seconds = 10, status;

	while ((c = getopt(argc, argv, options)) != -1) {
		if (c == '?') {
			usage(stderr);
			return 99;
		}
		if (c == 't')
			seconds = atoi(optarg);
	}
	if (!argv[optind]) {
		usage(stderr);
		return 99;
	}
	start(argv + optind);
	optind = 1;
	while ((c = getopt(argc, argv, options)) != -1) {
		deadline = time(NULL) + seconds;
		if (c == 'e')
			expect(optarg);
		else if (c == 's')
			type(optarg);
		else if (c == 'k' && strcmp(optarg, "hup") == 0)
			close(terminal);
		else if (c == 'k')
			kill(child, atoi(optarg));
	}
	deadline = time(NULL) + seconds;
	while (fcntl(terminal, F_GETFD) >= 0 && show("the end"))
		nseen = 0;
	/* set an alarm, because a process that has lost its terminal may still run */
	for (alarm((unsigned)seconds); waitpid(child, &status, 0) < 0 && errno == EINTR;)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
