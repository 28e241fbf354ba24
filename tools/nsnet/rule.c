// SPDX-License-Identifier: GPL-2.0-or-later
/* rule: matches a packet against one firewall rule. It understands devices, addresses, protocols,
 * ports and the state of the connection. */
#include "rule.h"

#include <netinet/in.h>
#include <stdio.h>

#include "base/num.h"
#include "base/str.h"

/* Copies the next word of a rule, without quotes, and advances *at. Returns false at the end of the
 * rule. */
static bool next_word(const char **at, char *word, size_t size)
{
	const char *s = *at + strspn(*at, " \t,");
	size_t n = *s == '"' ? strcspn(s + 1, "\"") : strcspn(s, " \t,");

	if (!*s)
		return false;
	snprintf(word, size, "%.*s", (int)n, s + (*s == '"'));
	*at = s + n;
	*at += *s == '"' ? 1 + (s[n + 1] == '"') : 0;
	return true;
}

static enum rule_match both(enum rule_match a, enum rule_match b)
{
	return a == NO || b == NO ? NO : MAX(a, b);
}

static enum rule_match match_name(const char *name, const char *value)
{
	size_t n = strlen(value);

	if (!name)
		return NO;
	if (n && value[n - 1] == '*')
		return strncmp(name, value, n - 1) == 0;
	return streq(name, value);
}

static enum rule_match match_addr(const struct net_addr *a, const char *value)
{
	struct net_addr net;

	if (net_addr_parse(value, strlen(value), &net) < 0)
		return UNKNOWN;
	return net_addr_same(a, &net, net.prefix);
}

static enum rule_match match_proto(uint8_t proto, const char *value)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} known[] = { { "tcp", IPPROTO_TCP },
		      { "udp", IPPROTO_UDP },
		      { "icmp", IPPROTO_ICMP },
		      { "ipv6-icmp", IPPROTO_ICMPV6 },
		      { "icmpv6", IPPROTO_ICMPV6 } };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (streq(known[i].name, value))
			return proto ? known[i].proto == proto : UNKNOWN;
	return UNKNOWN;
}

static enum rule_match match_port(uint16_t port, const char *value)
{
	const char *dash = strchr(value, '-');
	uint64_t from, to;

	if (!port)
		return UNKNOWN;
	if (num_u64n(value, dash ? (size_t)(dash - value) : strlen(value), 0, 65535, &from) < 0 ||
	    num_u64(dash ? dash + 1 : value, 0, 65535, &to) < 0)
		return UNKNOWN;
	return port >= from && port <= to;
}

static enum rule_match match_state(bool reply, const char *value)
{
	return streq(value, reply ? "established" : "new");
}

enum subject { IIF, OIF, SADDR, DADDR, FAMILY, PROTO, DPORT, STATE };

static enum rule_match match_one(const struct rules_packet *p, enum subject of, const char *value)
{
	switch (of) {
	case IIF:
		return match_name(p->iif, value);
	case OIF:
		return match_name(p->oif, value);
	case SADDR:
		return match_addr(&p->src, value);
	case DADDR:
		return match_addr(&p->dst, value);
	case FAMILY:
		return streq(value, p->src.family == AF_INET6 ? "ipv6" : "ipv4");
	case PROTO:
		return match_proto(p->proto, value);
	case DPORT:
		return match_port(p->dport, value);
	case STATE:
	default:
		return match_state(p->reply, value);
	}
}

/* Reads "[!=] VALUE[,VALUE…]" or "[!=] { VALUE, … }" at *at, advances *at, and compares the
 * property of the packet that `of` selects with the values. Returns UNKNOWN if the text is not
 * understood. */
static enum rule_match match_operand(const struct rules_packet *p, enum subject of, const char **at)
{
	const char *begin = *at;
	enum rule_match m = NO, one;
	bool inverse = false, set;
	char word[128];

	if (!next_word(at, word, sizeof(word)))
		return UNKNOWN;
	if (streq(word, "!=") || streq(word, "==")) {
		inverse = word[0] == '!';
		if (!next_word(at, word, sizeof(word)))
			return UNKNOWN;
	}
	set = streq(word, "{");
	if (streq(word, "vmap")) {
		*at = begin;
		return UNKNOWN;
	}
	if (word[0] == '@')
		return UNKNOWN;
	if (set && !next_word(at, word, sizeof(word)))
		return UNKNOWN;
	for (;;) {
		one = match_one(p, of, word);
		m = one == YES || m == YES ? YES : one == UNKNOWN ? UNKNOWN : m;
		if (!set && **at != ',')
			break;
		if (!next_word(at, word, sizeof(word)))
			return set ? UNKNOWN : m;
		if (set && streq(word, "}"))
			break;
	}
	return m == UNKNOWN ? UNKNOWN : (m == YES) != inverse;
}

