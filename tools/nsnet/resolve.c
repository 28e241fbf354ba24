// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve: looks up what the request names, and chooses addresses. Changes nothing; takes a lock.
 */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "nic.h"

/* Lists of the caller's network. Each is read at most once, and only when it is needed. */
struct host {
	struct net_links links;
	struct net_ifaddrs addrs;
	struct net_routes routes;
	bool has_links, has_addrs, has_routes;
};

static int need_links(struct net *n, struct host *h, struct nserr *e)
{
	int rc = h->has_links ? 0 : net_links_read(&n->host, &h->links, e);

	h->has_links = rc == 0;
	return rc;
}

static int need_addrs(struct net *n, struct host *h, struct nserr *e)
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

static void keep_addr(struct addrs *l, const struct net_addr *a)
{
	if (l->n < NET_ADDRS_MAX && !has_addr(l, a))
		l->v[l->n++] = *a;
}

/* The kernel accepts overlapping subnets; packets then take one of two ways by chance. */
static int check_overlap(struct net *n, struct host *h, const struct net_addr *a, int index,
			 const char *dev, struct nserr *e)
{
	char subnet[NET_ADDR_TEXT], other[NET_ADDR_TEXT];
	int rc = 0;

	if (n->force || a->prefix == 8 * net_addr_size(a))
		return 0;
	if (!h->has_routes)
		rc = net_routes_read(&n->host, &h->routes, e);
	h->has_routes = rc == 0;
	for (size_t i = 0; rc == 0 && i < h->routes.n; i++) {
		const struct net_route *r = &h->routes.v[i];

		if (r->dst.prefix == 0 || r->index == index || !net_addr_overlap(&r->dst, a))
			continue;
		rc = nserr_set(e, 0, "the subnet %s of '%s' overlaps the route to %s",
			       net_addr_format(a, true, subnet), dev,
			       net_addr_format(&r->dst, true, other));
		nserr_hint(e, "choose another subnet, or give --force");
	}
	return rc;
}

/* ---- bridges */

static void random_mac(uint8_t mac[NET_MAC_SIZE])
{
	/* locally administered, unicast */
	if (getrandom(mac, NET_MAC_SIZE, 0) != NET_MAC_SIZE)
		memset(mac, 0x62, NET_MAC_SIZE);
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
}

static int resolve_bridge(struct net *n, struct host *h, struct bridge *br, struct nserr *e)
{
	struct net_link l;
	int rc = net_link_find(&n->host, br->name, &l, e);
	size_t given = br->addr.n;

	if (rc == -ENODEV && !br->wanted) {
		nserr_set(e, rc, "the bridge '%s'", br->name);
		nserr_hint(e, "create it with 'nsnet bridge %s,<address>/<length>'", br->name);
		return rc;
	}
	if (rc < 0 && rc != -ENODEV)
		return rc;
	if (rc == 0) {
		if (!streq(l.kind, "bridge"))
			return nserr_set(e, EEXIST, "'%s' is a device, but not a bridge", br->name);
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
	if (br->mtu)
		br->link_mtu = br->mtu;
	/* those that it has need not be added */
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
	return 0;
}

/* ---- automatic addresses */

/* Returns true if the alias of a device of ours ("nsnet:NAME addr=A,B") claims the address. */
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
	/* the end of a namespace that is still dying counts: it may answer ARP */
	for (size_t i = 0; i < h->links.n; i++)
		if (h->links.v[i].master == br->index && br->index &&
		    alias_claims(h->links.v[i].alias, a))
			return true;
	return false;
}

/* The lowest free address of each subnet of the bridge. */
static int choose_addresses(struct net *n, struct host *h, struct wire *w, struct nserr *e)
{
	const struct bridge *br = w->bridge;
	char text[NET_ADDR_TEXT];
	int rc = need_links(n, h, e);

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
	nserr_hint(e, "give it one: 'nsnet bridge %s,<address>/<length>'", br->name);
	return -EINVAL;
}

/* ---- devices */

static void choose_gateways(struct wire *w)
{
	for (size_t i = 0; i < w->addr.n; i++)
		for (size_t k = 0; k < w->bridge->has.n; k++)
			if (net_addr_same(&w->addr.v[i], &w->bridge->has.v[k],
					  w->bridge->has.v[k].prefix)) {
				keep_addr(&w->gw, &w->bridge->has.v[k]);
				break;
			}
}

/* The alias says whose the other end is, and which addresses are taken: the only record there is.
 */
static void set_alias(const struct net *n, struct wire *w)
{
	char text[NET_ADDR_TEXT];
	size_t len;

	len = (size_t)snprintf(w->alias, sizeof(w->alias), "%s%s", NET_ALIAS,
			       n->name  ? n->name
			       : n->ref ? n->label
					: "run");
	for (size_t i = 0; i < w->addr.n && len < sizeof(w->alias); i++)
		len += (size_t)snprintf(
			w->alias + len, sizeof(w->alias) - len, "%s%s",
			i ? "," : " addr=", net_addr_format(&w->addr.v[i], true, text));
	/* `del` loads libnftables only for what has a table */
	if (nat_wanted(n) && !n->argv && len < sizeof(w->alias))
		snprintf(w->alias + len, sizeof(w->alias) - len, " nat");
}

