// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve_wire: looks up the other end of a device, and completes the description of the device. */
#include <stdio.h>

#include "base/str.h"
#include "resolve.h"

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

/* Sets the alias, which contains the name of the namespace and the addresses in use. nsnet has no
 * other record of them. */
static void set_alias(const struct net *n, struct wire *w)
{
	char text[NET_ADDR_TEXT];
	size_t len;

	len = (size_t)snprintf(w->alias, sizeof(w->alias), "%s%s", NET_ALIAS, n->owner);
	for (size_t i = 0; i < w->addr.n && len < sizeof(w->alias); i++)
		len += (size_t)snprintf(
			w->alias + len, sizeof(w->alias) - len, "%s%s",
			i ? "," : " addr=", net_addr_format(&w->addr.v[i], true, text));
	/* The word " nat" in the alias tells `del` that there is a firewall table, so that `del`
	 * loads libnftables only in this case. */
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

void free_name(const struct net_links *l, const struct net *n, const char *pattern,
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

/* Checks that an existing device has the type and the other end that the request names. Returns 0,
 * or a negative errno with e set. */
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
		return nserr_set(e, EEXIST, "the device '%s' exists already, and is not of type %s",
				 w->ifname, kind);
	if (w->kind == WIRE_HOST || w->kind == WIRE_BRIDGE) {
		rc = need_links(n, h, e);
		if (rc < 0)
			return rc;
		outer = net_links_by_index(&h->links, l->peer);
		w->outer = l->peer;
		if (!outer || !str_after(outer->alias, NET_ALIAS) ||
		    net_peer_is_in(&n->inner, l, n->own_ns) <= 0 ||
		    (w->kind == WIRE_BRIDGE && outer->master != w->bridge->index))
			return w->kind == WIRE_BRIDGE
				       ? nserr_set(e, EEXIST,
						   "the device '%s' exists already, and is not "
						   "connected to '%s'",
						   w->ifname, w->bridge->name)
				       : nserr_set(e, EEXIST,
						   "the device '%s' exists already, and is not "
						   "connected to the caller",
						   w->ifname);
	}
	return 0;
}

/* Adds the addresses that an existing device has in the subnets of its bridge, so that they are
 * kept. Returns 0, or a negative errno with e set. */
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

int resolve_wire(struct net *n, struct host *h, const struct net_links *inside, struct wire *w,
		 bool first, struct nserr *e)
{
	const struct net_addr *v4;
	struct net_link lower;
	int rc = match_existing(n, h, inside, w, e);

	if (rc == 0 && w->kind == WIRE_REF && !w->exists)
		rc = resolve_ref_end(n, w, e);
	if (rc == 0 && w->kind == WIRE_STACKED) {
		rc = net_link_find(&n->host, w->other, &lower, e);
		if (rc == -ENODEV)
			nserr_set(e, rc, "cannot find the device '%s'", w->other);
		w->lower = lower.index;
	}
	if (rc == 0 && w->automatic && w->exists)
		rc = keep_existing_addresses(n, w, e);
	if (rc == 0 && w->automatic && w->addr.n == 0)
		rc = choose_addresses(n, h, w, e);
	else if (rc == 0 && w->kind == WIRE_BRIDGE)
		rc = check_free(n, h, w, e);
	if (rc < 0)
		return rc;
	if (w->kind == WIRE_HOST)
		for (size_t i = 0; i < w->other_addr.n && rc == 0; i++)
			rc = check_overlap(n, h, &w->other_addr.v[i], w->exists ? w->outer : 0,
					   w->ifname, e);
	/* Only the first device gets a default route. */
	if (w->kind == WIRE_BRIDGE && first && !w->no_gw && w->gw.n == 0)
		choose_gateways(w);
	if (w->kind == WIRE_BRIDGE && !w->mtu)
		w->mtu = w->bridge->link_mtu;
	if (w->kind == WIRE_HOST && !w->mtu && n->uplink_mtu < 1500)
		w->mtu = n->uplink_mtu;
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
	if (w->other_addr.n && !w->exists) {
		if (!w->has_outer_mac)
			random_mac(w->outer_mac);
		w->has_outer_mac = true;
		keep_link_local(&w->other_addr, w->outer_mac);
	}
	set_alias(n, w);
	if (rc == 0 && n->explain && w->kind != WIRE_STACKED && w->kind != WIRE_REF) {
		rc = need_links(n, h, e);
		free_name(&h->links, n, "vethns", w->outer_name);
	}
	return rc;
}
