// SPDX-License-Identifier: GPL-2.0-or-later
/* rules: reads the text of nft(8) and decides what the rules do with one packet. A rule
 * that is not understood may or may not apply. */
#include "rule.h"

#include <stdio.h>

#include "base/num.h"
#include "base/str.h"

#define DEPTH_MAX 16 /* maximum depth of jumps in the kernel, NFT_JUMP_STACK_SIZE */
/* Maximum number of jumps that are followed. The rules of a namespace come from its administrator,
 * who could write chains that jump to each other so often that their evaluation would not end. */
#define JUMPS_MAX 10000

/* ---- lines and words */

/* Sets *line and *n to the next line of the text at *at, and advances *at. Returns false at the end
 * of the text. */
static bool next_line(const char **at, const char **line, size_t *n)
{
	if (!*at || !**at)
		return false;
	*line = *at;
	*n = strcspn(*at, "\n");
	*at += *n + ((*at)[*n] == '\n');
	return true;
}

static bool contains(const char *s, size_t n, const char *what)
{
	return memmem(s, n, what, strlen(what)) != NULL;
}

/* Copies the name after "table " or "\tchain ", up to " {". */
static void copy_name(const char *s, size_t n, char *out, size_t size)
{
	while (n && (s[n - 1] == '{' || s[n - 1] == ' '))
		n--;
	snprintf(out, size, "%.*s", (int)n, s);
}

/* ---- chains */

struct eval {
	const char *ruleset;
	const struct rules_packet *packet;
	struct rules_place *place;
	bool nat;
	unsigned jumps;
	/* a rule that this parser does not understand may drop or accept the packet */
	bool may_drop, may_pass;
};

enum verdict { NONE, PASS, DROP, NAT };

/* Returns the lines of a chain, or NULL if there is no such chain. */
static const char *find_chain(const char *ruleset, const char *table, const char *chain)
{
	char in[96] = "", name[64];
	const char *line;
	size_t n;

	while (next_line(&ruleset, &line, &n)) {
		if (n > 6 && str_after(line, "table "))
			copy_name(line + 6, n - 6, in, sizeof(in));
		if (n > 7 && str_after(line, "\tchain ") && streq(in, table)) {
			copy_name(line + 7, n - 7, name, sizeof(name));
			if (streq(name, chain))
				return ruleset;
		}
	}
	return NULL;
}

static void keep_place(struct eval *v, const char *table, const char *chain, const char *rule)
{
	snprintf(v->place->table, sizeof(v->place->table), "%s", table);
	snprintf(v->place->chain, sizeof(v->place->chain), "%s", chain);
	snprintf(v->place->rule, sizeof(v->place->rule), "%.199s", rule);
}

static enum verdict eval_chain(struct eval *v, const char *table, const char *chain,
			       const char *lines, int depth);

static enum verdict eval_rule(struct eval *v, const char *table, const char *chain,
			      const char *rule, bool *returns, int depth)
{
	char verdict[16], target[64];
	enum rule_match m = match_rule(v->packet, rule, verdict, target);
	enum verdict would = NONE;

	if (m == NO || !verdict[0])
		return NONE;
	if (streq(verdict, "vmap") ||
	    (target[0] && (depth == DEPTH_MAX || v->jumps++ >= JUMPS_MAX))) {
		keep_place(v, table, chain, rule);
		v->may_drop = v->may_pass = true;
		return NONE;
	}
	if (target[0])
		would = eval_chain(v, table, target, find_chain(v->ruleset, table, target),
				   depth + 1);
	else if (streq(verdict, "drop") || streq(verdict, "reject"))
		would = DROP;
	else if (streq(verdict, "accept"))
		would = PASS;
	else if (streq(verdict, "snat") || streq(verdict, "masquerade"))
		would = NAT;
	*returns = m == YES && (streq(verdict, "return") || streq(verdict, "goto"));
	if (would != NONE && (!target[0] || m == UNKNOWN))
		keep_place(v, table, chain, rule);
	if (m == YES)
		return would;
	v->may_drop |= would == DROP;
	v->may_pass |= would == PASS || would == NAT;
	return NONE;
}

/* Applies the rules of a chain in their order. Returns NONE if no rule decides what happens to the
 * packet. */
static enum verdict eval_chain(struct eval *v, const char *table, const char *chain,
			       const char *lines, int depth)
{
	enum verdict is = NONE;
	bool returns = false;
	const char *line;
	size_t n;

	while (is == NONE && !returns && next_line(&lines, &line, &n) && !str_after(line, "\t}")) {
		char rule[512];

		if (n < 3 || n >= sizeof(rule) || line[0] != '\t' || line[1] != '\t' ||
		    line[2] == '\t' || str_after(line, "\t\ttype "))
			continue;
		snprintf(rule, sizeof(rule), "%.*s", (int)n - 2, line + 2);
		is = eval_rule(v, table, chain, rule, &returns, depth);
	}
	return is;
}

