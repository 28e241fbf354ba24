// SPDX-License-Identifier: GPL-2.0-or-later
/* trace: reads the kernel's reports about the firewall rules that match a marked packet
 * (nftrace). */
#include "trace.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

/* ---- rules that mark the packet */

static void table_name(char out[NAT_TABLE_SIZE])
{
	snprintf(out, NAT_TABLE_SIZE, "nsnet_probe/%d", (int)getpid());
}

/*
 * Adds the table whose rules mark the packet and the answer. The packet is marked before all other
 * rules. The answer is marked directly after connection tracking (priority -200), because only
 * connection tracking recognises the answer.
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

/* Adds a table with `flags owner` if the kernel has this flag (Linux 5.12). The kernel removes such
 * a table when the process that added it ends, even if the process is killed. */
int tracer_start(const struct why *y, struct tracer *t, struct nserr *e)
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
		return nserr_set(e, ENOMEM,
				 "cannot allocate memory for the firewall rules of --probe");
	t->owned = nft_apply(t->nft, owned.s, false, NULL) == 0;
	return t->owned ? 0 : nft_apply(t->nft, plain.s, false, e);
}

void tracer_end(struct tracer *t)
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

/* Sets *out to the source address of an IP header. Returns false if the header contains no address
 * of that family. */
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
 * Returns the packet of a report, or NULL if the report is about another packet. The first report
 * of each hook contains the header of the packet. The trace id alone does not identify the packet,
 * because the id changes when br_netfilter passes the packet to another device.
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

/* Processes one trace report. */
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

void read_traces(struct tracer *t, const struct why *y, struct dropped *d)
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
