// SPDX-License-Identifier: GPL-2.0-or-later
/* why_host: the checks of the path through the host: bridge, gateway, forwarding, routes, reverse
 * path, MTU. */
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <stdio.h>

#include "kernel/sysctl.h"
#include "why.h"

int64_t why_devconf(const struct why *y, const char *dev, const char *what)
{
	char name[128];

	snprintf(name, sizeof(name), "net/%s/conf/%s/%s",
		 y->dst.family == AF_INET6 ? "ipv6" : "ipv4", dev, what);
	return sysctl_get(name);
}

static bool check_bridge(struct why *y)
{
	const struct net_link *br = net_links_by_index(&y->out, y->outer->master);
	char cure[CURE_SIZE];

	y->entry = br ? br : y->outer;
	if (y->entry == y->outer) {
		why_passed(y, "the other end of '%s' is '%s' of %s", y->dev->name, y->outer->name,
			   y->host);
		return true;
	}
	if (!(br->flags & IFF_UP))
		return why_failed(y, HOST_CURE("ip link set %s up", br->name),
				  "the bridge '%s' is down", br->name);
	if (y->outer->is_port && y->outer->port_state != BR_STATE_FORWARDING)
		return why_failed(y, HOST_CURE("bridge link set dev %s state 3", y->outer->name),
				  "the port '%s' of the bridge '%s' does not forward packets yet "
				  "(state %u)",
				  y->outer->name, br->name, y->outer->port_state);
	why_passed(y, "'%s' is a port of '%s', which is up", y->outer->name, br->name);
	return true;
}

/* Checks the firewall rules for a destination on the same bridge. br_netfilter applies the IP rules
 * to packets that a bridge forwards. */
static bool check_bridged(struct why *y)
{
	const char *name = y->dst.family == AF_INET6 ? "net/bridge/bridge-nf-call-ip6tables"
						     : "net/bridge/bridge-nf-call-iptables";

	why_passed(y, "the destination is on the same link");
	y->is_neighbour = true;
	if (y->entry == y->outer || sysctl_get(name) != 1)
		return true;
	return why_rules(y, "forward", y->entry->name, y->entry->name);
}

static bool check_gateway(struct why *y)
{
	char cure[CURE_SIZE], via[NET_ADDR_TEXT];
	struct net_way way;

	if (!y->way.via.family) {
		/* The destination can be the address of the bridge, which is on the same link and
		 * belongs to the host. */
		if (net_route_ask(&y->n->host, &y->dst, NULL, 0, &way, NULL) == 0 &&
		    way.type == RTN_LOCAL)
			return true;
		return check_bridged(y);
	}
	net_addr_format(&y->way.via, false, via);
	if (net_route_ask(&y->n->host, &y->way.via, NULL, 0, &way, NULL) == 0 &&
	    way.type == RTN_LOCAL) {
		why_passed(y, "the gateway %s is %s", via, y->host);
		return true;
	}
	return why_failed(y, HOST_CURE("ip addr add %s/<length> dev %s", via, y->entry->name),
			  "%s does not have the address %s of the gateway", y->host, via);
}

/* Checks that the port is in hairpin mode if the namespace uses its own published port. Without
 * this mode, a bridge does not send a packet back through the port that it came from. */
static bool check_hairpin(struct why *y)
{
	const char *at = y->rules.s;
	struct rules_dnat d;
	char cure[CURE_SIZE];

	while (y->port && y->outer->is_port && !y->outer->hairpin && rules_next_dnat(&at, &d)) {
		if (d.udp != y->udp || d.outer != y->port ||
		    !net_addr_same(&d.to, &y->way.from, 8u * (unsigned)net_addr_size(&d.to)))
			continue;
		return why_failed(
			y, HOST_CURE("bridge link set dev %s hairpin on", y->outer->name),
			"%s forwards the port %u back to this namespace, but the bridge port "
			"'%s' does not send packets back to their source (hairpin)",
			y->host, y->port, y->outer->name);
	}
	return true;
}

static bool is_published(const struct why *y)
{
	const char *at = y->rules.s;
	struct rules_dnat d;

	while (rules_next_dnat(&at, &d))
		if (d.udp == y->udp && d.outer == y->port && d.to.family == y->dst.family)
			return true;
	return false;
}

