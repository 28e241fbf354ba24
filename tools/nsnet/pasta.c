// SPDX-License-Identifier: GPL-2.0-or-later
/* pasta: connects the namespace of an ordinary user with the program pasta(1). */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "nsnet.h"

#define READY_MS 10000

struct argv {
	char *v[96];
	size_t n;
};

static void add_arg(struct argv *a, const char *s)
{
	/* Reserve the last element for the terminating NULL. */
	if (a->n < ARRAY_SIZE(a->v) - 1)
		a->v[a->n++] = (char *)(uintptr_t)s;
}

/* Writes the arguments of pasta. The arguments make pasta forward only published ports, and prevent
 * the namespace from reaching the host's loopback addresses. */
static void pasta_argv(const struct net *n, pid_t target, char text[PASTA_ARGS_MAX], struct argv *a)
{
	static char ports[NET_WORDS_MAX][64], userns[40], netns[40];
	char *save = NULL, addr[NET_ADDR_TEXT];
	bool any[2] = { false, false };

	add_arg(a, "pasta");
	for (const char *const *o = (const char *const[]){ "-f", "-q", "--config-net", "-T", "none",
							   "-U", "none", "--no-map-gw", NULL };
	     *o; o++)
		add_arg(a, *o);
	for (size_t i = 0; i < n->n_publish; i++) {
		const struct publish *p = &n->publish[i];

		snprintf(ports[i], sizeof(ports[i]), "%s%s%u:%u",
			 p->addr.family ? net_addr_format(&p->addr, false, addr) : "",
			 p->addr.family ? "/" : "", p->outer, p->inner);
		add_arg(a, p->udp ? "-u" : "-t");
		add_arg(a, ports[i]);
		any[p->udp] = true;
	}
	for (int udp = 0; udp < 2; udp++)
		if (!any[udp]) {
			add_arg(a, udp ? "-u" : "-t");
			add_arg(a, "none");
		}
	snprintf(text, PASTA_ARGS_MAX, "%s", n->pasta_args ? n->pasta_args : "");
	for (char *s = strtok_r(text, " ", &save); s; s = strtok_r(NULL, " ", &save))
		add_arg(a, s);
	snprintf(userns, sizeof(userns), "/proc/%d/ns/user", (int)target);
	snprintf(netns, sizeof(netns), "/proc/%d/ns/net", (int)target);
	add_arg(a, "--userns");
	add_arg(a, userns);
	add_arg(a, "--netns");
	add_arg(a, netns);
}

/*
 * Runs in the background process: waits until the namespaces exist, runs pasta, and ends pasta when
 * the target process ends. The pasta of Debian 12 does not notice the end of the target, and the
 * kernel clears a parent death signal when pasta enters the user namespace (prctl(2)). Never
 * returns.
 */
static _Noreturn void watch(const struct net *n, int line, int target, pid_t target_pid)
{
	struct pollfd p[2] = { { .fd = target, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	char text[PASTA_ARGS_MAX], go;
	struct argv a = { 0 };
	int null, wstatus = 0;
	pid_t pasta;

	/* A byte means that the namespaces exist, and EOF that they will not be created. */
	if (RETRY_EINTR(read(line, &go, 1)) != 1)
		_exit(0);
	pasta_argv(n, target_pid, text, &a);
	pasta = fork();
	if (pasta == 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(null, 0);
		dup2(null, 1);
		execvp(a.v[0], a.v);
		_exit(errno == ENOENT ? 127 : 126);
	}
	p[1].fd = pasta < 0 ? -1 : sys_pidfd_open(pasta);
	while (pasta > 0 && RETRY_EINTR(poll(p, 2, -1)) > 0)
		if (p[0].revents || p[1].revents)
			break;
	/* End pasta also if poll(2) has failed. If pasta has ended, the signal has no effect. */
	if (pasta > 0) {
		kill(pasta, SIGKILL);
		(void)RETRY_EINTR(waitpid(pasta, &wstatus, 0));
	}
	/* Send the exit status of pasta to run_pasta(), if that function still waits. */
	(void)!send(line, &wstatus, sizeof(wstatus), MSG_NOSIGNAL | MSG_DONTWAIT);
	_exit(0);
}

/* Starts the background process before the namespaces are created, because the sockets of pasta
 * must belong to the caller's network namespace. The process is created by a child that ends at
 * once, so the program never sees it as its own child. */
int run_pasta_start(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t self = getpid(), between;
	struct net *n = ctx;
	int line[2], target;

	(void)s;
	target = sys_pidfd_open(self);
	if (target < 0)
		return nserr_set(e, target, "cannot open a pidfd of this process");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) < 0) {
		close(target);
		return nserr_set(e, errno, "cannot create a socket pair");
	}
	between = fork();
	if (between == 0) {
		close(line[0]);
		if (setsid() < 0 || fork() != 0)
			_exit(0);
		watch(n, line[1], target, self);
	}
	close(line[1]);
	close(target);
	n->pasta_line = file_above_std(line[0]);
	if (between < 0)
		return nserr_set(e, errno, "cannot create a process");
	(void)RETRY_EINTR(waitpid(between, NULL, 0));
	return n->pasta_line < 0 ? nserr_set(e, n->pasta_line, "cannot use a socket pair") : 0;
}

