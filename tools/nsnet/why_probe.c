// SPDX-License-Identifier: GPL-2.0-or-later
/* why_probe: sends one packet from the namespace, traces it through the firewall rules of the
 * namespace and of the caller's namespace, and reports what happened to it. */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/file.h"
#include "trace.h"

#define WAIT_MS 1500 /* maximum time for an answer; the first packet may wait 1 s for ARP */

enum answer { NOTHING, ANSWERED, REFUSED, UNREACHABLE };

/* ---- the packet */

static socklen_t sockaddr_of(const struct why *y, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (void *)to;
	struct sockaddr_in *in = (void *)to;

	*to = (struct sockaddr_storage){ .ss_family = y->dst.family };
	if (y->dst.family == AF_INET6) {
		memcpy(&in6->sin6_addr, y->dst.b, 16);
		in6->sin6_port = htons(y->port);
		return sizeof(*in6);
	}
	memcpy(&in->sin_addr, y->dst.b, 4);
	in->sin_port = htons(y->port);
	return sizeof(*in);
}

static uint16_t echo_id(void)
{
	return (uint16_t)getpid();
}

static int send_echo(int fd, bool v6)
{
	struct icmphdr echo = { .type = ICMP_ECHO };
	struct icmp6_hdr echo6 = { .icmp6_type = ICMP6_ECHO_REQUEST };
	uint32_t sum;

	/* the kernel computes the checksum for ICMPv6 but not for ICMP */
	echo.un.echo.id = htons(echo_id());
	echo6.icmp6_id = htons(echo_id());
	sum = (uint32_t)(htons(ICMP_ECHO << 8)) + echo.un.echo.id;
	echo.checksum = (uint16_t) ~((sum & 0xffff) + (sum >> 16));
	return send(fd, v6 ? (const void *)&echo6 : &echo, v6 ? sizeof(echo6) : sizeof(echo), 0) < 0
		       ? -errno
		       : 0;
}

/* Sends the packet from the process's network namespace. Returns the socket, or a negative errno.
 */
