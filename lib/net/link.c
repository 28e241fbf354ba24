// SPDX-License-Identifier: GPL-2.0-or-later
/* link: builds and parses rtnetlink(7) messages about network devices. */
#include "net/link.h"

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <sys/socket.h>

#include "net/internal.h"

/* ---- Reading */

static uint8_t byte_of(const struct nlattr *a)
{
	return a && netlink_len(a) == 1 ? *(const uint8_t *)netlink_data(a) : 0;
}

static int parse_info(const struct nlattr *link_info, struct net_link *out)
{
	const struct nlattr *info[IFLA_INFO_SLAVE_DATA + 1], *port[IFLA_BRPORT_MODE + 1];
	char slave[16] = "";
	int rc = netlink_parse(netlink_data(link_info), netlink_len(link_info), info,
			       ARRAY_SIZE(info));

	if (rc < 0)
		return rc;
	netlink_str(info[IFLA_INFO_KIND], out->kind, sizeof(out->kind));
	netlink_str(info[IFLA_INFO_SLAVE_KIND], slave, sizeof(slave));
	out->is_port = streq(slave, "bridge") && info[IFLA_INFO_SLAVE_DATA];
	if (!out->is_port)
		return 0;
	rc = netlink_parse(netlink_data(info[IFLA_INFO_SLAVE_DATA]),
			   netlink_len(info[IFLA_INFO_SLAVE_DATA]), port, ARRAY_SIZE(port));
	if (rc < 0)
		return rc;
	out->port_state = byte_of(port[IFLA_BRPORT_STATE]);
	out->hairpin = byte_of(port[IFLA_BRPORT_MODE]) != 0;
	return 0;
}

int net_link_parse(const struct nlmsghdr *nh, struct net_link *out)
{
	const struct nlattr *a[IFLA_LINK_NETNSID + 1];
	const struct ifinfomsg *ifi = (const void *)((const char *)nh + NLMSG_HDRLEN);
	int rc = netlink_parse_message(nh, sizeof(*ifi), a, ARRAY_SIZE(a));

	if (rc < 0)
		return rc;
	*out = (struct net_link){ .index = ifi->ifi_index, .flags = ifi->ifi_flags };
	out->peer = (int)netlink_u32(a[IFLA_LINK], 0);
	out->peer_nsid = (int32_t)netlink_u32(a[IFLA_LINK_NETNSID], UINT32_MAX);
	out->master = (int)netlink_u32(a[IFLA_MASTER], 0);
	out->mtu = netlink_u32(a[IFLA_MTU], 0);
	out->operstate = byte_of(a[IFLA_OPERSTATE]);
	out->carrier = byte_of(a[IFLA_CARRIER]) != 0;
	out->has_mac = a[IFLA_ADDRESS] && netlink_len(a[IFLA_ADDRESS]) == sizeof(out->mac);
	if (out->has_mac)
		memcpy(out->mac, netlink_data(a[IFLA_ADDRESS]), sizeof(out->mac));
	netlink_str(a[IFLA_IFNAME], out->name, sizeof(out->name));
	netlink_str(a[IFLA_IFALIAS], out->alias, sizeof(out->alias));
	return a[IFLA_LINKINFO] ? parse_info(a[IFLA_LINKINFO], out) : 0;
}

static int take_link(void *arg, const struct nlmsghdr *nh)
{
	struct net_links *l = arg;

	if (nh->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (!net_grow((void **)&l->v, l->n, &l->size, sizeof(*l->v)))
		return -ENOMEM;
	return net_link_parse(nh, &l->v[l->n++]);
}

static void forget_links(void *arg)
{
	((struct net_links *)arg)->n = 0;
}

static void put_get(struct netlink_batch *b, uint16_t flags, int index)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	netlink_batch_init(b);
	netlink_begin(b, RTM_GETLINK, flags, &ifi, sizeof(ifi));
	/* Ask the kernel to omit the IPv6 counters, which would double the size of an answer. */
	netlink_put_u32(b, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

int net_links_read(struct netlink *nl, struct net_links *out, struct nserr *e)
{
	struct netlink_batch b;
	int rc;

	*out = NET_LINKS_INIT;
	put_get(&b, NLM_F_DUMP, 0);
	rc = netlink_ask(nl, &b, take_link, forget_links, out, e);
	return rc < 0 ? net_failed(e, rc, "cannot list the network devices") : 0;
}

void net_links_free(struct net_links *l)
{
	free(l->v);
	*l = NET_LINKS_INIT;
}

const struct net_link *net_links_by_index(const struct net_links *l, int index)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].index == index)
			return &l->v[i];
	return NULL;
}

const struct net_link *net_links_by_name(const struct net_links *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

static int take_one(void *arg, const struct nlmsghdr *nh)
{
	return net_link_parse(nh, arg);
}

int net_link_find(struct netlink *nl, const char *name, struct net_link *out, struct nserr *e)
{
	struct netlink_batch b;
	int rc;

	put_get(&b, 0, 0);
	netlink_put_str(&b, IFLA_IFNAME, name);
	rc = netlink_ask(nl, &b, take_one, NULL, out, NULL);
	return rc == -ENODEV || rc == 0 ? rc : net_failed(e, rc, "cannot look up '%s'", name);
}

int net_link_get(struct netlink *nl, int index, struct net_link *out, struct nserr *e)
{
	struct netlink_batch b;
	int rc;

	put_get(&b, 0, index);
	rc = netlink_ask(nl, &b, take_one, NULL, out, e);
	return rc < 0 ? net_failed(e, rc, "cannot read the state of device %d", index) : 0;
}

/* ---- Changing */

static void begin(struct netlink_batch *b, uint16_t type, uint16_t flags, int index, bool up)
{
	const struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = up ? IFF_UP : 0,
	};

	netlink_begin(b, type, flags, &ifi, sizeof(ifi));
}