/* ---- one rule */

/* Reads the rest of a match whose name has two words ("ip saddr"), and compares it with the packet.
 * first is the first word. Returns UNKNOWN if the text is not understood. */
static enum rule_match match_two(const struct rules_packet *p, const char *first, const char **at)
{
	bool v6 = streq(first, "ip6");
	char word[64];
	enum rule_match m;

	if (!next_word(at, word, sizeof(word)))
		return UNKNOWN;
	if (streq(first, "tcp") || streq(first, "udp")) {
		m = match_proto(p->proto, first);
		return both(m, streq(word, "dport") ? match_operand(p, DPORT, at) : UNKNOWN);
	}
	if (streq(first, "ct"))
		return streq(word, "state") ? match_operand(p, STATE, at) : UNKNOWN;
	if (streq(word, "l4proto") || streq(word, "protocol"))
		return match_operand(p, PROTO, at);
	if (streq(first, "meta") && streq(word, "nfproto"))
		return match_operand(p, FAMILY, at);
	if (streq(first, "meta"))
		return UNKNOWN;
	if ((p->src.family == AF_INET6) != v6)
		return NO;
	if (streq(word, "saddr") || streq(word, "daddr"))
		return match_operand(p, word[0] == 's' ? SADDR : DADDR, at);
	return UNKNOWN;
}

/* Skips a statement that does not decide whether the packet is dropped. Returns false if the word
 * does not begin such a statement. */
static bool skip_statement(const char *word, const char **at)
{
	static const char *const with_value[] = { "packets", "bytes", "prefix", "level",
						  "flags",   "group", "comment" };
	char value[128];

	if (streq(word, "counter") || streq(word, "log"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(with_value); i++)
		if (streq(word, with_value[i]))
			return next_word(at, value, sizeof(value));
	return false;
}

static bool is_verdict(const char *word)
{
	static const char *const verdicts[] = {
		"accept", "drop", "reject",     "return", "jump",
		"goto",   "snat", "masquerade", "dnat",   "redirect"
	};

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (streq(word, verdicts[i]))
			return true;
	return false;
}

/* Returns true if the rule has a match of iptables for which nft(8) prints nothing between two
 * blanks, because the library of the match is not installed. */
static bool hides_match(const char *rule)
{
	return rule[0] == ' ' || strstr(rule, "  ");
}

enum rule_match match_rule(const struct rules_packet *p, const char *text, char verdict[16],
			   char chain[64])
{
	enum rule_match all = hides_match(text) ? UNKNOWN : YES, m;
	char word[128];

	verdict[0] = chain[0] = '\0';
	while (next_word(&text, word, sizeof(word))) {
		/* the verdict is unknown, because a map of verdicts can contain any verdict */
		if (streq(word, "vmap")) {
			strcpy(verdict, "vmap");
			return both(all, UNKNOWN);
		}
		if (is_verdict(word)) {
			snprintf(verdict, 16, "%.15s", word);
			if (streq(word, "jump") || streq(word, "goto"))
				(void)next_word(&text, chain, 64);
			break;
		}
		if (skip_statement(word, &text))
			continue;
		/* nft(8) prints an xt statement for a rule of iptables-nft that it cannot
		 * express */
		if (streq(word, "xt") && str_after(text, " target \"MASQUERADE\"")) {
			strcpy(verdict, "masquerade");
			return all;
		}
		if (streq(word, "iifname") || streq(word, "iif"))
			m = match_operand(p, IIF, &text);
		else if (streq(word, "oifname") || streq(word, "oif"))
			m = match_operand(p, OIF, &text);
		else if (streq(word, "ip") || streq(word, "ip6") || streq(word, "meta") ||
			 streq(word, "ct") || streq(word, "tcp") || streq(word, "udp"))
			m = match_two(p, word, &text);
		else
			m = UNKNOWN;
		if (m == NO)
			return NO;
		all = both(all, m);
	}
	return all;
}
