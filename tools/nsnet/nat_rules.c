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

/* Returns the first IPv4 address of the namespace that the host can reach, or NULL. */
const struct net_addr *nat_inner(const struct net *n)
{
	for (size_t i = 0; i < n->n_wires; i++)
		for (size_t k = 0; k < n->wires[i].addr.n; k++)
			if (n->wires[i].addr.v[k].family == AF_INET &&
			    (n->wires[i].kind == WIRE_HOST || n->wires[i].kind == WIRE_BRIDGE))
				return &n->wires[i].addr.v[k];
	return NULL;
}

bool nat_is_loopback(const struct publish *p)
{
	return p->addr.family && p->addr.b[0] == 127;
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

static void add_publish(const struct net *n, const struct publish *p, bool output, struct buf *b)
{
	char text[NET_ADDR_TEXT];

	buf_adds(b, "\t\t");
	if (p->addr.family)
		buf_printf(b, "ip daddr %s ", net_addr_format(&p->addr, false, text));
	else
		buf_printf(b, "%sfib daddr type local ", output ? "ip daddr != 127.0.0.0/8 " : "");
	buf_printf(b, "%s dport %u dnat ip to %s:%u\n", p->udp ? "udp" : "tcp", p->outer,
		   net_addr_format(nat_inner(n), false, text), p->inner);
}

/*
 * The rules name subnets instead of devices. The name of the host's end is not known yet, because
 * the kernel chooses it. A rule with the index of a device could match another device after that
 * device is removed.
 */
void nat_rules(const struct net *n, bool owner, struct buf *b)
{
	char net[NET_ADDR_TEXT], to[NET_ADDR_TEXT];

	/* One transaction replaces the old table. */
	if (!owner)
		buf_printf(b, "add table inet %s\ndelete table inet %s\n", n->table, n->table);
	buf_printf(b, "table inet %s {\n", n->table);
	if (owner)
		buf_adds(b, "\tflags owner\n");
	buf_adds(b,
		 "\tchain post {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++) {
		net_addr_format(&n->subnets.v[i], true, net);
		if (n->nat && n->nat_to.family)
			buf_printf(b, "\t\tip saddr %s ip daddr != %s snat ip to %s\n", net, net,
				   net_addr_format(&n->nat_to, false, to));
		else if (n->nat)
			buf_printf(b, "\t\tip saddr %s ip daddr != %s masquerade\n", net, net);
		/* If a host of the same subnet uses the published port, the answer must return
		 * through this host. */
		if (n->n_publish)
			buf_printf(b, "\t\tip saddr %s ip daddr %s ct status dnat masquerade\n",
				   net, net);
		/* the namespace cannot answer to a loopback address */
		if (nat_loopback(n))
			buf_printf(b, "\t\tip saddr 127.0.0.0/8 ip daddr %s masquerade\n", net);
	}
	buf_adds(b, "\t}\n");
	if (nat_loopback(n) && has_pair(n))
		nat_guard_chain(b);
	for (int output = 0; n->n_publish && output < 2; output++) {
		buf_printf(b, "\tchain %s {\n\t\ttype nat hook %s priority %s; policy accept;\n",
			   output ? "out" : "pre", output ? "output" : "prerouting",
			   output ? "-100" : "dstnat");
		for (size_t i = 0; i < n->n_publish; i++)
			if (output || !nat_is_loopback(&n->publish[i]))
				add_publish(n, &n->publish[i], output, b);
		buf_adds(b, "\t}\n");
	}
	/* Forwarding makes the host a router. Only published ports are open to the outside. */
	buf_adds(b,
		 "\tchain forw {\n\t\ttype filter hook forward priority filter; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++) {
		net_addr_format(&n->subnets.v[i], true, net);
		buf_printf(b,
			   "\t\tip daddr %s ip saddr != %s ct state new ct status & dnat != dnat "
			   "drop\n",
			   net, net);
	}
	buf_adds(b, "\t}\n}\n");
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
