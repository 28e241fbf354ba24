// SPDX-License-Identifier: GPL-2.0-or-later
/* nat_rules: the text of the firewall rules. */
#include <stdio.h>

#include "nat.h"
#include "net/conntrack.h"

/*
 * nft(8) accepts letters, digits, '_', '/' and '.' in the name of a table. Names of nsnet contain
 * no '/', so '/' replaces '-'. Other characters are refused, because nft(8) would parse them as
 * syntax.
 */
int nat_table(const char *kind, const char *name, char table[NAT_TABLE_SIZE], struct nserr *e)
{
	const char *inode = streq(kind, "ns") ? str_after(name, "net:") : NULL;

	kind = inode ? "id" : kind;
	name = inode ? inode : name;
	if (!name_is_valid(name))
		return nserr_set(e, 0, "'%s' cannot be used as the name of a firewall table", name);
	snprintf(table, NAT_TABLE_SIZE, "nsnet_%s/%s", kind, name);
	for (char *c = table; *c; c++)
		if (*c == '-')
			*c = '/';
	return 0;
}

const struct net_addr *nat_inner(const struct net *n, uint8_t family)
{
	for (size_t i = 0; i < n->n_wires; i++)
		for (size_t k = 0; k < n->wires[i].addr.n; k++)
			if (n->wires[i].addr.v[k].family == family &&
			    (n->wires[i].kind == WIRE_HOST || n->wires[i].kind == WIRE_BRIDGE))
				return &n->wires[i].addr.v[k];
	return NULL;
}

bool nat_publishes(const struct net *n, const struct publish *p, uint8_t family)
{
	return (!p->addr.family || p->addr.family == family) && nat_inner(n, family);
}

bool nat_is_loopback(const struct publish *p)
{
	return p->addr.family == AF_INET && p->addr.b[0] == 127;
}

bool nat_loopback(const struct net *n)
{
	for (size_t i = 0; !n->pasta && i < n->n_publish; i++)
		if (nat_is_loopback(&n->publish[i]))
			return true;
	return false;
}

void nat_guard_chain(struct buf *b)
{
	buf_adds(b,
		 "\tchain guard {\n\t\ttype filter hook prerouting priority raw; policy accept;\n"
		 "\t\tiifname != \"lo\" ip daddr 127.0.0.0/8 drop\n\t}\n");
}

static bool has_pair(const struct net *n)
{
	for (size_t i = 0; i < n->n_wires; i++)
		if (n->wires[i].kind == WIRE_HOST)
			return true;
	return false;
}

static void add_publish(const struct net *n, const struct publish *p, uint8_t family, bool output,
			struct buf *b)
{
	const bool v6 = family == AF_INET6;
	char text[NET_ADDR_TEXT];

	if (!nat_publishes(n, p, family))
		return;
	buf_adds(b, "\t\t");
	if (p->addr.family)
		buf_printf(b, "%s daddr %s ", nat_word(family),
			   net_addr_format(&p->addr, false, text));
	else
		buf_printf(b, "%sfib daddr type local ",
			   !output ? ""
			   : v6    ? "ip6 daddr != ::1 "
				   : "ip daddr != 127.0.0.0/8 ");
	buf_printf(b, "%s dport %u dnat %s to %s%s%s:%u\n", p->udp ? "udp" : "tcp", p->outer,
		   nat_word(family), v6 ? "[" : "",
		   net_addr_format(nat_inner(n, family), false, text), v6 ? "]" : "", p->inner);
}

/*
 * The rules name subnets instead of devices. The name of the host's end is not known yet, because
 * the kernel chooses it. A rule with the index of a device could match another device after that
 * device is removed.
 */
