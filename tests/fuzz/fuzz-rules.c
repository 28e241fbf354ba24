// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-rules: applies firewall rules to a packet. Checks that the evaluation ends, that the result
 * is possible for the type of the chains, and that the strings of the deciding rule are terminated.
 * The rules are untrusted, because the administrator of a namespace writes them.
 */
#include <netinet/in.h>

#include "fuzz.h"
#include "nsnet/rules.h"

static void decide(const char *ruleset, const char *type, const char *hook,
		   const struct rules_packet *p)
{
	struct rules_place at = { .table = "" };
	enum rules_fate fate = rules_decide(ruleset, type, hook, p, &at);

	HOLDS(fate == RULES_PASS || fate == RULES_MAYBE ||
	      fate == (streq(type, "nat") ? RULES_NAT : RULES_DROP));
	HOLDS(fate == RULES_PASS || at.chain[0] || at.rule[0] || at.table[0]);
	HOLDS(memchr(at.table, 0, sizeof(at.table)));
	HOLDS(memchr(at.chain, 0, sizeof(at.chain)));
	HOLDS(memchr(at.rule, 0, sizeof(at.rule)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_packet p = { .iif = "br0",
				  .oif = "up0",
				  .src = { .family = AF_INET, .prefix = 32, .b = { 10, 1, 0, 2 } },
				  .dst = { .family = AF_INET, .prefix = 32, .b = { 192, 0, 2, 1 } },
				  .proto = IPPROTO_TCP,
				  .dport = 80 };
	char *text = fuzz_string(data, size);
	struct rules_dnat dnat = { .outer = 0 };
	const char *at = text;

	decide(text, "filter", "forward", &p);
	decide(text, "nat", "postrouting", &p);
	p.reply = true;
	p.oif = NULL;
	decide(text, "filter", "input", &p);
	p = (struct rules_packet){ .src.family = AF_INET6, .dst.family = AF_INET6 };
	decide(text, "filter", "forward", &p);
	while (rules_next_dnat(&at, &dnat)) {
		HOLDS(at > text && at <= text + strlen(text));
		HOLDS(dnat.outer && dnat.inner);
		HOLDS(dnat.to.family == AF_INET || dnat.to.family == AF_INET6);
		HOLDS(memchr(dnat.table, 0, sizeof(dnat.table)));
	}
	free(text);
	return 0;
}