static const struct net_addr *first_v4(const struct addrs *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].family == AF_INET)
			return &l->v[i];
	return NULL;
}

/* A name that is free among the links, from a pattern: "eth%d". */
static void free_name(const struct net_links *l, const struct net *n, const char *pattern,
		      char out[IF_NAMESIZE])
{
	for (unsigned i = 0; i < 10000; i++) {
		bool taken = false;

		snprintf(out, IF_NAMESIZE, "%s%u", pattern, i);
		for (size_t k = 0; k < n->n_wires; k++)
			taken |= n->wires[k].outer_name != out &&
				 streq(n->wires[k].outer_name, out);
		if (!taken && !net_links_by_name(l, out))
			return;
	}
}

static int resolve_ref_end(struct net *n, struct wire *w, struct nserr *e)
{
	struct net_links links cleanup_net_links = NET_LINKS_INIT;
	int rc;

	w->other_ns = net_open_ref(w->other, e);
	if (w->other_ns < 0)
		return w->other_ns;
	net_label(w->other, w->other_label);
	rc = net_open_in(n->own_ns, w->other_ns, &w->other_nl, e);
	if (rc == 0 && !w->other_if[0]) {
		rc = net_links_read(&w->other_nl, &links, e);
		free_name(&links, n, "eth", w->other_if);
	}
	strcpy(w->outer_name, w->other_if);
	return rc;
}

/* A device that is there already must be what the request would make. */
static int match_existing(struct net *n, struct host *h, const struct net_links *inside,
			  struct wire *w, struct nserr *e)
{
	const struct net_link *l = net_links_by_name(inside, w->ifname), *outer;
	const char *kind = w->kind == WIRE_STACKED ? w->stacked : "veth";
	int rc;

	if (!l)
		return 0;
	w->exists = true;
	w->index = l->index;
	if (!streq(l->kind, kind))
		return nserr_set(e, EEXIST,
				 "the device '%s' is there already, and is not of type %s",
				 w->ifname, kind);
	if (w->kind == WIRE_HOST || w->kind == WIRE_BRIDGE) {
		rc = need_links(n, h, e);
		if (rc < 0)
			return rc;
		outer = net_links_by_index(&h->links, l->peer);
		w->outer = l->peer;
		/* indices are of one namespace: the alias tells that it is this one */
		if (!outer || !str_after(outer->alias, NET_ALIAS) ||
		    (w->kind == WIRE_BRIDGE && outer->master != w->bridge->index))
			return nserr_set(
				e, EEXIST,
				"the device '%s' is there already, and is not connected to "
				"'%s'",
				w->ifname, w->kind == WIRE_BRIDGE ? w->bridge->name : "the caller");
	}
	return 0;
}

/* The addresses that an existing device has in the subnets of its bridge stay. */
static int keep_existing_addresses(struct net *n, struct wire *w, struct nserr *e)
{
	struct net_ifaddrs inside cleanup_net_ifaddrs = NET_IFADDRS_INIT;
	int rc = net_ifaddrs_read(&n->inner, &inside, e);

	for (size_t i = 0; rc == 0 && i < inside.n; i++)
		for (size_t k = 0; k < w->bridge->has.n; k++)
			if (inside.v[i].index == w->index &&
			    net_addr_same(&inside.v[i].addr, &w->bridge->has.v[k],
					  w->bridge->has.v[k].prefix))
				keep_addr(&w->addr, &inside.v[i].addr);
	return rc;
}

static int resolve_wire(struct net *n, struct host *h, const struct net_links *inside,
			struct wire *w, bool first, struct nserr *e)
{
	const struct net_addr *v4;
	struct net_link lower;
	int rc = match_existing(n, h, inside, w, e);

