// SPDX-License-Identifier: GPL-2.0-or-later
/* nat_foreign: finds rules of other tables that take a published port, or that drop the packets
 * which
 * --nat translates. The accept of one chain does not undo the drop of another, and nsnet does not
 * change the tables of other programs. */
#include <stdio.h>

#include "base/str.h"
#include "nat.h"
#include "rules.h"

/* addresses for documentation, which no host uses (RFC 5737, RFC 3849) */
#define OUTSIDE  "203.0.113.1"
#define OUTSIDE6 "2001:db8::1"

static void warn_of_chain(const struct net_addr *subnet, const char *ruleset,
			  const struct rules_place *at)
{
	const char *chain = rules_user_chain(ruleset, at);
	struct nserr e = NSERR_INIT;
	char net[NET_ADDR_TEXT];

	net_addr_format(subnet, true, net);
	nserr_set(&e, 0, "the chain '%s' of the table '%s' drops the forwarded packets of %s (%s)",
		  at->chain, at->table, net, at->rule);
	nserr_hint(&e, "use --into-chain '%s/%s' to accept the packets", at->table, chain);
	cli_warn_nserr(&e);
}

/* Returns true if --into-chain names the chain to which an accept rule must be added. */
static bool is_into(const struct net *n, const char *ruleset, const struct rules_place *at)
{
	char table[sizeof(n->into.family) + sizeof(n->into.table) + 1];

	snprintf(table, sizeof(table), "%s %s", n->into.family, n->into.table);
	return streq(at->table, table) && (streq(n->into.chain, at->chain) ||
					   streq(n->into.chain, rules_user_chain(ruleset, at)));
}

static void warn_of_drops_of(const struct net *n, const char *ruleset,
			     const struct net_addr *subnet)
{
	bool v6 = subnet->family == AF_INET6;
	const struct uplinks *up = v6 ? &n->uplinks6 : &n->uplinks;
	const char *outside = v6 ? OUTSIDE6 : OUTSIDE;
	struct rules_packet p = { .iif = n->n_bridges ? n->bridges[0].name : "vethns0",
				  .oif = up->n ? up->v[0] : NULL,
				  .src = *subnet };
	struct rules_place at = { .table = "" };

	if (!p.oif || net_addr_parse(outside, strlen(outside), &p.dst) < 0)
		return;
	/* the first host of the subnet */
	(void)net_addr_add(&p.src, 1);
	p.src.prefix = v6 ? 128 : 32;
	if (rules_decide(ruleset, "filter", "forward", &p, &at) == RULES_DROP &&
	    !is_into(n, ruleset, &at))
		warn_of_chain(subnet, ruleset, &at);
}

/* Checks the first subnet of each family. */
static void warn_of_drops(const struct net *n, const char *ruleset)
{
	bool seen[2] = { false };

	for (size_t i = 0; n->nat && i < n->subnets.n; i++) {
		bool v6 = n->subnets.v[i].family == AF_INET6;

		if (!seen[v6])
			warn_of_drops_of(n, ruleset, &n->subnets.v[i]);
		seen[v6] = true;
	}
}

/* Returns true if a packet can match both the rule and the published port. A rule without an
 * address does not match loopback addresses. */
static bool collides(const struct net *n, const struct rules_dnat *d, const struct publish *p)
{
	if (d->udp != p->udp || d->outer != p->outer || !nat_publishes(n, p, d->to.family))
		return false;
	if (d->on.family && p->addr.family)
		return net_addr_overlap(&d->on, &p->addr);
	if (d->on.family)
		return d->on.family == AF_INET6 || d->on.b[0] != 127;
	return !nat_is_loopback(p);
}

/* Returns true and sets *d if a rule of another table forwards a published port. Only the first
 * rule for a port takes effect (nft(8)). */
static bool find_collision(const struct net *n, const char *ruleset, struct rules_dnat *d)
{
	const char *own = n->table;

	while (rules_next_dnat(&ruleset, d)) {
		const char *table = str_after(d->table, "inet ");

		for (size_t i = 0; !(table && streq(table, own)) && i < n->n_publish; i++)
			if (collides(n, d, &n->publish[i]))
				return true;
	}
	return false;
}

int nat_check_others(struct net *n, struct nserr *e)
{
	cleanup_buf struct buf ruleset = BUF_INIT, removed = BUF_INIT;
	struct rules_dnat d;
	char to[NET_ADDR_TEXT];
	bool collision;

	if (nft_list(n->nft, "list ruleset", &ruleset, NULL) < 0 || !ruleset.s)
		return 0;
	collision = find_collision(n, ruleset.s, &d);
	/* the other table may belong to a namespace that has ended; nat_collect() removes such
	 * tables */
	if (collision && !n->check && nat_collect(n, false, &removed, NULL) == 0 && removed.len) {
		buf_reset(&ruleset);
		if (nft_list(n->nft, "list ruleset", &ruleset, NULL) < 0)
			return 0;
		collision = find_collision(n, ruleset.s ? ruleset.s : "", &d);
	}
	if (collision && !n->force) {
		nserr_set(e, EADDRINUSE,
			  "the table '%s' already forwards port %u/%s of the host to %s", d.table,
			  d.outer, d.udp ? "udp" : "tcp", net_addr_format(&d.to, false, to));
		nserr_hint(e, "choose another port, or use --force");
		return -e->errnum;
	}
	warn_of_drops(n, ruleset.s ? ruleset.s : "");
	return 0;
}
