/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules: reads what `nft list ruleset` prints and decides what the rules do with one packet. */
#ifndef NSU_NSNET_RULES_H
#define NSU_NSNET_RULES_H

#include "net/address.h"

/* The packet to which the rules are applied. */
struct rules_packet {
	const char *iif, *oif; /* names of the input and the output device, or NULL */
	struct net_addr src, dst;
	uint8_t proto;  /* protocol, IPPROTO_*; 0 if it is not known */
	uint16_t dport; /* destination port of the packet; 0 if it is not known */
	bool reply;     /* true if the packet belongs to an established connection */
};

enum rules_fate {
	RULES_PASS, /* result: no chain drops the packet */
	RULES_DROP, /* result: a chain drops or rejects the packet */
	RULES_NAT,  /* result: the source address of the packet is translated */
	/* result: unknown, because it depends on a rule that the parser does not understand */
	RULES_MAYBE,
};

/* The rule that decides what happens to a packet. */
struct rules_place {
	char table[96]; /* family and name of the table, such as "ip filter" */
	char chain[64];
	char rule[200]; /* text of the rule; "policy drop" if the policy of the chain decides */
};

/*
 * Decides what all base chains at a hook ("forward") do with the packet. type is the type of the
 * chains: "filter" or "nat". For "nat", determines if the source address is translated, and returns
 * RULES_NAT, RULES_PASS or RULES_MAYBE. Sets *place to the deciding rule for RULES_DROP, RULES_NAT
 * and RULES_MAYBE.
 */
enum rules_fate rules_decide(const char *ruleset, const char *type, const char *hook,
			     const struct rules_packet *p, struct rules_place *place);

/* Returns the chain that needs an additional rule, so that the packets that the chain of `at` drops
 * are accepted. This is the same chain, except if it is FORWARD and Docker is in use: then it is
 * DOCKER-USER, to which FORWARD jumps first and which Docker never changes. */
const char *rules_user_chain(const char *ruleset, const struct rules_place *at);

/* Returns true if the table seems to belong to iptables-nft(8), because it has the name and a chain
 * of such a table. Use iptables-nft to add rules to this table, because iptables-nft cannot list
 * all rules that nft(8) can add. */
bool rules_is_iptables(const char *ruleset, const char *table);

/* A rule that forwards a port of the host to another address. */
struct rules_dnat {
	bool udp;
	uint16_t outer, inner;
	struct net_addr on; /* address of the host; family 0 means any address */
	struct net_addr to;
	char table[96];
};

/* Finds the next rule at the hook prerouting that forwards a port, beginning at *at, and advances
 * *at. Before the first call, the caller sets *at to the beginning of the ruleset. Returns false if
 * there is no further rule. */
bool rules_next_dnat(const char **at, struct rules_dnat *out);

#endif
