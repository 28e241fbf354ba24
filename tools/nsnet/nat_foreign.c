// SPDX-License-Identifier: GPL-2.0-or-later
/* nat_foreign: reports chains of other programs that drop the packets which --nat translates. The
 * accept of one chain does not undo the drop of another, and nsnet does not change the tables of
 * other programs. */
#include <stdio.h>

#include "nat.h"
#include "rules.h"

#define OUTSIDE "203.0.113.1" /* an address for documentation, which no host has (RFC 5737) */

static void warn_of_chain(const struct net *n, const char *ruleset, const struct rules_place *at)
{
	const char *chain = rules_user_chain(ruleset, at);
	struct nserr e = NSERR_INIT;
	char net[NET_ADDR_TEXT];

	net_addr_format(&n->subnets.v[0], true, net);
	nserr_set(&e, 0, "the chain '%s' of the table '%s' drops the forwarded packets of %s (%s)",
		  at->chain, at->table, net, at->rule);
	nserr_hint(&e,
		   "allow them with: nft insert rule %s %s ip saddr %s accept; nft insert rule %s "
		   "%s ip daddr %s ct state established,related accept",
		   at->table, chain, net, at->table, chain, net);
	cli_warn_nserr(&e);
}

void nat_warn_of_drops(const struct net *n)
{
	struct rules_packet p = { .iif = n->n_bridges ? n->bridges[0].name : "vethns0",
				  .oif = n->n_uplinks ? n->uplinks[0] : NULL,
				  .src = n->subnets.v[0] };
	cleanup_buf struct buf ruleset = BUF_INIT;
	struct rules_place at = { .table = "" };

	if (!n->nat || !p.oif || net_addr_parse(OUTSIDE, strlen(OUTSIDE), &p.dst) < 0)
		return;
	/* the first host of the subnet */
	(void)net_addr_add(&p.src, 1);
	p.src.prefix = 32;
	if (nft_list(n->nft, "list ruleset", &ruleset, NULL) < 0 || !ruleset.s)
		return;
	if (rules_decide(ruleset.s, "filter", "forward", &p, &at) == RULES_DROP)
		warn_of_chain(n, ruleset.s, &at);
}