static void put_end(struct netlink_batch *b, const struct net_link_end *end, uint32_t mtu)
{
	netlink_put_u32(b, IFLA_NUM_TX_QUEUES, 1);
	netlink_put_u32(b, IFLA_NUM_RX_QUEUES, 1);
	if (end->mac)
		netlink_put(b, IFLA_ADDRESS, end->mac, NET_MAC_SIZE);
	if (mtu)
		netlink_put_u32(b, IFLA_MTU, mtu);
	if (end->master)
		netlink_put_u32(b, IFLA_MASTER, (uint32_t)end->master);
	if (end->ns >= 0)
		netlink_put_u32(b, IFLA_NET_NS_FD, (uint32_t)end->ns);
	if (end->name)
		netlink_put_str(b, IFLA_IFNAME, end->name);
}

void net_link_put_veth(struct netlink_batch *b, const struct net_link_end *outer,
		       const struct net_link_end *peer, uint32_t mtu)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	size_t info, data, other;

	begin(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, outer->up);
	put_end(b, outer, mtu);
	info = netlink_nest(b, IFLA_LINKINFO);
	netlink_put(b, IFLA_INFO_KIND, "veth", 4);
	data = netlink_nest(b, IFLA_INFO_DATA);
	other = netlink_nest(b, VETH_INFO_PEER);
	netlink_put_raw(b, &ifi, sizeof(ifi));
	put_end(b, peer, mtu);
	netlink_nest_end(b, other);
	netlink_nest_end(b, data);
	netlink_nest_end(b, info);
}

void net_link_put_bridge(struct netlink_batch *b, const char *name, const uint8_t *mac)
{
	size_t info;

	begin(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, false);
	/* Without this attribute, a bridge uses the lowest hardware address of its ports, which
	 * changes with the ports. */
	if (mac)
		netlink_put(b, IFLA_ADDRESS, mac, NET_MAC_SIZE);
	netlink_put_str(b, IFLA_IFNAME, name);
	info = netlink_nest(b, IFLA_LINKINFO);
	netlink_put(b, IFLA_INFO_KIND, "bridge", 6);
	netlink_nest_end(b, info);
}

void net_link_put_stacked(struct netlink_batch *b, const char *kind, int lower,
			  const struct net_link_end *end, uint32_t mtu)
{
	size_t info, data;

	begin(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, false);
	put_end(b, end, mtu);
	netlink_put_u32(b, IFLA_LINK, (uint32_t)lower);
	info = netlink_nest(b, IFLA_LINKINFO);
	netlink_put(b, IFLA_INFO_KIND, kind, strlen(kind));
	if (streq(kind, "macvlan")) {
		data = netlink_nest(b, IFLA_INFO_DATA);
		netlink_put_u32(b, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
		netlink_nest_end(b, data);
	}
	netlink_nest_end(b, info);
}

void net_link_put_up(struct netlink_batch *b, int index, uint32_t mtu)
{
	begin(b, RTM_NEWLINK, 0, index, true);
	if (mtu)
		netlink_put_u32(b, IFLA_MTU, mtu);
}

void net_link_put_alias(struct netlink_batch *b, int index, const char *alias)
{
	begin(b, RTM_NEWLINK, 0, index, false);
	netlink_put(b, IFLA_IFALIAS, alias, strlen(alias));
}

void net_link_put_hairpin(struct netlink_batch *b, int index)
{
	const uint8_t on = 1;
	size_t info, data;

	begin(b, RTM_NEWLINK, 0, index, false);
	info = netlink_nest(b, IFLA_LINKINFO);
	netlink_put(b, IFLA_INFO_SLAVE_KIND, "bridge", 6);
	data = netlink_nest(b, IFLA_INFO_SLAVE_DATA);
	netlink_put(b, IFLA_BRPORT_MODE, &on, sizeof(on));
	netlink_nest_end(b, data);
	netlink_nest_end(b, info);
}

void net_link_put_forwarding(struct netlink_batch *b, int index, bool localnet)
{
	size_t spec, inet, conf;

	begin(b, RTM_NEWLINK, 0, index, false);
	spec = netlink_nest(b, IFLA_AF_SPEC);
	inet = netlink_nest(b, AF_INET);
	conf = netlink_nest(b, IFLA_INET_CONF);
	netlink_put_u32(b, IPV4_DEVCONF_FORWARDING, 1);
	if (localnet)
		netlink_put_u32(b, IPV4_DEVCONF_ROUTE_LOCALNET, 1);
	netlink_nest_end(b, conf);
	netlink_nest_end(b, inet);
	netlink_nest_end(b, spec);
}

void net_link_put_move(struct netlink_batch *b, int index, int ns, const char *name)
{
	begin(b, RTM_NEWLINK, 0, index, false);
	netlink_put_u32(b, IFLA_NET_NS_FD, (uint32_t)ns);
	netlink_put_str(b, IFLA_IFNAME, name);
}

void net_link_put_name(struct netlink_batch *b, int index, const char *name, uint32_t mtu, bool up)
{
	begin(b, RTM_NEWLINK, 0, index, up);
	netlink_put_u32(b, IFLA_MTU, mtu);
	netlink_put_str(b, IFLA_IFNAME, name);
}

void net_link_put_delete(struct netlink_batch *b, int index)
{
	begin(b, RTM_DELLINK, 0, index, false);
}
