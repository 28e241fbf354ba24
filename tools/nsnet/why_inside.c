// SPDX-License-Identifier: GPL-2.0-or-later
/* why_inside: the checks of the namespace itself: devices, addresses, route, firewall rules, veth
 * pair, name servers and ping. */
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <stdio.h>

#include "base/file.h"
#include "why.h"

static bool check_devices(struct why *y)
{
	const struct net_link *lo = net_links_by_name(&y->in, "lo"), *down = NULL;
	const char *label = y->n->label;
	char cure[CURE_SIZE];

	if (!lo || !(lo->flags & IFF_UP))
		why_failed(y, CURE("%slink set lo up", in_namespace(label, true)), "lo is down");
	else
		why_passed(y, "lo is up");
	if (y->in.n < 2)
		return why_failed(y,
				  CURE("nsnet add %s --bridge <bridge>,<address>/<length>", label),
				  "the namespace has no device except lo");
	for (size_t i = 0; i < y->in.n; i++) {
		const struct net_link *l = &y->in.v[i];

		if (l->flags & IFF_LOOPBACK)
			continue;
		if (l->flags & IFF_UP) {
			why_passed(y, "'%s' is up", l->name);
			return true;
		}
		down = down ? down : l;
	}
	return why_failed(
		y,
		CURE("%slink set %s up", in_namespace(label, true), down ? down->name : "<device>"),
		"no device except lo is up");
}

static bool check_addresses(struct why *y)
{
	char cure[CURE_SIZE], text[NET_ADDR_TEXT];
	unsigned usable = 0;

	for (size_t i = 0; i < y->addrs.n; i++) {
		const struct net_ifaddr *a = &y->addrs.v[i];

		if (a->addr.family != y->dst.family || a->scope != RT_SCOPE_UNIVERSE)
			continue;
		net_addr_format(&a->addr, true, text);
		if (a->flags & IFA_F_DADFAILED)
			return why_failed(y,
					  CURE("%saddr del %s dev <device>",
					       in_namespace(y->n->label, true), text),
					  "another machine has the address %s too", text);
		if (a->flags & IFA_F_TENTATIVE)
			return why_failed(y,
					  CURE("%saddr replace %s dev <device> nodad",
					       in_namespace(y->n->label, true), text),
					  "the address %s cannot be used yet (tentative)", text);
		usable++;
	}
	if (!usable)
		return why_failed(y,
				  CURE("%saddr add <address>/<length> dev <device>",
				       in_namespace(y->n->label, true)),
				  "no device has an address of the family of the destination");
	why_passed(y, "there is an address (%s)", text);
	return true;
}

/* Checks a destination that is an address of the namespace itself. */
static bool check_own_address(struct why *y, const char *to)
{
	char cure[CURE_SIZE];
	int listens;

	why_passed(y, "%s is an address of the namespace itself", to);
	if (!y->port)
		return false;
	why_enter(y);
	listens = why_listens(y->udp, y->port);
	why_leave(y);
	if (listens == 0)
		return why_failed(y, CURE("start the server in the namespace"),
				  "no program in the namespace listens on the port %u", y->port);
	if (listens > 0)
		why_passed(y, "a program listens on the port %u", y->port);
	return false;
}

static bool check_route(struct why *y)
{
	char cure[CURE_SIZE], to[NET_ADDR_TEXT], via[NET_ADDR_TEXT];
	int rc = net_route_ask(&y->n->inner, &y->dst, NULL, 0, &y->way, NULL);

	net_addr_format(&y->dst, false, to);
	if (rc == -EACCES || rc == -EINVAL || rc == -EHOSTUNREACH)
		return why_failed(y, CURE("%sroute get %s", in_namespace(y->n->label, true), to),
				  "a route of the namespace forbids %s", to);
	if (rc < 0)
		return why_failed(
			y,
			CURE("%sroute add default via <gateway>", in_namespace(y->n->label, true)),
			"the namespace has no route to %s", to);
	if (y->way.type == RTN_LOCAL)
		return check_own_address(y, to);
	y->dev = net_links_by_index(&y->in, y->way.index);
	if (!y->dev)
		return why_failed(y, CURE("nsnet why %s", y->n->label),
				  "the devices changed during the check");
	if (y->way.via.family)
		why_passed(y, "the route to %s is via %s on '%s'", to,
			   net_addr_format(&y->way.via, false, via), y->dev->name);
	else
		why_passed(y, "the route to %s is on '%s'", to, y->dev->name);
	return true;
}

static bool check_wire(struct why *y)
{
	const char *name = y->dev->name;
	char cure[CURE_SIZE];

	if (!streq(y->dev->kind, "veth")) {
		if (!y->dev->carrier)
			return why_failed(
				y, CURE("%s-d link show %s", in_namespace(y->n->label, true), name),
				"'%s' has no carrier", name);
		why_passed(y, "'%s' has carrier; it is not a pair with another namespace", name);
		return false;
	}
	if (y->dev->carrier)
		why_passed(y, "'%s' has carrier", name);
	if (why_find_outer(y) && !(y->outer->flags & IFF_UP))
		return why_failed(y, HOST_CURE("ip link set %s up", y->outer->name),
				  "the other end of '%s', '%s' of %s, is down", name,
				  y->outer->name, y->host);
	if (!y->dev->carrier)
		return why_failed(y, CURE("nsnet show --all"),
				  "'%s' has no carrier: the other end is down", name);
	return y->outer != NULL;
}

