// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsoci-console: runs a program on a new terminal and sends the terminal to a socket.
 *
 * usage: nsoci-console [-d PIDFILE] SOCKET PROGRAM [ARGUMENT...]
 *
 *	-d PIDFILE	run PROGRAM in the background: write the pid of PROGRAM to PIDFILE, and exit
 *			as soon as PROGRAM is executed
 *
 * An OCI engine passes --console-socket and receives the master side of the terminal there, as
 * SCM_RIGHTS (unix(7)). The program gets the other side as its controlling terminal and as its
 * standard streams. This program exits with 125 after a failure. Without -d it becomes PROGRAM.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void fail(const char *what, const char *name)
{
	fprintf(stderr, "nsoci-console: cannot %s '%s': %s\n", what, name, strerror(errno));
	exit(125);
}

/* Connects to the socket at path. Returns the descriptor of the connection. */
static int connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		fail("connect to", path);
	}
	strcpy(a.sun_path, path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		fail("connect to", path);
	return fd;
}

/* Sends the descriptor fd to the socket `to`, in a message whose text is `name`, the path of the
 * terminal. runc sends the same text. Error messages name the socket by its path, `path`. */
static void send_fd(int to, int fd, const char *name, const char *path)
{
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .h = { .cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS } };
	struct iovec text = { (void *)name, strlen(name) };
	struct msghdr m = { .msg_iov = &text,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.h), &fd, sizeof(fd));
	if (sendmsg(to, &m, MSG_NOSIGNAL) < 0)
		fail("send the terminal to", path);
}

/* Forks, and returns in the child. The parent waits until the child executes its program, which
 * closes the pipe between the two processes. Then the parent writes the pid of the child to
 * pid_file and exits. */
static void detach(const char *pid_file)
{
	int line[2], status;
	pid_t pid;
	FILE *f;
	char c;

	if (pipe2(line, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		fail("create a process for", pid_file);
	if (pid == 0) {
		close(line[0]);
		return;
	}
	close(line[1]);
	while (read(line[0], &c, 1) < 0 && errno == EINTR)
		;
	/* the end of file on the pipe can also mean that the child has failed */
	if (waitpid(pid, &status, WNOHANG) == pid)
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
	f = fopen(pid_file, "w");
	if (!f || fprintf(f, "%d", (int)pid) < 0 || fclose(f) != 0)
		fail("write", pid_file);
	exit(0);
}

/* Opens a pseudoterminal and sends its master side to the socket. Returns the descriptor of the
 * slave side. */
static int open_terminal(const char *path)
{
	int to = connect_to(path), master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	const char *name = master < 0 || unlockpt(master) < 0 ? NULL : ptsname(master);

	slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	if (slave < 0)
		fail("open", "/dev/ptmx");
	send_fd(to, master, name, path);
	return slave;
}

int main(int argc, char **argv)
{
	const char *pid_file = NULL;
	int slave;

	if (argc > 2 && !strcmp(argv[1], "-d")) {
		pid_file = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 3) {
		fputs("usage: nsoci-console [-d PIDFILE] SOCKET PROGRAM [ARGUMENT...]\n", stderr);
		return 125;
	}
	if (pid_file)
		detach(pid_file);
	slave = open_terminal(argv[1]);
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
		fail("take over", "the terminal");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			fail("use", "the terminal");
	execvp(argv[2], argv + 2);
	fail("execute", argv[2]);
}