static bool check_local(struct why *y)
{
	char cure[CURE_SIZE], to[NET_ADDR_TEXT];
	struct net_way way;

	if (y->is_neighbour)
		return true;
	if (net_route_ask(&y->n->host, &y->dst, NULL, 0, &way, NULL) < 0 || way.type != RTN_LOCAL)
		return true;
	y->is_host = true;
	why_passed(y, "%s is an address of %s", net_addr_format(&y->dst, false, to), y->host);
	if (!check_hairpin(y) || !why_rules(y, "input", y->entry->name, NULL))
		return false;
	if (y->port && !is_published(y) && why_listens(y->udp, y->port) == 0)
		return why_failed(
			y, CURE("start the server %s %s", y->host_label[0] ? "in" : "on", y->host),
			"no program of %s listens on the port %u", y->host, y->port);
	return true;
}

why_check *const why_entry[] = { check_bridge, check_gateway, check_local, NULL };

/* ---- the path through the host to other machines */

static bool is_elsewhere(struct why *y)
{
	return !y->is_neighbour && !y->is_host && y->way.from.family;
}

/* Returns true if the packet has a private source address, and no rule translates addresses. The
 * packet then needs forwarding and a translation, and `nsnet bridge --nat` adds both. */
static bool needs_nat(const struct why *y)
{
	const char *rules = y->rules.s ? y->rules.s : "";

	return y->has_rules && y->entry != y->outer && why_is_private(&y->way.from) &&
	       !why_is_private(&y->dst) && !strstr(rules, "masquerade") && !strstr(rules, "snat ");
}

/*
 * Checks the route of the host's own packets to the destination. A lookup for a forwarded packet
 * does not suffice: for some routes it returns the same error number as for disabled forwarding and
 * for the reverse path filter.
 */
static bool check_host_route(struct why *y)
{
	char cure[CURE_SIZE], to[NET_ADDR_TEXT];
	struct net_way way;
	const char *what;
	int rc = net_route_ask(&y->n->host, &y->dst, NULL, 0, &way, NULL);

	net_addr_format(&y->dst, false, to);
	if (rc == -ENETUNREACH)
		return why_failed(y, HOST_CURE("ip route add default via <gateway>"),
				  "%s itself has no route to %s", y->host, to);
	what = rc == -EACCES         ? "prohibit"
	       : rc == -EHOSTUNREACH ? "unreachable"
	       : rc == -EINVAL       ? "blackhole"
				     : NULL;
	if (what)
		return why_failed(y, HOST_CURE("ip route show match %s", to),
				  "a route of %s discards packets to %s (%s)", y->host, to, what);
	return true;
}

/* Returns false if the host does not forward IPv6 packets that arrive on the device. RTM_GETROUTE
 * does not report this. Since Linux 6.17, conf/DEVICE/force_forwarding allows forwarding for one
 * device. */
static bool forwards_v6(const struct why *y, const char *dev)
{
	return why_devconf(y, "all", "forwarding") != 0 ||
	       why_devconf(y, dev, "force_forwarding") == 1;
}

static bool check_forwarding(struct why *y)
{
	char cure[CURE_SIZE], to[NET_ADDR_TEXT], from[NET_ADDR_TEXT];
	const bool v6 = y->dst.family == AF_INET6;
	int rc = net_route_ask(&y->n->host, &y->dst, &y->way.from, y->entry->index, &y->host_way,
			       NULL);

	net_addr_format(&y->dst, false, to);
	net_addr_format(&y->way.from, false, from);
	if (v6 && !forwards_v6(y, y->entry->name)) {
		if (needs_nat(y))
			HOST_CURE("nsnet bridge %s --nat", y->entry->name);
		else
			HOST_CURE("sysctl -w net.ipv6.conf.all.forwarding=1");
		return why_failed(y, cure, "%s does not forward IPv6 packets", y->host);
	}
	if (rc == -EHOSTUNREACH) {
		if (needs_nat(y))
			HOST_CURE("nsnet bridge %s --nat", y->entry->name);
		else
			HOST_CURE("sysctl -w net.ipv4.conf.%s.forwarding=1", y->entry->name);
		return why_failed(y, cure, "%s does not forward packets from '%s'", y->host,
				  y->entry->name);
	}
	if (rc == -EINVAL || rc == -EXDEV)
		return why_failed(
			y,
			HOST_CURE("sysctl -w net.ipv4.conf.%s.rp_filter=2; ip route get %s",
				  y->entry->name, from),
			"%s refuses packets from %s on '%s', because its route to "
			"that address uses another device (rp_filter)",
			y->host, from, y->entry->name);
	if (rc < 0)
		return why_failed(
			y, HOST_CURE("ip route get %s from %s iif %s", to, from, y->entry->name),
			"%s has no route to %s", y->host, to);
	why_passed(y, "%s forwards packets from '%s'", y->host, y->entry->name);
	return true;
}

