// SPDX-License-Identifier: GPL-2.0-or-later
/* socket: duplicates sockets of other processes in a child, which the caller need not wait for. */
#include "ns/socket.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "kernel/sys_stat.h"

/*
 * Duplicates the descriptor, checks that it is a socket and opens its network namespace. Runs in
 * the child. Returns a descriptor of the namespace, -ENOTSOCK if the file is not a socket, or a
 * negative errno. Sets *inode to the inode of the socket. The duplicate stays open until the child
 * ends.
 */
static int take(int pidfd, int fd, uint64_t *inode)
{
	int sock = pidfd < 0 ? pidfd : sys_pidfd_getfd(pidfd, fd);
	struct statx st;

	if (sock < 0)
		return sock;
	/* without AT_STATX_DONT_SYNC, statx(2) would wait for a network or FUSE file server */
	if (statx(sock, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &st) < 0 ||
	    !(st.stx_mask & STATX_TYPE) || !S_ISSOCK(st.stx_mode))
		return -ENOTSOCK;
	*inode = st.stx_ino;
	return sys_ns_of_socket(sock);
}

/* ---- Many sockets */

struct work { /* The state of a request, in memory that the caller shares with the child. */
	struct nssocket *s;
	size_t n, at; /* `at` is the index of the next socket */
	/* the child has duplicated a file that is not a socket; nssocket_ask() does not wait for
	 * the child, because closing this file may block indefinitely */
	bool stuck;
	uint64_t *done;
	size_t slots; /* number of elements of done: a power of 2, more than n */
};

/* Returns the slot that has this inode, or the empty slot for it. */
static uint64_t *slot_of(const struct work *w, uint64_t inode)
{
	size_t i = inode & (w->slots - 1);

	while (w->done[i] && w->done[i] != inode)
		i = (i + 1) & (w->slots - 1);
	return &w->done[i];
}

static int ask_one(int pidfd, struct nssocket *s)
{
	uint64_t inode = 0;
	cleanup_fd int ns = take(pidfd, s->fd, &inode);
	struct stat st;

	if (inode && inode != s->inode)
		return -EBADF;
	if (ns < 0)
		return ns;
	if (fstat(ns, &st) < 0)
		return -errno;
	s->ns = (uint32_t)st.st_ino;
	return 0;
}

/* Examines sockets one after the other. Runs in the child, which ends after it has duplicated a
 * file that is not a socket, or when it has no free descriptors. Returns 0. */
static int ask_many(void *arg)
{
	struct work *w = arg;
	size_t first = w->at;
	pid_t pid = 0;
	int pidfd = -1;

	for (; w->at < w->n && !w->stuck; w->at++) {
		struct nssocket *s = &w->s[w->at];
		uint64_t *slot = slot_of(w, s->inode);

		s->rc = -EEXIST;
		if (*slot)
			continue;
		if (s->pid != pid) {
			util_close(&pidfd);
			pid = s->pid;
			pidfd = sys_pidfd_open_task(pid);
		}
		s->rc = ask_one(pidfd, s);
		if (s->rc == -EMFILE && w->at > first)
			break; /* the caller creates another child, which has free descriptors */
		w->stuck = s->rc == -ENOTSOCK;
		if (s->rc == 0)
			*slot = s->inode;
		else if (w->stuck)
			s->rc = -EBADF;
	}
	return 0;
}

int nssocket_ask(struct nssocket *s, size_t n)
{
	size_t slots = 64, size;
	struct work *w;
	char *shared;
	int rc = 0;

	if (n == 0)
		return 0;
	while (slots < 2 * n)
		slots *= 2;
	size = sizeof(*w) + slots * sizeof(*w->done) + n * sizeof(*s);
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	w = (void *)shared;
	w->slots = slots;
	w->done = (void *)(shared + sizeof(*w));
	w->s = (void *)(shared + sizeof(*w) + slots * sizeof(*w->done));
	w->n = n;
	memcpy(w->s, s, n * sizeof(*s));
	while (rc >= 0 && w->at < n) {
		size_t before = w->at;

		w->stuck = false;
		rc = sys_run_apart(ask_many, w);
		if (rc > 0 && !w->stuck)
			(void)RETRY_EINTR(waitpid(rc, NULL, 0));
		if (rc > 0 && w->at == before) /* the child was killed */
			rc = -EIO;
	}
	memcpy(s, w->s, n * sizeof(*s));
	munmap(shared, size);
	return MIN(rc, 0);
}

/* ---- A single socket */

struct message {
	struct msghdr head;
	struct iovec iov;
	int rc;
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
};

static struct msghdr *message_init(struct message *m)
{
	*m = (struct message){ .iov = { &m->rc, sizeof(m->rc) } };
	m->head = (struct msghdr){ .msg_iov = &m->iov,
				   .msg_iovlen = 1,
				   .msg_control = m->control.room,
				   .msg_controllen = sizeof(m->control.room) };
	return &m->head;
}

struct one {
	int pidfd, fd;
	int to; /* socket to which the child sends its result */
};

/* Sends the descriptor of the namespace or the error to the caller. Runs in the child. Returns
 * 0. */
static int send_one(void *arg)
{
	const struct one *o = arg;
	uint64_t inode;
	int ns = take(o->pidfd, o->fd, &inode);
	struct message m;
	struct cmsghdr *c;

	message_init(&m);
	m.rc = MIN(ns, 0);
	if (ns >= 0) {
		c = CMSG_FIRSTHDR(&m.head);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(ns));
		memcpy(CMSG_DATA(c), &ns, sizeof(ns));
	} else {
		m.head.msg_controllen = 0;
	}
	(void)!RETRY_EINTR(sendmsg(o->to, &m.head, MSG_NOSIGNAL));
	return 0;
}

static int receive_one(int from)
{
	struct message m;
	struct cmsghdr *c;
	int ns;

	message_init(&m);
	if (RETRY_EINTR(recvmsg(from, &m.head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) !=
	    (ssize_t)sizeof(m.rc))
		return -EIO;
	c = CMSG_FIRSTHDR(&m.head);
	if (m.rc < 0)
		return m.rc;
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -EMFILE; /* the caller had no free descriptor for the namespace */
	memcpy(&ns, CMSG_DATA(c), sizeof(ns));
	return file_above_std(ns);
}

int nssocket_open(int pidfd, int fd)
{
	struct one o = { .pidfd = pidfd, .fd = fd };
	cleanup_fd int from = -1, to = -1;
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	from = pair[0];
	to = pair[1];
	o.to = to;
	pid = sys_run_apart(send_one, &o);
	if (pid < 0)
		return pid;
	rc = receive_one(from);
	/* wait until the child has ended, because the program would inherit a child that it did not
	 * create */
	if (rc != -ENOTSOCK && rc != -EIO)
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return rc;
}
