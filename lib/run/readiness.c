// SPDX-License-Identifier: GPL-2.0-or-later
/* readiness: receives READY=1 of services on an abstract socket. */
#include "run/readiness.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"
#include "run/supervise.h"

static int set_up(struct readiness *r)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t n = sizeof(a);
	const int on = 1;

	/* the kernel chooses an abstract address that is not in use (unix(7), "Autobind") */
	if (bind(r->socket, (struct sockaddr *)&a, sizeof(a.sun_family)) < 0 ||
	    getsockname(r->socket, (struct sockaddr *)&a, &n) < 0 ||
	    setsockopt(r->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return -errno;
	if (n <= offsetof(struct sockaddr_un, sun_path) + 1 || a.sun_path[0] != '\0')
		return -EADDRNOTAVAIL;
	n -= offsetof(struct sockaddr_un, sun_path) + 1;
	snprintf(r->name, sizeof(r->name), "@%.*s", (int)n, a.sun_path + 1);
	return supervise_watch(r->socket);
}

int readiness_open(struct readiness *r, struct nserr *e)
{
	int rc;

	r->socket = file_above_std(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	rc = r->socket < 0 ? -errno : set_up(r);
	if (rc == 0)
		return 0;
	util_close(&r->socket);
	return nserr_set(e, rc, "cannot create a socket for NOTIFY_SOCKET");
}

/* Stores the pid of the sender, and closes the descriptors that came with the message, because a
 * process that sends BARRIER=1 waits until they are closed. */
static void read_control(struct msghdr *m, pid_t *sender)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS && n >= sizeof(struct ucred)) {
			struct ucred cred;

			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			*sender = cred.pid;
		}
		for (size_t i = 0; c->cmsg_type == SCM_RIGHTS && i < n / sizeof(int); i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			close(fd);
		}
	}
}

/* Returns true if the text has the line READY=1. */
static bool has_ready(const char *text)
{
	while (text) {
		const char *rest = str_after(text, "READY=1");

		if (rest && (*rest == '\n' || *rest == '\0'))
			return true;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return false;
}

bool readiness_receive(const struct readiness *r, bool (*accept)(const void *ctx, pid_t pid),
		       const void *ctx)
{
	bool ready = false;

	for (;;) {
		union {
			struct cmsghdr align;
			/* a message may contain up to 253 descriptors (SCM_MAX_FD) */
			char space[CMSG_SPACE(sizeof(struct ucred)) +
				   CMSG_SPACE(253 * sizeof(int))];
		} control;
		char text[4096];
		struct iovec part = { text, sizeof(text) - 1 };
		struct msghdr m = { .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };
		pid_t sender = 0;
		ssize_t n = RETRY_EINTR(recvmsg(r->socket, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT));

		if (n < 0)
			return ready;
		text[n] = '\0';
		read_control(&m, &sender);
		if (has_ready(text) && accept(ctx, sender))
			ready = true;
	}
}
