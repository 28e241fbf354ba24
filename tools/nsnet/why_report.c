// SPDX-License-Identifier: GPL-2.0-or-later
/* why_report: formats the lines of the report, and defines functions that all checks need. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/sys_ns.h"
#include "why.h"

/* ---- the report */

bool why_say(struct why *y, const char *mark, const char *cure, const char *fmt, ...)
{
	char line[512], safe[2 * CURE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	str_escape(safe, sizeof(safe), line, strlen(line));
	buf_printf(&y->text, "%-5s %s\n", mark, safe);
	if (cure) {
		str_escape(safe, sizeof(safe), cure, strlen(cure));
		buf_printf(&y->text, "      cure: %s\n", safe);
	}
	y->failures += streq(mark, "FAIL");
	return false;
}

/* ---- the namespace */

void why_enter(struct why *y)
{
	int rc = sys_setns(y->n->ns, CLONE_NEWNET);

	if (rc < 0)
		cli_die(rc, "cannot enter the network namespace");
}

void why_leave(struct why *y)
{
	int rc = sys_setns(y->n->own_ns, CLONE_NEWNET);

	if (rc < 0)
		cli_die(rc, "cannot enter the network namespace of the peer device");
}

char *why_at_host(const struct why *y, char *cure, size_t size)
{
	cleanup_buf struct buf b = BUF_INIT;
	const char *end;

	if (!y->host_label[0])
		return cure;
	for (const char *at = cure; *at; at = end) {
		end = strstr(at, "; ");
		end = end ? end + 2 : at + strlen(at);
		buf_adds(&b, in_namespace(y->host_label, false));
		buf_add(&b, at, (size_t)(end - at));
	}
	if (b.s)
		snprintf(cure, size, "%s", b.s);
	return cure;
}

bool why_run(struct why *y, why_check *const *checks)
{
	for (; *checks; checks++)
		if (!(*checks)(y))
			return false;
	return true;
}

/* ---- sockets that listen */

/* Returns true if a socket table of /proc/net, proc_net(5), has a socket with this local port in
 * this state. The lines of the table are "SL: LOCAL:PORT REMOTE:PORT STATE …". */
static bool table_has(const char *text, uint16_t port, const char *state)
{
	char want[8];

	snprintf(want, sizeof(want), ":%04X ", port);
	for (const char *line = strchr(text, '\n'); line && line[1];
	     line = strchr(line + 1, '\n')) {
		const char *local = strchr(line, ':'), *remote;

		local = local ? strchr(local + 1, ':') : NULL;
		remote = local ? strchr(local + 1, ':') : NULL;
		if (remote && strncmp(local, want, 6) == 0 && strlen(remote) > 8 &&
		    strncmp(remote + 6, state, 2) == 0)
			return true;
	}
	return false;
}

int why_listens(bool udp, uint16_t port)
{
	static const char *const paths[2][2] = { { "/proc/self/net/tcp", "/proc/self/net/tcp6" },
						 { "/proc/self/net/udp", "/proc/self/net/udp6" } };
	int any = -1;

	for (int i = 0; i < 2; i++) {
		cleanup_fd int fd = file_open_at(AT_FDCWD, paths[udp][i], O_RDONLY, 0);
		cleanup_free char *text = NULL;

		if (fd < 0 || file_slurp(fd, 16 << 20, &text) < 0)
			continue;
		/* 0A is TCP_LISTEN; 07 is TCP_CLOSE, the state of a UDP socket without a peer */
		if (table_has(text, port, udp ? "07" : "0A"))
			return 1;
		any = 0;
	}
	return any;
}
