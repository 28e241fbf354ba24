// SPDX-License-Identifier: GPL-2.0-or-later
/* report: sends the pid of the program from an init process to the tool outside. */
#include "run/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/num.h"
#include "run/line.h"

#define VARIABLE "NSUTILS_REPORT_FD"

/* The texts of the messages between the init process and the tool. */
#define PROGRAM "pid"
#define FAILED  "failed"

int report_open(int pair[2], struct nserr *e)
{
	const int on = 1;
	int rc = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		rc = -errno;
		pair[0] = pair[1] = -1;
	}
	for (int i = 0; i < 2 && rc == 0; i++) {
		pair[i] = file_above_std(pair[i]);
		if (pair[i] < 0)
			rc = pair[i];
	}
	/* with SO_PASSCRED, the kernel adds the sender's pid to every message (unix(7)) */
	if (rc == 0 && setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	util_close(&pair[0]);
	util_close(&pair[1]);
	return nserr_set(e, rc, "cannot create a socket to receive the pid of the program");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool report_chain_has_init(char *const argv[])
{
	static const char *const before[] = { "nstimeoffset", "nsenter2", "nspivot", "nsunshare" };

	while (*argv && !streq(base_name(*argv), "nsinit")) {
		bool ours = false;

		for (size_t i = 0; i < ARRAY_SIZE(before); i++)
			ours |= streq(base_name(*argv), before[i]);
		if (!ours)
			return false;
		while (*argv && !streq(*argv, "--"))
			argv++;
		argv += *argv != NULL;
	}
	return *argv != NULL;
}

bool report_is_pivot(char *const argv[])
{
	return *argv && streq(base_name(*argv), "nspivot");
}

int report_pass(int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	if (setenv(VARIABLE, number, 1) < 0)
		return -errno;
	return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
}

int report_inherited(void)
{
	const char *number = getenv(VARIABLE);
	int fd = -1, domain = 0, type = 0;
	socklen_t n = sizeof(int);

	if (!number)
		return -1;
	if (num_fd(number, &fd) < 0 || fd < 3 ||
	    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) < 0 || domain != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0 || type != SOCK_SEQPACKET ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		fd = -1;
	unsetenv(VARIABLE);
	return fd;
}

int report_program(int fd, struct nserr *e)
{
	char answer[sizeof(e->what) + 64];
	ssize_t n = -1;

	if (line_send(fd, PROGRAM, strlen(PROGRAM)) == 0)
		n = RETRY_EINTR(recv(fd, answer, sizeof(answer) - 1, 0));
	if (n <= 0)
		return nserr_set(
			e, 0, "lost contact with the process that reports the pid of the program");
	answer[n] = '\0';
	return streq(answer, "ok") ? 0 : nserr_set(e, 0, "%s", answer);
}

void report_failed(int fd)
{
	(void)!line_send(fd, FAILED, strlen(FAILED));
}

int report_receive(int fd, pid_t *pid)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char text[8];
	struct iovec part = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct ucred sender;
	ssize_t n = -1;

	/* try again, because ENOMEM and ENOBUFS may be transient */
	for (int tries = 0; tries < 100 && n < 0; tries++) {
		n = RETRY_EINTR(recvmsg(fd, &m, MSG_CMSG_CLOEXEC));
		if (n < 0 && errno == EAGAIN)
			return -EAGAIN;
	}

	if (n <= 0)
		return n < 0 && errno != ECONNRESET ? -errno : 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS ||
		    c->cmsg_len != CMSG_LEN(sizeof(sender)))
			continue;
		memcpy(&sender, CMSG_DATA(c), sizeof(sender));
		*pid = sender.pid;
		if (text[0] == FAILED[0])
			return REPORT_FAILED;
		return sender.pid > 0 ? REPORT_PID : -ESRCH;
	}
	return -EPROTO;
}

void report_answer(int fd, const struct nserr *e)
{
	char text[sizeof(e->what) + 64];
	int n = snprintf(text, sizeof(text), "ok");

	if (e)
		n = snprintf(text, sizeof(text), "%s%s%s", e->what, e->errnum ? ": " : "",
			     e->errnum ? strerror(e->errnum) : "");
	(void)!line_send(fd, text, MIN((size_t)n, sizeof(text) - 1));
}