static void add_translation(const struct net *n, const struct net_addr *subnet, struct buf *b)
{
	const struct net_addr *fixed = subnet->family == AF_INET6 ? &n->nat_to6 : &n->nat_to;
	char net[NET_ADDR_TEXT], to[NET_ADDR_TEXT];
	const char *ip = nat_word(subnet->family);

	net_addr_format(subnet, true, net);
	if (n->nat && fixed->family)
		buf_printf(b, "\t\t%s saddr %s %s daddr != %s snat %s to %s\n", ip, net, ip, net,
			   ip, net_addr_format(fixed, false, to));
	else if (n->nat)
		buf_printf(b, "\t\t%s saddr %s %s daddr != %s masquerade\n", ip, net, ip, net);
	/* Also translate connections from the same subnet to the published port, because their
	 * answers must return through the host on which nsnet runs. */
	if (n->n_publish)
		buf_printf(b, "\t\t%s saddr %s %s daddr %s ct status dnat masquerade\n", ip, net,
			   ip, net);
	/* the namespace cannot answer to a loopback address */
	if (nat_loopback(n) && subnet->family == AF_INET)
		buf_printf(b, "\t\tip saddr 127.0.0.0/8 ip daddr %s masquerade\n", net);
}

void nat_rules(const struct net *n, bool owner, struct buf *b)
{
	char net[NET_ADDR_TEXT];

	/* One transaction replaces the old table. */
	if (!owner)
		buf_printf(b, "add table inet %s\ndelete table inet %s\n", n->table, n->table);
	buf_printf(b, "table inet %s {\n", n->table);
	if (owner)
		buf_adds(b, "\tflags owner\n");
	buf_adds(b,
		 "\tchain post {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++)
		add_translation(n, &n->subnets.v[i], b);
	buf_adds(b, "\t}\n");
	if (nat_loopback(n) && has_pair(n))
		nat_guard_chain(b);
	/* nftables 0.9.8 accepts no chain with the name "in" or "out" */
	for (int output = 0; n->n_publish && output < 2; output++) {
		buf_printf(b, "\tchain %s {\n\t\ttype nat hook %s priority %s; policy accept;\n",
			   output ? "output" : "pre", output ? "output" : "prerouting",
			   output ? "-100" : "dstnat");
		for (size_t i = 0; i < n->n_publish; i++) {
			if (output || !nat_is_loopback(&n->publish[i]))
				add_publish(n, &n->publish[i], AF_INET, output, b);
			add_publish(n, &n->publish[i], AF_INET6, output, b);
		}
		buf_adds(b, "\t}\n");
	}
	/* Forwarding makes the host a router. Drop new connections from the outside to the subnet,
	 * except to published ports. */
	buf_adds(b,
		 "\tchain forw {\n\t\ttype filter hook forward priority filter; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++) {
		const char *ip = nat_word(n->subnets.v[i].family);

		net_addr_format(&n->subnets.v[i], true, net);
		buf_printf(b,
			   "\t\t%s daddr %s %s saddr != %s ct state new ct status & dnat != dnat "
			   "drop\n",
			   ip, net, ip, net);
	}
	buf_adds(b, "\t}\n}\n");
	into_chain_rules(n, b);
}

void nat_forget_udp(struct netlink *ct, struct netlink *host, uint16_t port,
		    const struct net_addr *to)
{
	struct net_ifaddrs local cleanup_net_ifaddrs = NET_IFADDRS_INIT;
	const struct net_stale q = { .port = port, .local = &local, .to = to };
	unsigned n;

	if (net_ifaddrs_read(host, &local, NULL) == 0)
		(void)!net_stale_entries(ct, &q, true, &n, NULL);
}

void nat_forget_ports(struct net *n, bool removed)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; n->conntrack.fd >= 0 && i < n->n_publish; i++) {
		if (!n->publish[i].udp)
			continue;
		if (removed)
			nat_forget_udp(&n->conntrack, &n->host, n->publish[i].outer, NULL);
		for (size_t f = 0; !removed && f < ARRAY_SIZE(families); f++)
			if (nat_publishes(n, &n->publish[i], families[f]))
				nat_forget_udp(&n->conntrack, &n->host, n->publish[i].outer,
					       nat_inner(n, families[f]));
	}
}