	if (rc == 0 && w->kind == WIRE_REF && !w->exists)
		rc = resolve_ref_end(n, w, e);
	if (rc == 0 && w->kind == WIRE_STACKED) {
		rc = net_link_find(&n->host, w->other, &lower, e);
		if (rc == -ENODEV)
			nserr_set(e, rc, "the device '%s'", w->other);
		w->lower = lower.index;
	}
	if (rc == 0 && w->automatic && w->exists)
		rc = keep_existing_addresses(n, w, e);
	if (rc == 0 && w->automatic && w->addr.n == 0)
		rc = choose_addresses(n, h, w, e);
	if (rc < 0)
		return rc;
	if (w->kind == WIRE_HOST)
		for (size_t i = 0; i < w->other_addr.n && rc == 0; i++)
			rc = check_overlap(n, h, &w->other_addr.v[i], w->exists ? w->outer : 0,
					   w->ifname, e);
	/* one default route: that of the first device */
	if (w->kind == WIRE_BRIDGE && first && !w->no_gw && w->gw.n == 0)
		choose_gateways(w);
	if (w->kind == WIRE_BRIDGE && !w->mtu)
		w->mtu = w->bridge->link_mtu;
	v4 = first_v4(&w->addr);
	if (v4 && !w->has_mac && w->kind != WIRE_STACKED) {
		net_mac_of(v4, 0x02, 0x6e, w->mac);
		w->has_mac = true;
	}
	if (w->kind == WIRE_REF)
		v4 = first_v4(&w->other_addr);
	if (v4 && w->kind != WIRE_STACKED) {
		net_mac_of(v4, 0x02, 0x6f, w->outer_mac);
		w->has_outer_mac = true;
	}
	set_alias(n, w);
	if (rc == 0 && n->explain && w->kind != WIRE_STACKED && w->kind != WIRE_REF) {
		rc = need_links(n, h, e);
		free_name(&h->links, n, "vethns", w->outer_name);
	}
	return rc;
}

/* ---- the target */

static int resolve_name(struct net *n, struct nserr *e)
{
	int is = names_open(n->name, &n->ns, e);

	if (is < 0)
		return is;
	snprintf(n->label, sizeof(n->label), "%.63s", n->name);
	snprintf(n->path, sizeof(n->path), "%s/%s", NETNS_DIR, n->name);
	n->target = is == NAME_ALIVE ? TARGET_EXISTING : TARGET_NEW_NAME;
	if (n->enters && is != NAME_ALIVE) {
		nserr_set(e, ENOENT, "the network namespace '%s'", n->name);
		nserr_hint(e, "create it with 'nsnet add %s'", n->name);
		return -ENOENT;
	}
	return 0;
}

static int resolve_target(struct net *n, struct nserr *e)
{
	n->target = TARGET_NEW;
	snprintf(n->label, sizeof(n->label), "nsnet-run");
	if (n->name)
		return resolve_name(n, e);
	if (!n->ref)
		return 0;
	net_label(n->ref, n->label);
	n->ns = net_open_ref(n->ref, e);
	if (n->ns < 0)
		return n->ns;
	n->target = TARGET_EXISTING;
	return 0;
}

/* Two runs at once must not choose the same address, or both create the bridge. The lock is on the
 * network namespace itself, which all its users have in common. */
static int lock_host(struct net *n, struct nserr *e)
{
	int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");

	if (fd < 0)
		return nserr_set(e, fd, "cannot open /proc/self/ns/net");
	if (RETRY_EINTR(flock(fd, LOCK_EX)) < 0) {
		nserr_set(e, errno, "cannot lock the network namespace");
		close(fd);
		return -e->errnum;
	}
	n->host_lock = fd;
	return 0;
}

int resolve(struct net *n, struct nserr *e)
{
	struct net_links inside cleanup_net_links = NET_LINKS_INIT;
	struct host h = { 0 };
	int rc = 0;

	n->own_ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	if (n->own_ns < 0)
		return nserr_set(e, n->own_ns, "cannot open /proc/self/ns/net");
	if (n->name && !n->enters && !n->explain && !n->check) {
		n->name_lock = names_lock(e);
		rc = n->name_lock < 0 ? n->name_lock : 0;
	}
	if (rc == 0)
		rc = netlink_open(&n->host, e);
	if (rc == 0)
		rc = resolve_target(n, e);
	if (rc == 0 && n->n_bridges && !n->explain && !n->check)
		rc = lock_host(n, e);
	if (rc == 0 && n->target == TARGET_EXISTING && !n->enters)
		rc = net_open_in(n->own_ns, n->ns, &n->inner, e);
	if (rc == 0 && n->target == TARGET_EXISTING && n->n_wires)
		rc = net_links_read(&n->inner, &inside, e);
	for (size_t i = 0; rc == 0 && i < n->n_bridges; i++)
		rc = resolve_bridge(n, &h, &n->bridges[i], e);
	/* `link` may leave the choice to us */
	for (size_t i = 0; rc == 0 && i < n->n_wires; i++)
		if (!n->wires[i].ifname[0])
			free_name(&inside, n, "eth", n->wires[i].ifname);
	for (size_t i = 0; rc == 0 && i < n->n_wires; i++)
		rc = resolve_wire(n, &h, &inside, &n->wires[i], i == 0, e);
	if (rc == 0 && n->nic.name[0])
		rc = nic_resolve(n, e);
	if (rc == 0 && nat_wanted(n))
		rc = nat_resolve(n, e);
	if (rc == 0 && n->dns != DNS_NONE)
		rc = dns_read(n, e);
	net_links_free(&h.links);
	net_ifaddrs_free(&h.addrs);
	net_routes_free(&h.routes);
	return rc;
}