static bool check_reply_route(struct why *y)
{
	char cure[CURE_SIZE], from[NET_ADDR_TEXT];
	const struct net_link *by;
	struct net_way back;
	int rc = net_route_ask(&y->n->host, &y->way.from, NULL, 0, &back, NULL);

	net_addr_format(&y->way.from, false, from);
	if (rc == 0 && back.index == y->entry->index) {
		why_passed(y, "answers to %s return through '%s'", from, y->entry->name);
		return true;
	}
	by = rc == 0 ? net_links_by_index(&y->out, back.index) : NULL;
	return why_failed(y, HOST_CURE("ip route replace %s dev %s", from, y->entry->name),
			  "answers to %s do not return through '%s', but through '%s'", from,
			  y->entry->name, by ? by->name : "no device");
}

static bool check_uplink(struct why *y)
{
	const struct net_link *up = net_links_by_index(&y->out, y->host_way.index);
	const struct net_addr *next = y->host_way.via.family ? &y->host_way.via : &y->dst;
	char cure[CURE_SIZE], text[NET_ADDR_TEXT];
	struct net_neigh neigh;

	y->uplink = up;
	if (!up)
		return why_failed(y, CURE("nsnet why %s", y->n->label),
				  "the devices changed during the check");
	if (y->dst.family == AF_INET6 && up->index != y->entry->index && !forwards_v6(y, up->name))
		return why_failed(y, HOST_CURE("sysctl -w net.ipv6.conf.all.forwarding=1"),
				  "%s does not forward the answers that arrive on '%s'", y->host,
				  up->name);
	if (y->dst.family == AF_INET && up->index != y->entry->index &&
	    why_devconf(y, up->name, "forwarding") == 0)
		return why_failed(y, HOST_CURE("sysctl -w net.ipv4.conf.%s.forwarding=1", up->name),
				  "%s does not forward the answers that arrive on '%s'", y->host,
				  up->name);
	if (!up->carrier)
		return why_failed(y, HOST_CURE("ip link show %s", up->name),
				  "'%s' of %s has no carrier", up->name, y->host);
	net_addr_format(next, false, text);
	if (net_neigh_find(&y->n->host, up->index, next, &neigh, NULL) == 0 &&
	    neigh.state & (NUD_FAILED | NUD_INCOMPLETE))
		return why_failed(y, HOST_CURE("ip neigh flush to %s; ping -c 1 %s", text, text),
				  "the next hop %s on '%s' of %s does not answer", text, up->name,
				  y->host);
	why_passed(y,
		   "%s sends the packets through '%s', and forwards the answers that arrive there",
		   y->host, up->name);
	return true;
}

static bool check_firewall(struct why *y)
{
	return why_rules(y, "forward", y->entry->name, y->uplink->name);
}

static bool check_mtu(struct why *y)
{
	const struct net_link *const on_the_way[] = { y->outer, y->entry, y->uplink };
	const struct net_link *least = y->dev;
	char cure[CURE_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(on_the_way); i++)
		if (on_the_way[i]->mtu < least->mtu)
			least = on_the_way[i];
	if (least == y->dev)
		why_passed(y, "the MTU of '%s' is not larger than that of any device on the path",
			   y->dev->name);
	else
		why_failed(y,
			   CURE("%slink set %s mtu %u", in_namespace(y->n->label, true),
				y->dev->name, least->mtu),
			   "the MTU of '%s' is %u, and that of '%s' is %u: large packets are lost",
			   y->dev->name, y->dev->mtu, least->name, least->mtu);
	return true;
}

/* Reports that the checks end at a namespace other than the caller's. */
static bool check_next(struct why *y)
{
	char cure[CURE_SIZE];

	if (y->host_label[0])
		why_note(y, CURE("nsnet why %s", y->host_label), "the path after %s is not checked",
			 y->host);
	return true;
}

why_check *const why_forward[] = { is_elsewhere, check_host_route,  check_forwarding,
				   check_uplink, check_reply_route, check_firewall,
				   why_nat,      check_mtu,         check_next,
				   NULL };
