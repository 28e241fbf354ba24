// SPDX-License-Identifier: GPL-2.0-or-later
/* why_probe: sends one packet from the namespace and follows it through the rules of nf_tables, in
 * the namespace and in the caller's. The kernel reports each rule that a marked packet meets. */
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "why.h"

#define WAIT_MS   1500 /* for an answer; a first packet may wait 1 s for ARP */
#define TRACE_MAX 16   /* packets that are followed */

/* A packet as the kernel numbers it. */
struct packet {
	uint32_t id;
	bool answer;
};

/* One of the two namespaces in which the packet is traced. */
struct tracer {
	const char *where; /* for messages */
	struct nft_ctx *nft;
	bool owned; /* the kernel removes the table when we end */
	struct netlink nl;
	bool seen; /* the packet met a rule here */
	struct packet packets[TRACE_MAX];
	size_t n;
};

/* The verdict that dropped a packet. */
struct dropped {
	const struct tracer *by; /* NULL: none */
	bool answer;
	char chain[160]; /* "ip filter FORWARD" */
	char name[64];   /* of the chain alone */
	char table[96];
	uint64_t handle; /* 0: the policy */
};

enum answer { NOTHING, ANSWERED, REFUSED, UNREACHABLE };

/* ---- rules that mark the packet */

static void table_name(char out[NAT_TABLE_SIZE])
{
	snprintf(out, NAT_TABLE_SIZE, "nsnet_probe/%d", (int)getpid());
}

/*
 * The marks are set before all other rules for the packet, and right after connection tracking
 * (priority -200) for the answer, which can be told only then.
 */
static void add_table(const struct why *y, bool owner, struct buf *b)
{
	static const char *const hooks[] = { "prerouting", "output" };
	const char *ip = y->dst.family == AF_INET6 ? "ip6" : "ip";
	char from[NET_ADDR_TEXT], to[NET_ADDR_TEXT], port[32] = "", table[NAT_TABLE_SIZE];

	net_addr_format(&y->way.from, false, from);
	net_addr_format(&y->dst, false, to);
	if (y->port)
		snprintf(port, sizeof(port), "%s dport %u ", y->udp ? "udp" : "tcp", y->port);
	table_name(table);
	buf_printf(b, "table inet %s {\n%s", table, owner ? "\tflags owner\n" : "");
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		buf_printf(b,
			   "\tchain to_%s {\n\t\ttype filter hook %s priority -350\n"
			   "\t\t%s saddr %s %s daddr %s %smeta nftrace set 1\n\t}\n",
			   hooks[i], hooks[i], ip, from, ip, to, port);
		buf_printf(b,
			   "\tchain answer_%s {\n\t\ttype filter hook %s priority -199\n"
			   "\t\tct direction reply ct original %s saddr %s ct original %s daddr %s "
			   "meta nftrace set 1\n\t}\n",
			   hooks[i], hooks[i], ip, from, ip, to);
	}
	buf_adds(b, "}\n");
}

/* Opens the contexts in the process's network namespace and adds the table. A table with the flag
 * owner (5.12) ends with the process, even if it is killed. */
static int tracer_start(const struct why *y, struct tracer *t, struct nserr *e)
{
	cleanup_buf struct buf owned = BUF_INIT, plain = BUF_INIT;
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
					   .nl_groups = 1 << (NFNLGRP_NFTRACE - 1) };
	int rc = nft_open(&t->nft, e);

	if (rc == 0)
		rc = netlink_open_family(&t->nl, NETLINK_NETFILTER, e);
	if (rc < 0)
		return rc;
	if (bind(t->nl.fd, (const struct sockaddr *)&group, sizeof(group)) < 0)
		return nserr_set(e, errno, "cannot watch the traces of nf_tables");
	add_table(y, true, &owned);
	add_table(y, false, &plain);
	if (owned.err || plain.err)
		return nserr_set(e, ENOMEM, "cannot build the rules of the probe");
	t->owned = nft_apply(t->nft, owned.s, false, NULL) == 0;
	return t->owned ? 0 : nft_apply(t->nft, plain.s, false, e);
}