/* Checks the neighbour entry of the gateway, or of a destination on the same link. */
static bool check_neighbour(struct why *y)
{
	const struct net_addr *to = y->way.via.family ? &y->way.via : &y->dst;
	char cure[CURE_SIZE], text[NET_ADDR_TEXT], mac[18];
	const struct net_link *owner = y->outer;
	struct net_neigh neigh;

	net_addr_format(to, false, text);
	if (net_neigh_find(&y->n->inner, y->dev->index, to, &neigh, NULL) < 0)
		return true; /* no packet was sent to the neighbour */
	if (neigh.state & (NUD_FAILED | NUD_INCOMPLETE))
		return why_failed(y,
				  CURE("%sneigh flush to %s; %saddr add %s/<length> dev <device>",
				       in_namespace(y->n->label, true), text,
				       y->host_label[0] ? in_namespace(y->host_label, true) : "ip ",
				       text),
				  "no device on the link of '%s' answers for the address %s",
				  y->dev->name, text);
	if (owner && owner->master)
		owner = net_links_by_index(&y->out, owner->master);
	for (size_t i = 0; owner && neigh.has_mac && i < y->out_addrs.n; i++)
		if (y->out_addrs.v[i].index == owner->index && owner->has_mac &&
		    net_addr_same(&y->out_addrs.v[i].addr, to, 8u * (unsigned)net_addr_size(to)) &&
		    memcmp(neigh.mac, owner->mac, NET_MAC_SIZE) != 0)
			return why_failed(y,
					  CURE("%sneigh del %s dev %s",
					       in_namespace(y->n->label, true), text, y->dev->name),
					  "the neighbour table of the namespace has an outdated "
					  "hardware address for %s: %s",
					  text, net_mac_format(neigh.mac, mac));
	why_passed(y, "the neighbour %s answers", text);
	return true;
}

why_check *const why_inside[] = { check_devices, check_addresses, check_route, why_inner_rules,
				  check_wire,    check_neighbour, NULL };

/* ---- name servers */

struct servers {
	char path[512];
	unsigned n, loopback;
	/* first server that is not on a loopback address; family 0 if there is no such server */
	struct net_addr first;
};

/* Reads the name servers of the namespace into *s. Returns 0, or a negative errno if the file
 * s->path cannot be read. */
static int read_servers(const struct why *y, struct servers *s)
{
	char text[8192];
	ssize_t n = -ENOENT;

	snprintf(s->path, sizeof(s->path), "%s/%s/resolv.conf", NETNS_ETC,
		 y->n->name ? y->n->name : "");
	if (y->n->name)
		n = file_read_at(AT_FDCWD, s->path, text, sizeof(text));
	if (n == -ENOENT) {
		snprintf(s->path, sizeof(s->path), "/etc/resolv.conf");
		n = file_read_at(AT_FDCWD, s->path, text, sizeof(text));
	}
	for (const char *line = text; n >= 0 && *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *at = str_after(line, "nameserver");
		struct net_addr a;

		if (!at || (*at != ' ' && *at != '\t'))
			continue;
		at += strspn(at, " \t");
		s->n++;
		if (str_after(at, "127.") || str_after(at, "::1"))
			s->loopback++;
		else if (!s->first.family && net_addr_parse(at, strcspn(at, " \t\n"), &a) == 0)
			s->first = a;
	}
	return n < 0 ? (int)n : 0;
}

/* Checks the name servers. A name server on a loopback address serves only its own network
 * namespace. */
static bool check_dns(struct why *y)
{
	char cure[CURE_SIZE], text[NET_ADDR_TEXT];
	struct servers s = { .n = 0 };
	struct net_way way;
	int listens, rc = read_servers(y, &s);

	if (rc < 0) {
		why_unknown(y, "cannot read '%s': %s", s.path, strerror(-rc));
		return true;
	}
	if (s.n == s.loopback) {
		why_enter(y);
		listens = why_listens(true, 53);
		why_leave(y);
		if (listens == 0)
			why_failed(
				y,
				CURE("nsnet add %s --dns host", y->n->name ? y->n->name : "<name>"),
				"%s names only servers at loopback addresses, and no name server "
				"runs in the namespace",
				s.path);
		else
			why_passed(y, "a name server runs in the namespace");
		return true;
	}
	net_addr_format(&s.first, false, text);
	if (s.first.family && net_route_ask(&y->n->inner, &s.first, NULL, 0, &way, NULL) < 0) {
		/* without y->dev there is no route at all, which another check has reported */
		if (y->dev)
			why_failed(y,
				   CURE("%sroute add %s via <gateway>",
					in_namespace(y->n->label, true), text),
				   "the namespace has no route to the name server %s of %s", text,
				   s.path);
		return true;
	}
	why_passed(y, "%s names the server %s", s.path, text);
	return true;
}

/* Checks ping_group_range, the groups whose processes may send echo requests without privilege
 * (icmp(7)). "1 0" means no group. */
static bool check_ping(struct why *y)
{
	char text[64] = "", cure[CURE_SIZE];
	ssize_t n;

	why_enter(y);
	n = file_read_at(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", text, sizeof(text));
	why_leave(y);
	if (n > 0 && str_after(text, "1\t0"))
		why_note(y,
			 CURE("%ssysctl -w 'net.ipv4.ping_group_range=0 2147483647'",
			      in_namespace(y->n->label, false)),
			 "ordinary users of the namespace cannot use ping");
	return true;
}

why_check *const why_beside[] = { why_published, check_dns, check_ping, NULL };
