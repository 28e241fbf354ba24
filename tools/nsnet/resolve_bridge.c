// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve_bridge: looks bridges up and chooses free addresses of their subnets. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/str.h"
#include "resolve.h"

int need_links(struct net *n, struct host *h, struct nserr *e)
{
	int rc = h->has_links ? 0 : net_links_read(&n->host, &h->links, e);

	h->has_links = rc == 0;
	return rc;
}

int need_addrs(struct net *n, struct host *h, struct nserr *e)
{
	int rc = h->has_addrs ? 0 : net_ifaddrs_read(&n->host, &h->addrs, e);

	h->has_addrs = rc == 0;
	return rc;
}

static bool has_addr(const struct addrs *l, const struct net_addr *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (net_addr_same(&l->v[i], a, (unsigned)(8 * net_addr_size(a))))
			return true;
	return false;
}

void keep_addr(struct addrs *l, const struct net_addr *a)
{
	if (l->n < NET_ADDRS_MAX && !has_addr(l, a))
		l->v[l->n++] = *a;
}

static int need_routes(struct net *n, struct host *h, struct nserr *e)
{
	int rc = h->has_routes ? 0 : net_routes_read(&n->host, &h->routes, e);

	h->has_routes = rc == 0;
	return rc;
}

static const struct net_route *find_overlap(const struct host *h, const struct net_addr *a,
					    int index)
{
	for (size_t i = 0; i < h->routes.n; i++) {
		const struct net_route *r = &h->routes.v[i];

		if (r->dst.prefix && r->index != index && net_addr_overlap(&r->dst, a))
			return r;
	}
	return NULL;
}

/* Counts the device with that index; called by ports_await(). */
static unsigned count_device(void *arg, const struct net_links *links, bool *dying)
{
	const struct net_link *l = net_links_by_index(links, *(const int *)arg);

	*dying = l && str_after(l->alias, NET_ALIAS "run");
	return l != NULL;
}

int check_overlap(struct net *n, struct host *h, const struct net_addr *a, int index,
		  const char *dev, struct nserr *e)
{
	char subnet[NET_ADDR_TEXT], other[NET_ADDR_TEXT];
	const struct net_route *r;
	unsigned left = 1;
	int rc, user;

	if (n->force || a->prefix == 8 * net_addr_size(a))
		return 0;
	rc = need_routes(n, h, e);
	r = rc == 0 ? find_overlap(h, a, index) : NULL;
	user = r ? r->index : 0;
	if (r)
		rc = ports_await(n, count_device, &user, &left, e);
	/* if the program with this device has ended and the device is removed, its routes are
	 * removed, too, so check the routes again */
	if (!left) {
		net_routes_free(&h->routes);
		h->has_routes = false;
		rc = rc < 0 ? rc : need_routes(n, h, e);
		r = rc < 0 ? NULL : find_overlap(h, a, index);
	}
	if (rc < 0 || !r)
		return rc;
	nserr_set(e, 0, "the subnet %s of '%s' overlaps the route to %s",
		  net_addr_format(a, true, subnet), dev, net_addr_format(&r->dst, true, other));
	nserr_hint(e, "choose another subnet, or use --force");
	return -EINVAL;
}

/* ---- bridges */

void random_mac(uint8_t mac[NET_MAC_SIZE])
{
	/* a locally administered unicast address */
	if (getrandom(mac, NET_MAC_SIZE, 0) != NET_MAC_SIZE)
		memset(mac, 0x62, NET_MAC_SIZE);
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
}

void keep_link_local(struct addrs *l, const uint8_t mac[NET_MAC_SIZE])
{
	struct net_addr local;
	bool v6 = false;

	for (size_t i = 0; i < l->n; i++)
		v6 |= l->v[i].family == AF_INET6;
	net_addr_of_mac(mac, &local);
	if (v6)
		keep_addr(l, &local);
}

int resolve_bridge(struct net *n, struct host *h, struct bridge *br, struct nserr *e)
{
	struct net_link l;
	int rc = net_link_find(&n->host, br->name, &l, e);
	size_t given = br->addr.n;

	if (rc == -ENODEV && !br->wanted) {
		nserr_set(e, rc, "cannot find the bridge '%s'", br->name);
		if (names_has(br->name))
			nserr_hint(e,
				   "use '@netns:%s' to connect a device with the network namespace "
				   "'%s'",
				   br->name, br->name);
		else
			nserr_hint(e, "create the bridge with 'nsnet bridge %s,<address>/<length>'",
				   br->name);
		return rc;
	}
	if (rc < 0 && rc != -ENODEV)
		return rc;
	if (rc == 0) {
		if (!streq(l.kind, "bridge"))
			return nserr_set(e, 0, "the device '%s' is not a bridge", br->name);
		br->index = l.index;
		br->link_mtu = l.mtu != 1500 ? l.mtu : 0;
		rc = need_addrs(n, h, e);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < h->addrs.n; i++)
			if (h->addrs.v[i].index == l.index &&
			    h->addrs.v[i].scope == RT_SCOPE_UNIVERSE)
				keep_addr(&br->has, &h->addrs.v[i].addr);
	} else if (given && br->addr.v[0].family == AF_INET) {
		net_mac_of(&br->addr.v[0], 0x02, 0x62, br->mac);
	} else {
		random_mac(br->mac);
	}
	/* packets of the default MTU would be lost at an uplink with a lower one, such as a VPN */
	if (!br->index && !br->mtu && n->uplink_mtu < 1500)
		br->mtu = n->uplink_mtu;
	if (br->mtu)
		br->link_mtu = br->mtu;
	/* Remove the addresses that the bridge has already. */
	br->addr.n = 0;
	for (size_t i = 0; i < given; i++) {
		struct net_addr a = br->addr.v[i];

		if (has_addr(&br->has, &a))
			continue;
		rc = check_overlap(n, h, &a, br->index, br->name, e);
		if (rc < 0)
			return rc;
		br->addr.v[br->addr.n++] = a;
		keep_addr(&br->has, &a);
	}
	if (!br->index)
		keep_link_local(&br->addr, br->mac);
	return 0;
}

