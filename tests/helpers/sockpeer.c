// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sockpeer: sends credentials and descriptors through Unix sockets between namespaces.
 *
 *	sockpeer recv PATH	waits for one sender, prints "pid N uid N" as the kernel
 *				translates them
 *	sockpeer send PATH	connects to a receiver (recv)
 *	sockpeer give PATH FILE	sends a descriptor of FILE to one receiver
 *	sockpeer take PATH FLAG	receives the descriptor, calls setns(2) with FLAG, prints the result
 *
 * A PATH that begins with @ is an abstract name.
 * recv and take write a line to descriptor 3 when they are listening.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int reach(const char *path, int listening)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t size = sizeof(a);

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (*path == '@') {
		a.sun_path[0] = '\0';
		size = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	}
	if (!listening) {
		if (connect(s, (struct sockaddr *)&a, size) < 0)
			die("connect");
		return s;
	}
	if (bind(s, (struct sockaddr *)&a, size) < 0 || listen(s, 1) < 0)
		die("bind");
	if (write(3, "ready\n", 6) == 6)
		close(3);
	s = accept(s, NULL, NULL);
	if (s < 0)
		die("accept");
	return s;
}

static int receive(int s)
{
	struct ucred c;
	socklen_t n = sizeof(c);

	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0)
		die("SO_PEERCRED");
	printf("pid %d uid %u\n", c.pid, c.uid);
	return 0;
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static int give(int s, const char *file)
{
	union control control = { 0 };
	char byte = 0;
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(file);
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	if (sendmsg(s, &m, 0) != 1)
		die("sendmsg");
	return 0;
}

static int take(int s, const char *flag)
{
	union control control = { 0 };
	char byte;
	struct iovec io = { &byte, 1 };
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	char link[64];
	ssize_t n;
	int fd;

	if (recvmsg(s, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	if (setns(fd, (int)strtol(flag, NULL, 0)) < 0) {
		printf("%s\n", strerror(errno));
		return 0;
	}
	n = readlink("/proc/self/ns/uts", link, sizeof(link) - 1);
	if (n < 0)
		die("readlink");
	link[n] = '\0';
	printf("%s\n", link);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "recv") == 0)
		return receive(reach(argv[2], 1));
	if (argc == 3 && strcmp(argv[1], "send") == 0)
		return read(reach(argv[2], 0), argv[1], 1) < 0;
	if (argc == 4 && strcmp(argv[1], "give") == 0)
		return give(reach(argv[2], 0), argv[3]);
	if (argc == 4 && strcmp(argv[1], "take") == 0)
		return take(reach(argv[2], 1), argv[3]);
	fputs("usage: sockpeer recv|send PATH | give PATH FILE | take PATH FLAG\n", stderr);
	return 1;
}