static int send_packet(const struct why *y)
{
	const bool v6 = y->dst.family == AF_INET6;
	struct sockaddr_storage to;
	socklen_t len = sockaddr_of(y, &to);
	int type = !y->port ? SOCK_RAW : y->udp ? SOCK_DGRAM : SOCK_STREAM, on = 1, rc = 0;
	int fd = file_above_std(socket(y->dst.family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
				       y->port ? 0
				       : v6    ? IPPROTO_ICMPV6
					       : IPPROTO_ICMP));

	if (fd < 0)
		return fd == -1 ? -errno : fd;
	/* receive the ICMP errors that a router sends */
	(void)!setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on,
			  sizeof(on));
	if (connect(fd, (const struct sockaddr *)&to, len) < 0 && errno != EINPROGRESS)
		rc = -errno;
	if (rc == 0 && !y->port)
		rc = send_echo(fd, v6);
	else if (rc == 0 && y->udp && send(fd, "", 1, 0) < 0)
		rc = -errno;
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static bool is_echo_reply(const char *data, ssize_t n, bool v6)
{
	/* a raw socket returns the IPv4 header, but not the IPv6 header */
	size_t skip = v6 ? 0 : 4u * (unsigned)((const struct iphdr *)(const void *)data)->ihl;
	struct icmphdr icmp;

	if (n < (ssize_t)(skip + sizeof(icmp)))
		return false;
	memcpy(&icmp, data + skip, sizeof(icmp));
	return icmp.type == (v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
	       icmp.un.echo.id == htons(echo_id());
}

static enum answer read_answer(const struct why *y, int fd, int *err)
{
	union {
		struct iphdr align;
		char space[2048];
	} in;
	socklen_t len = sizeof(*err);
	ssize_t n;

	*err = 0;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, err, &len);
	if (*err == ECONNREFUSED)
		return REFUSED;
	if (*err)
		return UNREACHABLE;
	if (y->port && !y->udp)
		return ANSWERED;
	n = recv(fd, &in, sizeof(in), MSG_DONTWAIT);
	if (n < 0)
		return errno == ECONNREFUSED ? REFUSED : NOTHING;
	return y->port || is_echo_reply(in.space, n, y->dst.family == AF_INET6) ? ANSWERED
										: NOTHING;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for an answer, or for the report of a rule that drops the packet. Returns the kind of the
 * answer, or NOTHING. Sets *d if a rule drops the packet. */
static enum answer wait_answer(const struct why *y, int fd, struct tracer t[2], struct dropped *d,
			       int *err)
{
	struct pollfd p[] = { { .fd = fd, .events = y->port && !y->udp ? POLLOUT : POLLIN },
			      { .fd = t[0].nl.fd, .events = POLLIN },
			      { .fd = t[1].nl.fd, .events = POLLIN } };
	const int64_t end = now_ms() + WAIT_MS;
	enum answer is = NOTHING;

	while (is == NOTHING && !d->by) {
		const int64_t left = end - now_ms();

		/* after the time, read what is there, because this process may not have run since
		 * the answer arrived */
		if (left < -WAIT_MS || poll(p, ARRAY_SIZE(p), (int)MAX(left, 0)) <= 0)
			break;
		for (int i = 0; i < 2; i++)
			if (p[i + 1].revents)
				read_traces(&t[i], y, d);
		if (p[0].revents)
			is = read_answer(y, fd, err);
	}
	/* the trace report of a rule that rejects the packet arrives together with the ICMP
	 * error */
	for (int i = 0; i < 2; i++)
		read_traces(&t[i], y, d);
	return is;
}

/* ---- the report */

static void report_drop(struct why *y, const struct dropped *d)
{
	const bool inside = d->by->where != y->host;
	const char *dev = inside ? y->dev->name : y->entry ? y->entry->name : "<device>";
	const char *rules = inside ? y->inner_rules.s : y->rules.s;
	const char *prefix = inside ? in_namespace(y->n->label, false) : "";
	cleanup_buf struct buf rule = BUF_INIT;
	struct rules_place at = { .table = "" };
	char cure[CURE_SIZE] = "";

	rules = rules ? rules : "";
	snprintf(at.table, sizeof(at.table), "%s", d->table);
	snprintf(at.chain, sizeof(at.chain), "%s", d->name);
	if (d->handle)
		nft_rule_text(d->by->nft, d->chain, d->handle, &rule);
	if (!d->answer)
		why_add_accept(cure, rules, &at, prefix, inside ? WHY_OUT : WHY_IN, dev);
	if (d->answer || !inside)
		why_add_accept(cure, rules, &at, prefix, inside ? WHY_ANSWERS_IN : WHY_ANSWERS,
			       dev);
	why_failed(y, inside ? cure : why_at_host(y, cure, sizeof(cure)),
		   "%s was dropped by the chain '%s' of the table '%s' of %s (%s)",
		   d->answer ? "the answer to the probe" : "the probe", d->name, d->table,
		   d->by->where, rule.s ? rule.s : "policy drop");
}

static void report(struct why *y, enum answer is, int err, const struct tracer t[2])
{
	char cure[CURE_SIZE], to[NET_ADDR_TEXT];

	net_addr_format(&y->dst, false, to);
	if (is == ANSWERED)
		why_passed(y, "the probe was answered");
	else if (is == REFUSED)
		why_failed(y, CURE("start the server at %s", to),
			   "the probe arrived, and %s refused the port %u", to, y->port);
	else if (is == UNREACHABLE)
		why_failed(y, CURE("ip route get %s", to),
			   "the probe was returned with an error: %s", strerror(err));
	else if (t[1].seen)
		why_failed(y,
			   HOST_CURE("tcpdump -ni %s host %s", y->uplink ? y->uplink->name : "any",
				     to),
			   "the probe was not answered, and no firewall rule of %s dropped it",
			   y->host);
	else
		why_failed(y, HOST_CURE("tcpdump -ni any host %s", to),
			   "the probe was not answered, and did not reach the firewall rules of %s",
			   y->host);
}

static void probe(struct why *y, struct tracer t[2])
{
	struct dropped d = { .by = NULL };
	struct nserr e = NSERR_INIT;
	cleanup_fd int fd = -1;
	enum answer is;
	int rc, err = 0;

	rc = tracer_start(y, &t[1], &e);
	why_enter(y);
	if (rc == 0)
		rc = tracer_start(y, &t[0], &e);
	if (rc == 0)
		fd = send_packet(y);
	why_leave(y);
	if (rc < 0) {
		why_unknown(y, "the probe cannot be traced: %s", e.what);
		return;
	}
	/* EPERM means that a rule of the namespace has dropped the packet */
	if (fd < 0 && fd != -EPERM) {
		why_failed(y, "nsnet why <name>", "the probe cannot be sent: %s", strerror(-fd));
		return;
	}
	is = wait_answer(y, fd, t, &d, &err);
	if (d.by)
		report_drop(y, &d);
	else
		report(y, is, err, t);
}

void why_probe(struct why *y)
{
	struct tracer t[2] = { { .where = "the namespace", .nl = NETLINK_INIT },
			       { .where = y->host, .nl = NETLINK_INIT } };
	sigset_t most, before;

	if (!y->way.from.family || !y->dev) {
		why_unknown(y, "the probe was not sent, because there is no route");
		return;
	}
	/* block signals, because before Linux 5.12 only this process removes its firewall tables */
	sigfillset(&most);
	sigprocmask(SIG_BLOCK, &most, &before);
	probe(y, t);
	tracer_end(&t[0]);
	tracer_end(&t[1]);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