/* ---- automatic addresses */

/* Returns true if a device of nsnet has an alias ("nsnet:NAME addr=A,B") that contains the
 * address. */
static bool alias_claims(const char *alias, const struct net_addr *a)
{
	const char *at = str_after(alias, NET_ALIAS) ? strstr(alias, " addr=") : NULL;
	struct net_addr other;

	for (at = at ? at + 6 : NULL; at;
	     at = at[strcspn(at, ", ")] == ',' ? strchr(at, ',') + 1 : NULL)
		if (net_addr_parse(at, strcspn(at, ", "), &other) == 0 &&
		    net_addr_same(&other, a, (unsigned)(8 * net_addr_size(a))))
			return true;
	return false;
}

static bool is_taken(const struct net *n, const struct host *h, const struct bridge *br,
		     const struct net_addr *a)
{
	if (has_addr(&br->has, a))
		return true;
	for (size_t i = 0; i < n->n_wires; i++)
		if (n->wires[i].bridge == br && has_addr(&n->wires[i].addr, a))
			return true;
	/* A device of a namespace that is being destroyed can still answer ARP requests, so its
	 * address is not free. */
	for (size_t i = 0; i < h->links.n; i++)
		if (h->links.v[i].master == br->index && br->index &&
		    alias_claims(h->links.v[i].alias, a))
			return true;
	return false;
}

/* The argument of count_claims(), which counts the bridge ports whose aliases contain an address of
 * the device w. */
struct claims {
	const struct wire *w;
	char alias[NET_LINK_ALIAS]; /* alias of the first of these ports */
	const struct net_addr *addr;
};

static unsigned count_claims(void *arg, const struct net_links *links, bool *dying)
{
	struct claims *c = arg;
	unsigned n = 0;

	for (size_t i = 0; i < links->n; i++) {
		const struct net_link *l = &links->v[i];

		if (l->master != c->w->bridge->index || (c->w->exists && l->index == c->w->outer))
			continue;
		for (size_t k = 0; k < c->w->addr.n; k++) {
			if (!alias_claims(l->alias, &c->w->addr.v[k]))
				continue;
			if (!n++)
				strcpy(c->alias, l->alias);
			c->addr = &c->w->addr.v[k];
			*dying &= str_after(l->alias, NET_ALIAS "run") != NULL;
		}
	}
	return n;
}

int check_free(struct net *n, struct host *h, struct wire *w, struct nserr *e)
{
	struct claims c = { .w = w };
	char text[NET_ADDR_TEXT];
	bool dying = true;
	const char *user;
	unsigned left;
	int rc;

	if (n->force || !w->bridge->index)
		return 0;
	for (size_t i = 0; i < w->addr.n; i++)
		if (has_addr(&w->bridge->has, &w->addr.v[i]))
			return nserr_set(
				e, EADDRINUSE, "the bridge '%s' already has the address %s",
				w->bridge->name, net_addr_format(&w->addr.v[i], false, text));
	rc = need_links(n, h, e);
	if (rc < 0 || !count_claims(&c, &h->links, &dying))
		return rc;
	left = 1;
	if (dying && !n->explain && !n->check)
		rc = ports_await(n, count_claims, &c, &left, e);
	if (rc < 0 || !left)
		return rc;
	user = c.alias + strlen(NET_ALIAS);
	nserr_set(e, EADDRINUSE,
		  "on the bridge '%s', the namespace '%.*s' already has the address %s",
		  w->bridge->name, (int)strcspn(user, " "), user,
		  net_addr_format(c.addr, false, text));
	nserr_hint(e, "choose another address, or use --force");
	return -e->errnum;
}

int choose_addresses(struct net *n, struct host *h, struct wire *w, struct nserr *e)
{
	const struct bridge *br = w->bridge;
	char text[NET_ADDR_TEXT];
	/* a bridge that does not exist yet has no ports, so no address of its subnet is in use */
	int rc = br->index ? need_links(n, h, e) : 0;

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < br->has.n; i++) {
		struct net_addr a = br->has.v[i];

		net_addr_mask(&a);
		while (!net_addr_is_host(&a) || is_taken(n, h, br, &a))
			if (!net_addr_add(&a, 1))
				return nserr_set(e, EADDRNOTAVAIL,
						 "no address is free in the subnet %s of '%s'",
						 net_addr_format(&br->has.v[i], true, text),
						 br->name);
		keep_addr(&w->addr, &a);
	}
	if (w->addr.n)
		return 0;
	nserr_set(e, 0, "'%s': auto needs a bridge with an address, and '%s' has none", w->ifname,
		  br->name);
	nserr_hint(e, "give the bridge an address with 'nsnet bridge %s,<address>/<length>'",
		   br->name);
	return -EINVAL;
}