static void tracer_end(struct tracer *t)
{
	char table[NAT_TABLE_SIZE], text[2 * NAT_TABLE_SIZE + 64];

	table_name(table);
	snprintf(text, sizeof(text), "add table inet %s\ndelete table inet %s\n", table, table);
	if (t->nft)
		(void)!nft_apply(t->nft, text, false, NULL);
	nft_close(t->nft);
	netlink_close(&t->nl);
}

/* ---- traces */

/* The source address of an IP header. Returns false if there is none of that family. */
static bool source_of(const struct nlattr *header, uint8_t family, struct net_addr *out)
{
	const size_t at = family == AF_INET6 ? 8 : 12;

	*out = (struct net_addr){ .family = family };
	if (!header || netlink_len(header) < at + net_addr_size(out))
		return false;
	memcpy(out->b, (const char *)netlink_data(header) + at, net_addr_size(out));
	return true;
}

/*
 * Returns the packet that a report is about, or NULL if it is not ours. The first report of each
 * hook has the header. The number alone does not identify the packet, because it changes when
 * br_netfilter passes the packet on to another device.
 */
static const struct packet *packet_of(struct tracer *t, const struct why *y, uint32_t id,
				      const struct nlattr *header)
{
	struct net_addr from;
	bool request, answer;

	for (size_t i = 0; i < t->n; i++)
		if (t->packets[i].id == id)
			return &t->packets[i];
	if (t->n == TRACE_MAX || !source_of(header, y->dst.family, &from))
		return NULL;
	request = net_addr_same(&from, &y->way.from, 8u * (unsigned)net_addr_size(&from));
	answer = net_addr_same(&from, &y->dst, 8u * (unsigned)net_addr_size(&from));
	if (!request && !answer)
		return NULL;
	t->packets[t->n] = (struct packet){ .id = id, .answer = !request };
	return &t->packets[t->n++];
}

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_IPV4   ? "ip"
	       : family == NFPROTO_IPV6 ? "ip6"
	       : family == NFPROTO_INET ? "inet"
					: "bridge";
}

static uint32_t be32_of(const struct nlattr *a, uint32_t otherwise)
{
	return a ? ntohl(netlink_u32(a, htonl(otherwise))) : otherwise;
}

static bool is_drop(const struct nlattr *const *a)
{
	const struct nlattr *verdict[NFTA_VERDICT_CODE + 1];

	if (be32_of(a[NFTA_TRACE_TYPE], 0) == NFT_TRACETYPE_POLICY)
		return be32_of(a[NFTA_TRACE_POLICY], NF_ACCEPT) == NF_DROP;
	return a[NFTA_TRACE_VERDICT] &&
	       netlink_parse(netlink_data(a[NFTA_TRACE_VERDICT]),
			     netlink_len(a[NFTA_TRACE_VERDICT]), verdict,
			     ARRAY_SIZE(verdict)) == 0 &&
	       be32_of(verdict[NFTA_VERDICT_CODE], NF_ACCEPT) == NF_DROP;
}

/* Reads one report. */
static void take_trace(struct tracer *t, const struct why *y, const struct nlmsghdr *nh,
		       struct dropped *d)
{
	const struct nfgenmsg *nf = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *a[NFTA_TRACE_POLICY + 1];
	const struct packet *packet;
	char table[64], chain[64];

	if (nh->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) ||
	    netlink_parse_message(nh, sizeof(*nf), a, ARRAY_SIZE(a)) < 0)
		return;
	packet = packet_of(t, y, netlink_u32(a[NFTA_TRACE_ID], 0), a[NFTA_TRACE_NETWORK_HEADER]);
	t->seen |= packet != NULL;
	if (!packet || d->by || !is_drop(a))
		return;
	netlink_str(a[NFTA_TRACE_TABLE], table, sizeof(table));
	netlink_str(a[NFTA_TRACE_CHAIN], chain, sizeof(chain));
	d->by = t;
	d->answer = packet->answer;
	snprintf(d->table, sizeof(d->table), "%s %s", family_name(nf->nfgen_family), table);
	snprintf(d->name, sizeof(d->name), "%s", chain);
	snprintf(d->chain, sizeof(d->chain), "%s %s", d->table, chain);
	if (a[NFTA_TRACE_RULE_HANDLE] && netlink_len(a[NFTA_TRACE_RULE_HANDLE]) == 8 &&
	    be32_of(a[NFTA_TRACE_TYPE], 0) == NFT_TRACETYPE_RULE) {
		memcpy(&d->handle, netlink_data(a[NFTA_TRACE_RULE_HANDLE]), 8);
		d->handle = be64toh(d->handle);
	}
}