/* Returns what the base chain whose first line is `head` does with the packet. */
static enum rules_fate eval_base(struct eval *v, const char *table, const char *chain,
				 const char *head, size_t n, const char *lines)
{
	enum verdict is;

	v->may_drop = v->may_pass = false;
	is = eval_chain(v, table, chain, lines, 0);
	if (v->nat)
		return is == NAT ? RULES_NAT : v->may_pass ? RULES_MAYBE : RULES_PASS;
	if (is == NONE && contains(head, n, "policy drop")) {
		if (!v->may_pass)
			keep_place(v, table, chain, "policy drop");
		is = DROP;
	}
	if (is == DROP)
		return v->may_pass ? RULES_MAYBE : RULES_DROP;
	return v->may_drop ? RULES_MAYBE : RULES_PASS;
}

/* Returns true if the table applies to IP packets of that family. Tables of the families bridge,
 * arp and netdev do not apply. */
static bool is_of_family(const char *table, uint8_t family)
{
	return str_after(table, "inet ") || str_after(table, family == AF_INET6 ? "ip6 " : "ip ");
}

enum rules_fate rules_decide(const char *ruleset, const char *type, const char *hook,
			     const struct rules_packet *p, struct rules_place *place)
{
	struct rules_place here = { .table = "" };
	struct eval v = {
		.ruleset = ruleset, .packet = p, .place = &here, .nat = streq(type, "nat")
	};
	char head[64], table[96] = "", chain[64] = "";
	enum rules_fate worst = RULES_PASS;
	const char *line;
	size_t n;

	snprintf(head, sizeof(head), "type %s hook %s ", type, hook);
	while (next_line(&ruleset, &line, &n)) {
		enum rules_fate fate;

		if (n > 6 && str_after(line, "table "))
			copy_name(line + 6, n - 6, table, sizeof(table));
		else if (n > 7 && str_after(line, "\tchain "))
			copy_name(line + 7, n - 7, chain, sizeof(chain));
		if (!contains(line, n, head) || !is_of_family(table, p->src.family))
			continue;
		fate = eval_base(&v, table, chain, line, n, ruleset);
		/* one chain that drops or translates the packet determines the result */
		if (fate == RULES_PASS || (fate == RULES_MAYBE && worst == RULES_MAYBE))
			continue;
		worst = fate;
		*place = here;
		if (fate != RULES_MAYBE)
			break;
	}
	return worst;
}

const char *rules_user_chain(const char *ruleset, const struct rules_place *at)
{
	return streq(at->table, "ip filter") && streq(at->chain, "FORWARD") &&
			       strstr(ruleset, "\tchain DOCKER-USER {")
		       ? "DOCKER-USER"
		       : at->chain;
}

bool rules_is_iptables(const char *ruleset, const char *table)
{
	static const char *const names[] = { "filter", "mangle", "security" };
	static const char *const chains[] = { "INPUT", "FORWARD", "OUTPUT" };
	const char *name = str_after(table, "ip6 ");
	bool known = false;

	name = name ? name : str_after(table, "ip ");
	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		known |= streq(name, names[i]);
	for (size_t i = 0; known && i < ARRAY_SIZE(chains); i++)
		if (find_chain(ruleset, table, chains[i]))
			return true;
	return false;
}

/* ---- published ports */

static bool parse_dnat(const char *rule, struct rules_dnat *out)
{
	const char *proto = strstr(rule, "tcp dport "), *to = strstr(rule, " dnat "), *colon;
	const char *on = strstr(rule, " daddr ");
	uint64_t outer, inner;
	bool bracket;

	out->on = (struct net_addr){ .family = 0 };
	on = on ? on + strlen(" daddr ") : "";
	if (net_addr_parse(on, strcspn(on, " "), &out->on) < 0)
		out->on.family = 0;
	out->udp = !proto;
	proto = proto ? proto : strstr(rule, "udp dport ");
	to = to ? strstr(to, "to ") : NULL;
	if (!proto || !to)
		return false;
	proto += strlen("tcp dport ");
	to += strlen("to ");
	colon = memrchr(to, ':', strcspn(to, " "));
	/* an IPv6 address is in brackets */
	bracket = *to == '[' && colon && colon[-1] == ']';
	if (num_u64n(proto, strcspn(proto, " "), 1, 65535, &outer) < 0 || !colon ||
	    num_u64n(colon + 1, strcspn(colon + 1, " "), 1, 65535, &inner) < 0 ||
	    net_addr_parse(to + bracket, (size_t)(colon - to) - 2 * bracket, &out->to) < 0)
		return false;
	out->outer = (uint16_t)outer;
	out->inner = (uint16_t)inner;
	return true;
}

bool rules_next_dnat(const char **at, struct rules_dnat *out)
{
	bool output = false;
	const char *line;
	size_t n;

	while (next_line(at, &line, &n)) {
		char rule[512];

		if (n > 6 && str_after(line, "table "))
			copy_name(line + 6, n - 6, out->table, sizeof(out->table));
		else if (str_after(line, "\tchain "))
			output = false;
		output |= contains(line, n, "hook output");
		snprintf(rule, sizeof(rule), "%.*s", (int)n, line);
		/*
		 * Skip the rules of the output chain, because they repeat those of the prerouting
		 * chain. Only the rules for ports on loopback addresses, which only the host can
		 * use, are not repeated.
		 */
		if ((!output || strstr(rule, "ip daddr 127.")) && parse_dnat(rule, out))
			return true;
	}
	return false;
}
