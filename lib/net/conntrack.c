// SPDX-License-Identifier: GPL-2.0-or-later
/* conntrack: lists and deletes UDP entries of connection tracking with ctnetlink messages. */
#include "net/conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "net/internal.h"

#define TUPLE_SIZE 128 /* maximum size of CTA_TUPLE_ORIG in bytes; an IPv6 tuple needs 80 */

/* Copies of the attribute CTA_TUPLE_ORIG of the selected entries. A request to delete an entry
 * needs this attribute. */
struct selected {
	const struct net_stale *q;
	struct entry {
		char tuple[TUPLE_SIZE] __attribute__((aligned(4)));
		uint8_t family;
	} * v;
	size_t n, size;
};

struct tuple {
	struct net_addr src, dst;
	uint8_t proto;
	uint16_t dport;
};

static void take_addrs(const struct nlattr *src, const struct nlattr *dst, uint8_t family,
		       struct tuple *out)
{
	size_t n = family == AF_INET ? 4 : 16;

	if (!src || netlink_len(src) != n || !dst || netlink_len(dst) != n)
		return;
	out->src.family = out->dst.family = family;
	memcpy(out->src.b, netlink_data(src), n);
	memcpy(out->dst.b, netlink_data(dst), n);
}

static int parse_tuple(const struct nlattr *a, struct tuple *out)
{
	const struct nlattr *t[CTA_TUPLE_PROTO + 1], *ip[CTA_IP_V6_DST + 1],
		*proto[CTA_PROTO_DST_PORT + 1];
	int rc = netlink_parse(netlink_data(a), netlink_len(a), t, ARRAY_SIZE(t));

	*out = (struct tuple){ .proto = 0 };
	if (rc == 0 && (!t[CTA_TUPLE_IP] || !t[CTA_TUPLE_PROTO]))
		rc = -EBADMSG;
	if (rc == 0)
		rc = netlink_parse(netlink_data(t[CTA_TUPLE_IP]), netlink_len(t[CTA_TUPLE_IP]), ip,
				   ARRAY_SIZE(ip));
	if (rc == 0)
		rc = netlink_parse(netlink_data(t[CTA_TUPLE_PROTO]),
				   netlink_len(t[CTA_TUPLE_PROTO]), proto, ARRAY_SIZE(proto));
	if (rc < 0)
		return rc;
	take_addrs(ip[CTA_IP_V4_SRC], ip[CTA_IP_V4_DST], AF_INET, out);
	take_addrs(ip[CTA_IP_V6_SRC], ip[CTA_IP_V6_DST], AF_INET6, out);
	if (proto[CTA_PROTO_NUM] && netlink_len(proto[CTA_PROTO_NUM]) == 1)
		out->proto = *(const uint8_t *)netlink_data(proto[CTA_PROTO_NUM]);
	if (proto[CTA_PROTO_DST_PORT] && netlink_len(proto[CTA_PROTO_DST_PORT]) == 2) {
		memcpy(&out->dport, netlink_data(proto[CTA_PROTO_DST_PORT]), 2);
		out->dport = ntohs(out->dport);
	}
	return 0;
}

static bool is_selected(const struct net_stale *q, const struct tuple *orig,
			const struct tuple *reply)
{
	unsigned bits = orig->dst.family == AF_INET6 ? 128 : 32;
	bool local = false;

	if (orig->proto != IPPROTO_UDP || orig->dport != q->port || !orig->dst.family ||
	    (q->to && q->to->family != orig->dst.family))
		return false;
	for (size_t i = 0; !local && i < q->local->n; i++)
		local = net_addr_same(&q->local->v[i].addr, &orig->dst, bits);
	/* the entry translates the destination of packets to the source address of the replies */
	return local && !net_addr_same(&reply->src, q->to ? q->to : &orig->dst, bits);
}

static int take_entry(void *arg, const struct nlmsghdr *nh)
{
	const struct nlattr *a[CTA_TUPLE_REPLY + 1];
	struct tuple orig, reply;
	struct selected *s = arg;
	int rc = netlink_parse_message(nh, sizeof(struct nfgenmsg), a, ARRAY_SIZE(a));

	if (rc == 0 && a[CTA_TUPLE_ORIG] && a[CTA_TUPLE_REPLY])
		rc = parse_tuple(a[CTA_TUPLE_ORIG], &orig);
	else
		return rc;
	if (rc == 0)
		rc = parse_tuple(a[CTA_TUPLE_REPLY], &reply);
	if (rc < 0 || !is_selected(s->q, &orig, &reply) || a[CTA_TUPLE_ORIG]->nla_len > TUPLE_SIZE)
		return rc;
	if (!net_grow((void **)&s->v, s->n, &s->size, sizeof(*s->v)))
		return -ENOMEM;
	s->v[s->n].family = orig.dst.family;
	memcpy(s->v[s->n++].tuple, a[CTA_TUPLE_ORIG], a[CTA_TUPLE_ORIG]->nla_len);
	return 0;
}

static void forget(void *arg)
{
	((struct selected *)arg)->n = 0;
}

static void begin(struct netlink_batch *b, uint8_t family, uint16_t type, uint16_t flags)
{
	const struct nfgenmsg nf = { .nfgen_family = family, .version = NFNETLINK_V0 };

	netlink_batch_init(b);
	netlink_begin(b, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type), flags, &nf, sizeof(nf));
}

int net_stale_entries(struct netlink *nl, const struct net_stale *q, bool remove, unsigned *n,
		      struct nserr *e)
{
	struct selected s = { .q = q };
	struct netlink_batch b;
	int rc;

	*n = 0;
	begin(&b, AF_UNSPEC, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	rc = netlink_ask(nl, &b, take_entry, forget, &s, e);
	*n = rc == 0 ? (unsigned)s.n : 0;
	for (size_t i = 0; rc == 0 && remove && i < s.n; i++) {
		const struct nlattr *a = (const void *)s.v[i].tuple;

		begin(&b, s.v[i].family, IPCTNL_MSG_CT_DELETE, 0);
		netlink_put(&b, CTA_TUPLE_ORIG | NLA_F_NESTED, netlink_data(a), netlink_len(a));
		rc = netlink_send(nl, &b, NULL, e);
		/* the entry has expired */
		if (rc == -ENOENT)
			rc = 0;
	}
	free(s.v);
	/* ignore EINVAL, which nfnetlink returns if the kernel has no connection tracking */
	if (rc == -EINVAL || rc == -EOPNOTSUPP)
		rc = 0;
	return rc < 0 ? net_failed(e, rc, "cannot read the connection tracking table") : 0;
}
