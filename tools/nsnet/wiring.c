// SPDX-License-Identifier: GPL-2.0-or-later
/* wiring: finds the other ends of devices, lower devices and bridges. */
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "ns/netnsid.h"
#include "rules.h"
#include "show.h"

/*
 * Returns true if the other end of the device l, which is in the namespace `of`, is in the
 * namespace ns. Sets *err to a negative errno if the kernel does not answer.
 */
static bool peer_is_in(const struct view_ns *of, const struct net_link *l, const struct view_ns *ns,
		       int *err)
{
	int rc = net_peer_is_in(&of->nl, l, ns->fd);

	if (rc < 0)
		*err = rc;
	return rc > 0;
}

/*
 * Finds the other end of a veth pair. IFLA_LINK is the index of the other end in the namespace with
 * the number IFLA_LINK_NETNSID, which is relative to the namespace of the socket. Two devices that
 * name each other's index are candidates. RTM_GETNSID then returns the number of a candidate's
 * namespace. Sets *err to a negative errno if the kernel does not answer.
 */
static const struct net_link *find_peer(const struct view *v, const struct view_ns *of,
					const struct net_link *l, const struct view_ns **where,
					int *err)
{
	if (!streq(l->kind, "veth") || !l->peer)
		return NULL;
	for (size_t i = 0; i < v->n; i++) {
		const struct view_ns *ns = &v->ns[i];
		const struct net_link *peer = net_links_by_index(&ns->links, l->peer);

		if (!peer || !streq(peer->kind, "veth") || peer->peer != l->index)
			continue;
		if (l->peer_nsid == NETNSID_UNASSIGNED ? ns == of : peer_is_in(of, l, ns, err)) {
			*where = ns;
			return peer;
		}
	}
	return NULL;
}

/* Records that the other end of the device l in the namespace ns was not found. */
static void lose(struct view *v, const struct view_ns *ns, const struct net_link *l, int err)
{
	v->complete = false;
	if (v->lost.n++ > 0)
		return;
	v->lost.ns = ns;
	v->lost.link = l;
	v->lost.err = err;
}

void view_relate(struct view *v, bool all)
{
	for (size_t i = 0; i < v->n; i++) {
		struct view_ns *ns = &v->ns[i];

		ns->peers = calloc(ns->links.n + 1, sizeof(*ns->peers));
		if (!ns->peers)
			cli_die(ENOMEM,
				"cannot allocate memory for the connections of the devices");
		for (size_t k = 0; k < ns->links.n; k++) {
			const struct net_link *l = &ns->links.v[k];
			int err = 0;

			ns->peers[k].link = find_peer(v, ns, l, &ns->peers[k].ns, &err);
			if (err || (all && !ns->peers[k].link && streq(l->kind, "veth") && l->peer))
				lose(v, ns, l, err);
		}
	}
}

const struct net_link *view_peer(const struct view *v, const struct view_ns *of,
				 const struct net_link *l, const struct view_ns **where)
{
	const struct view_peer *p = &of->peers[l - of->links.v];

	(void)v;
	*where = p->ns;
	return p->link;
}

const char *view_state(const struct net_link *l)
{
	/* The carrier is used instead of IFF_RUNNING, which the kernel may set a second later. */
	return !(l->flags & IFF_UP) ? "DOWN" : l->carrier ? "UP" : "NO-CARRIER";
}

void view_addrs(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out)
{
	char text[NET_ADDR_TEXT];
	bool comma = false;

	(void)v;
	for (size_t i = 0; i < ns->addrs.n; i++) {
		const struct net_ifaddr *a = &ns->addrs.v[i];

		if (a->index != l->index || a->scope == RT_SCOPE_LINK)
			continue;
		buf_printf(out, "%s%s", comma ? "," : "", net_addr_format(&a->addr, true, text));
		comma = true;
	}
}

void view_gateways(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		   struct buf *out)
{
	char text[NET_ADDR_TEXT];
	bool comma = false;

	(void)v;
	for (size_t i = 0; i < ns->routes.n; i++) {
		const struct net_route *r = &ns->routes.v[i];

		if (r->index != l->index || r->dst.prefix || !r->via.family)
			continue;
		buf_printf(out, "%s%s", comma ? "," : "", net_addr_format(&r->via, false, text));
		comma = true;
	}
}

void view_peer_text(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out)
{
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);

	if (peer) {
		buf_printf(out, "%s:%s", where->ref, peer->name);
	} else if (l->peer && l->peer_nsid >= 0) {
		buf_printf(out, "?nsid:%d", (int)l->peer_nsid);
	} else if (l->peer && l->peer_nsid == NETNSID_UNASSIGNED) {
		peer = net_links_by_index(&ns->links, l->peer);
		buf_printf(out, "%s:%s", ns->ref, peer ? peer->name : "?");
	}
}

static bool has_address(const struct view_ns *ns, const struct net_link *l,
			const struct net_addr *a)
{
	for (size_t i = 0; i < ns->addrs.n; i++)
		if (ns->addrs.v[i].index == l->index &&
		    net_addr_same(&ns->addrs.v[i].addr, a, (unsigned)(8 * net_addr_size(a))))
			return true;
	return false;
}

/* Returns true if a list that is separated by commas contains the text. */
static bool has_item(const char *list, const char *text)
{
	size_t n = strlen(text);

	for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == n && memcmp(at, text, n) == 0)
			return true;
	return false;
}

void view_ports(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out)
{
	const char *at = v->rules.s;
	struct rules_dnat d;

	while (rules_next_dnat(&at, &d)) {
		char text[32];

		snprintf(text, sizeof(text), "%u:%u/%s", d.outer, d.inner, d.udp ? "udp" : "tcp");
		/* a port that is published for IPv4 and for IPv6 has two rules */
		if (has_address(ns, l, &d.to) && !has_item(out->s, text))
			buf_printf(out, "%s%s", out->len ? "," : "", text);
	}
}

/* Adds the name of the firewall table. The alias of a bridge, or of the other end of a pair, ends
 * with " nat" if there is a table. */
void view_nat_table(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out)
{
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);
	const char *bridge = str_after(l->alias, NET_ALIAS "bridge nat");
	const char *of = peer ? str_after(peer->alias, NET_ALIAS) : NULL;
	char name[NET_LINK_ALIAS], table[NAT_TABLE_SIZE];

	if (bridge)
		of = l->name;
	else if (!of || strlen(of) < 4 || !streq(of + strlen(of) - 4, " nat"))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(of, " "), of);
	if (nat_table(bridge ? "br" : "ns", name, table, NULL) == 0)
		buf_printf(out, "inet %s", table);
}
