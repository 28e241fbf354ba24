// SPDX-License-Identifier: GPL-2.0-or-later
/* visit: calls a function inside each of several namespaces. */
#include "collect/visit.h"

#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/listen.h"
#include "ns/inside.h"

struct trip {
	const struct collect *c;
	struct visit *v;
	size_t n;
	visit_fn *f;
	const void *arg;
};

/* Returns true if ns is a namespace of the calling process. */
static bool is_own(const struct collect *c, const struct ns *ns)
{
	const struct nsmember *me = collect_member(c, c->q.self);

	return me && me->inode[nstype_index(ns->type)] == ns->inode;
}

/* Enters the namespace v->ns and calls t->f() there. Returns the result of t->f(), or a negative
 * errno. */
static int enter_and_call(const struct trip *t, struct visit *v)
{
	cleanup_fd int fd = collect_open(t->c, v->ns);
	int rc = fd < 0 ? fd : sys_setns(fd, v->ns->type->flag);

	return rc < 0 ? rc : t->f(v->ns, t->arg, &v->out);
}

/* Calls t->f() in all namespaces except those of the calling process, and stores each result. Runs
 * in a separate thread, which ends in the namespace that it entered last. Returns 0. */
static int go(void *arg)
{
	const struct trip *t = arg;

	for (size_t i = 0; i < t->n; i++)
		if (!is_own(t->c, t->v[i].ns))
			t->v[i].rc = enter_and_call(t, &t->v[i]);
	return 0;
}

/* ---- Through a user namespace ---- */

/* The header of the child's message. The bytes of the function's result follow it. */
struct answer {
	int rc;
	size_t n;
};

/* Enters the owning user namespace and then the namespace v->ns, calls t->f() there, and writes its
 * result to the descriptor `to`. Runs in the child. */
static void send_answer(const struct trip *t, struct visit *v, int to)
{
	cleanup_fd int fd = collect_open(t->c, v->ns);
	/* the scan may not have found a holder of the owner, if it was not asked for this type */
	cleanup_fd int user = fd < 0 ? fd : sys_ns_owner(fd);
	struct answer a = { .rc = user < 0 ? user : 0 };

	if (a.rc == 0)
		a.rc = sys_setns(user, CLONE_NEWUSER);
	if (a.rc == 0)
		a.rc = sys_setns(fd, v->ns->type->flag);
	if (a.rc == 0)
		a.rc = t->f(v->ns, t->arg, &v->out);
	a.n = v->out.len;
	if (file_write_all(to, &a, sizeof(a)) == 0)
		(void)!file_write_all(to, v->out.s, a.n);
}

/* Reads exactly n bytes. Returns false if the message of the child is shorter. */
static bool read_exactly(int fd, void *to, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = RETRY_EINTR(read(fd, (char *)to + done, n - done));

		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

/* Reads the message of the child. Returns the result of the function, or -EIO. */
static int read_answer(int from, struct buf *out)
{
	struct answer a;
	char part[4096];

	if (!read_exactly(from, &a, sizeof(a)))
		return -EIO;
	while (a.n > 0) {
		size_t n = MIN(a.n, sizeof(part));

		if (!read_exactly(from, part, n))
			return -EIO;
		buf_add(out, part, n);
		a.n -= n;
	}
	return a.rc;
}

/* Calls t->f() in a child process that enters the owning user namespace and then the namespace. In
 * that user namespace, its creator has all capabilities (user_namespaces(7)). A thread cannot enter
 * a user namespace. Returns the result of the function or a negative errno. */
static int visit_in_child(const struct trip *t, struct visit *v)
{
	int pair[2], rc;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	pid = sys_clone(0, NULL);
	if (pid == 0) {
		send_answer(t, v, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	buf_reset(&v->out);
	rc = pid < 0 ? pid : read_answer(pair[0], &v->out);
	close(pair[0]);
	if (pid > 0)
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	return rc;
}

void visit_all(const struct collect *c, struct visit *v, size_t n, visit_fn *f, const void *arg)
{
	struct trip t = { c, v, n, f, arg };
	int rc = n > 0 ? nsinside_thread(go, &t) : 0;

	for (size_t i = 0; i < n; i++) {
		if (is_own(c, v[i].ns))
			v[i].rc = f(v[i].ns, arg, &v[i].out);
		else if (rc < 0)
			v[i].rc = rc;
		else if (v[i].rc == -EPERM && v[i].ns->owner &&
			 v[i].ns->owner->inode != c->own_user)
			v[i].rc = visit_in_child(&t, &v[i]);
		if (v[i].rc == 0)
			v[i].rc = v[i].out.err;
	}
}

void visit_free(struct visit *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_free(&v[i].out);
}

/* ---- Functions to call in a namespace ---- */

int visit_hostname(const struct ns *ns, const void *arg, struct buf *out)
{
	struct utsname names;

	(void)ns;
	(void)arg;
	if (uname(&names) < 0)
		return -errno;
	buf_adds(out, names.nodename);
	return 0;
}

int visit_addresses(const struct ns *ns, const void *arg, struct buf *out)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	cleanup_net_ifaddrs struct net_ifaddrs addrs = NET_IFADDRS_INIT;
	int rc = netlink_open(&nl, NULL);

	(void)ns;
	(void)arg;
	if (rc == 0)
		rc = net_ifaddrs_read(&nl, &addrs, NULL);
	if (rc == 0)
		buf_add(out, addrs.v, addrs.n * sizeof(*addrs.v));
	return rc;
}

int visit_links(const struct ns *ns, const void *arg, struct buf *out)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	cleanup_net_links struct net_links links = NET_LINKS_INIT;
	int rc = netlink_open(&nl, NULL);

	(void)ns;
	(void)arg;
	if (rc == 0)
		rc = net_links_read(&nl, &links, NULL);
	if (rc == 0)
		buf_add(out, links.v, links.n * sizeof(*links.v));
	return rc;
}

int visit_listeners(const struct ns *ns, const void *arg, struct buf *out)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	cleanup_net_listeners struct net_listeners l = NET_LISTENERS_INIT;
	int rc = netlink_open_family(&nl, NETLINK_SOCK_DIAG, NULL);

	(void)ns;
	if (rc == 0)
		rc = net_listeners_read(&nl, *(const int *)arg, &l, NULL);
	if (rc == 0)
		buf_add(out, l.v, l.n * sizeof(*l.v));
	return rc;
}