void undo_pasta_start(void *ctx, const struct plan_step *s)
{
	struct net *n = ctx;

	(void)s;
	util_close(&n->pasta_line);
}

/* The process writes the maps from inside the new user namespace, without privilege in the parent
 * namespace. Therefore setgroups(2) must be denied before the map of groups is written
 * (user_namespaces(7)). */
int run_userns(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct {
		const char *path;
		unsigned id;
	} maps[] = { { "/proc/self/uid_map", geteuid() }, { "/proc/self/gid_map", getegid() } };
	int rc = sys_unshare(CLONE_NEWUSER);

	(void)ctx;
	(void)s;
	if (rc < 0)
		return nserr_set(e, rc, "cannot create a user namespace");
	rc = file_write_at(AT_FDCWD, "/proc/self/setgroups", "deny");
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(maps); i++) {
		char line[32];

		snprintf(line, sizeof(line), "%u %u 1", maps[i].id, maps[i].id);
		rc = file_write_at(AT_FDCWD, maps[i].path, line);
	}
	return rc < 0 ? nserr_set(e, rc, "cannot write the maps of the user namespace") : 0;
}

static bool has_default_route(struct net *n)
{
	struct net_routes routes cleanup_net_routes = NET_ROUTES_INIT;

	if (net_routes_read(&n->inner, &routes, NULL) < 0)
		return false;
	for (size_t i = 0; i < routes.n; i++)
		if (routes.v[i].dst.prefix == 0)
			return true;
	return false;
}

static int pasta_failed(int line, struct nserr *e)
{
	int wstatus = 0;

	if (RETRY_EINTR(recv(line, &wstatus, sizeof(wstatus), 0)) == sizeof(wstatus) &&
	    WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 127) {
		nserr_set(e, 0, "cannot execute pasta: not found");
		nserr_hint(e, "install the package passt");
		return -ENOENT;
	}
	return nserr_set(e, 0, "pasta could not connect the namespace");
}

/* Waits until pasta has added the default route, which it adds last. The kernel reports each new
 * route to a bound netlink socket. */
int run_pasta(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct sockaddr_nl routes = { .nl_family = AF_NETLINK,
					    .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };
	struct netlink news cleanup_netlink = NETLINK_INIT;
	struct net *n = ctx;
	int rc = netlink_open(&news, e);
	struct pollfd p[2] = { { .fd = news.fd, .events = POLLIN },
			       { .fd = n->pasta_line, .events = POLLIN } };

	(void)s;
	if (rc < 0)
		return rc;
	if (bind(news.fd, (const struct sockaddr *)&routes, sizeof(routes)) < 0)
		return nserr_set(e, errno, "cannot watch the routes");
	if (send(n->pasta_line, "", 1, MSG_NOSIGNAL) != 1)
		return nserr_set(e, EPIPE, "lost contact with the background process");
	while (!has_default_route(n)) {
		char text[8192];
		int ready = RETRY_EINTR(poll(p, 2, READY_MS));

		if (ready > 0 && p[1].revents)
			return pasta_failed(n->pasta_line, e);
		if (ready <= 0)
			return nserr_set(e, ETIMEDOUT, "pasta added no default route");
		(void)!recv(news.fd, text, sizeof(text), MSG_DONTWAIT);
	}
	util_close(&n->pasta_line);
	return 0;
}

/* Prints a command with which pasta creates the namespaces and runs the program there. */
void show_pasta(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;
	struct argv a = { 0 };
	char text[PASTA_ARGS_MAX];

	(void)s;
	pasta_argv(n, 0, text, &a);
	for (size_t i = 0; i < a.n; i++) {
		/* omit --userns and --netns, which name existing namespaces */
		if (streq(a.v[i], "--userns"))
			break;
		buf_adds(out, i ? " " : "");
		shell_word(out, a.v[i]);
	}
	buf_adds(out, " --");
	for (char **w = n->argv; *w; w++) {
		buf_addc(out, ' ');
		shell_word(out, *w);
	}
	buf_addc(out, '\n');
}