static void read_traces(struct tracer *t, const struct why *y, struct dropped *d)
{
	union {
		struct nlmsghdr align;
		char space[16384];
	} in;
	ssize_t n;

	while ((n = recv(t->nl.fd, &in, sizeof(in), MSG_DONTWAIT)) > 0)
		for (size_t at = 0; at + NLMSG_HDRLEN <= (size_t)n;) {
			const struct nlmsghdr *nh = (const void *)(in.space + at);

			if (nh->nlmsg_len < NLMSG_HDRLEN || nh->nlmsg_len > (size_t)n - at)
				break;
			take_trace(t, y, nh, d);
			at += NLMSG_ALIGN(nh->nlmsg_len);
		}
}

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

	/* the kernel computes the sum of ICMPv6 only */
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
	/* errors that a router reports */
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
	/* a raw socket gets the header of IPv4, but not that of IPv6 */
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

/* Waits for an answer, or for a rule that drops the packet. */
static enum answer wait_answer(const struct why *y, int fd, struct tracer t[2], struct dropped *d,
			       int *err)
{
	struct pollfd p[] = { { .fd = fd, .events = y->port && !y->udp ? POLLOUT : POLLIN },
			      { .fd = t[0].nl.fd, .events = POLLIN },
			      { .fd = t[1].nl.fd, .events = POLLIN } };
	const int64_t end = now_ms() + WAIT_MS;
	enum answer is = NOTHING;

	while (is == NOTHING && !d->by) {
		int64_t left = end - now_ms();

		if (left <= 0 || poll(p, ARRAY_SIZE(p), (int)left) <= 0)
			break;
		for (int i = 0; i < 2; i++)
			if (p[i + 1].revents)
				read_traces(&t[i], y, d);
		if (p[0].revents)
			is = read_answer(y, fd, err);
	}
	/* the report of a reject arrives together with its error */
	for (int i = 0; i < 2; i++)
		read_traces(&t[i], y, d);
	return is;
}

/* ---- the report */

static void report_drop(struct why *y, const struct dropped *d)
{
	const bool inside = !streq(d->by->where, "host");
	const char *dev = inside ? y->dev->name : y->entry ? y->entry->name : "<device>";
	char cure[CURE_SIZE], prefix[96] = "", back[256] = "";
	cleanup_buf struct buf rule = BUF_INIT;

	if (d->handle)
		nft_rule_text(d->by->nft, d->chain, d->handle, &rule);
	if (inside)
		snprintf(prefix, sizeof(prefix), "ip netns exec %s ", y->n->label);
	else if (!d->answer)
		snprintf(back, sizeof(back),
			 "; nft insert rule %s oifname %s ct state established,related accept",
			 d->chain, dev);
	why_failed(y,
		   CURE("%snft insert rule %s %s %s accept%s", prefix, d->chain,
			inside == d->answer ? "iifname" : "oifname", dev, back),
		   "%s was dropped by the chain '%s' of the table '%s' of the %s (%s)",
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
		why_failed(y, CURE("ip route get %s", to), "the probe came back: %s",
			   strerror(err));
	else if (t[1].seen)
		why_failed(y,
			   CURE("tcpdump -ni %s host %s", y->uplink ? y->uplink->name : "any", to),
			   "no answer to the probe, which no rule of the host dropped");
	else
		why_failed(y, CURE("tcpdump -ni any host %s", to),
			   "no answer to the probe, which did not come to the rules of the host");
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
	/* EPERM: a rule of the namespace dropped it at once */
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
	struct tracer t[2] = { { .where = "namespace", .nl = NETLINK_INIT },
			       { .where = "host", .nl = NETLINK_INIT } };
	sigset_t most, before;

	if (!y->way.from.family || !y->dev) {
		why_unknown(y, "no probe is sent without a route");
		return;
	}
	/* before 5.12 only we can remove the tables: a signal has to wait until then */
	sigfillset(&most);
	sigprocmask(SIG_BLOCK, &most, &before);
	probe(y, t);
	tracer_end(&t[0]);
	tracer_end(&t[1]);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
