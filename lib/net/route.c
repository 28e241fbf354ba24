// SPDX-License-Identifier: GPL-2.0-or-later
/* route: builds and parses rtnetlink(7) messages about IP routes. */
#include "net/route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/internal.h"

static bool take(const struct nlattr *a, struct net_addr *out)
{
	if (!a || netlink_len(a) != net_addr_size(out))
		return false;
	memcpy(out->b, netlink_data(a), netlink_len(a));
	return true;
}

static int take_route(void *arg, const struct nlmsghdr *nh)
{
	const struct rtmsg *rt = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *a[RTA_TABLE + 1];
	struct net_routes *l = arg;
	struct net_route *out;
	int rc = netlink_parse_message(nh, sizeof(*rt), a, ARRAY_SIZE(a));

	if (rc < 0 || nh->nlmsg_type != RTM_NEWROUTE)
		return rc;
	/* Skip other tables, because a kernel without strict dumps sends the routes of all
	 * tables. */
	if (rt->rtm_type != RTN_UNICAST ||
	    netlink_u32(a[RTA_TABLE], rt->rtm_table) != RT_TABLE_MAIN ||
	    (rt->rtm_family != AF_INET && rt->rtm_family != AF_INET6))
		return 0;
	if (!net_grow((void **)&l->v, l->n, &l->size, sizeof(*l->v)))
		return -ENOMEM;
	out = &l->v[l->n++];
	*out = (struct net_route){ .index = (int)netlink_u32(a[RTA_OIF], 0) };
	out->dst.family = out->via.family = rt->rtm_family;
	out->dst.prefix = rt->rtm_dst_len;
	(void)take(a[RTA_DST], &out->dst);
	out->via.prefix = (uint8_t)(8 * net_addr_size(&out->via));
	if (!take(a[RTA_GATEWAY], &out->via))
		out->via.family = 0;
	return 0;
}

static void forget(void *arg)
{
	((struct net_routes *)arg)->n = 0;
}

int net_routes_read(struct netlink *nl, struct net_routes *out, struct nserr *e)
{
	const struct rtmsg rt = { .rtm_family = AF_UNSPEC };
	struct netlink_batch b;
	int rc;

	*out = NET_ROUTES_INIT;
	netlink_batch_init(&b);
	netlink_begin(&b, RTM_GETROUTE, NLM_F_DUMP, &rt, sizeof(rt));
	netlink_put_u32(&b, RTA_TABLE, RT_TABLE_MAIN);
	rc = netlink_ask(nl, &b, take_route, forget, out, e);
	/* The kernel returns ENOENT in a namespace without routes, because the main table does not
	 * exist there. */
	if (rc == -ENOENT)
		rc = 0;
	return rc < 0 ? net_failed(e, rc, "cannot list the routes") : 0;
}

void net_routes_free(struct net_routes *l)
{
	free(l->v);
	*l = NET_ROUTES_INIT;
}

void net_route_put(struct netlink_batch *b, const struct net_route *r)
{
	const struct rtmsg rt = {
		.rtm_family = r->dst.family,
		.rtm_dst_len = r->dst.prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = r->via.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};

	netlink_begin(b, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &rt, sizeof(rt));
	if (r->dst.prefix)
		netlink_put(b, RTA_DST, r->dst.b, net_addr_size(&r->dst));
	if (r->via.family)
		netlink_put(b, RTA_GATEWAY, r->via.b, net_addr_size(&r->via));
	if (r->index)
		netlink_put_u32(b, RTA_OIF, (uint32_t)r->index);
}

static int take_way(void *arg, const struct nlmsghdr *nh)
{
	const struct rtmsg *rt = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *a[RTA_TABLE + 1];
	struct net_way *out = arg;
	int rc = netlink_parse_message(nh, sizeof(*rt), a, ARRAY_SIZE(a));

	if (rc < 0 || nh->nlmsg_type != RTM_NEWROUTE)
		return rc < 0 ? rc : -EBADMSG;
	*out = (struct net_way){ .type = rt->rtm_type, .index = (int)netlink_u32(a[RTA_OIF], 0) };
	out->via.family = out->from.family = rt->rtm_family;
	out->via.prefix = out->from.prefix = (uint8_t)(8 * net_addr_size(&out->via));
	if (!take(a[RTA_GATEWAY], &out->via))
		out->via.family = 0;
	if (!take(a[RTA_PREFSRC], &out->from))
		out->from.family = 0;
	return 0;
}

int net_route_ask(struct netlink *nl, const struct net_addr *dst, const struct net_addr *src,
		  int iif, struct net_way *out, struct nserr *e)
{
	const uint8_t bits = (uint8_t)(8 * net_addr_size(dst));
	const struct rtmsg rt = {
		.rtm_family = dst->family,
		.rtm_dst_len = bits,
		.rtm_src_len = src ? bits : 0,
	};
	struct netlink_batch b;
	char text[NET_ADDR_TEXT];
	int rc;

	netlink_batch_init(&b);
	netlink_begin(&b, RTM_GETROUTE, 0, &rt, sizeof(rt));
	netlink_put(&b, RTA_DST, dst->b, net_addr_size(dst));
	if (src)
		netlink_put(&b, RTA_SRC, src->b, net_addr_size(src));
	if (iif)
		netlink_put_u32(&b, RTA_IIF, (uint32_t)iif);
	rc = netlink_ask(nl, &b, take_way, NULL, out, e);
	return rc < 0 ? net_failed(e, rc, "cannot find a route to %s",
				   net_addr_format(dst, false, text))
		      : 0;
}
