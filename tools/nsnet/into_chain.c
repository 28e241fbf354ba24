// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * into_chain: adds rules to a chain of another program, and removes them.
 *
 * An accept in a chain of nsnet does not overrule the drop of another base chain, such as FORWARD
 * of Docker. Only a rule in that chain, or in a chain that it calls first (DOCKER-USER), can accept
 * the packets. The comment of each rule is the name of the table of nsnet to which the rule
 * belongs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "nat.h"

#define COMMENT " comment \"nsnet_"

/* Copies a name, if nft(8) accepts it without quotes. Returns false otherwise. */
static bool take_identifier(const char *s, size_t n, char out[64])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				     "0123456789-.";

	if (n == 0 || n >= 64 || !strchr(letters, s[0]))
		return false;
	snprintf(out, 64, "%.*s", (int)n, s);
	return strspn(out, others) == n;
}

void spec_into_chain(struct net *n, const char *text)
{
	static const char *const families[] = { "ip", "ip6", "inet" };
	struct into_chain *to = &n->into;
	const char *slash = strchr(text, '/'), *table = text;

	strcpy(to->family, "ip"); /* like nft(8), use ip by default */
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const char *rest = str_after(text, families[i]);

		if (!rest || *rest != ' ')
			continue;
		strcpy(to->family, families[i]);
		table = rest + 1;
	}
	if (!slash || slash < table ||
	    !take_identifier(table, (size_t)(slash - table), to->table) ||
	    !take_identifier(slash + 1, strlen(slash + 1), to->chain))
		cli_die_usage("--into-chain: invalid '%s', expected [ip|ip6|inet ]<table>/<chain>",
			      text);
}

void spec_into_chain_check(const struct net *n)
{
	if (n->into.chain[0] && !nat_wanted(n))
		cli_die_usage("--into-chain is allowed only with --nat or --publish");
}

static bool has_family(const struct into_chain *to, uint8_t family)
{
	return streq(to->family, "inet") || streq(to->family, nat_word(family));
}

int into_chain_check(const struct net *n, struct nserr *e)
{
	const struct into_chain *to = &n->into;
	cleanup_buf struct buf chain = BUF_INIT;
	char command[192];
	bool any = false;

	for (size_t i = 0; i < n->subnets.n; i++)
		any |= has_family(to, n->subnets.v[i].family);
	if (!any) {
		nserr_set(e, EINVAL,
			  "the table '%s %s' does not match the address family of the forwarded "
			  "packets",
			  to->family, to->table);
		nserr_hint(e, "name the family of the table: --into-chain '<family> %s/%s'",
			   to->table, to->chain);
		return -e->errnum;
	}
	snprintf(command, sizeof(command), "list chain %s %s %s", to->family, to->table, to->chain);
	if (nft_list(n->nft, command, &chain, NULL) < 0)
		return nserr_set(e, ENOENT, "cannot find the chain '%s' of the table '%s %s'",
				 to->chain, to->family, to->table);
	return 0;
}

/*
 * Adds the commands that insert the rules of --into-chain. The rules do not match the state of
 * connection tracking, because iptables-nft does not list a table in which nft(8) has added such a
 * match. The table of nsnet drops new connections to the subnet instead.
 */
void into_chain_rules(const struct net *n, struct buf *b)
{
	const struct into_chain *to = &n->into;
	char net[NET_ADDR_TEXT];

	for (size_t i = 0; to->chain[0] && i < n->subnets.n; i++) {
		const char *ip = nat_word(n->subnets.v[i].family);

		if (!has_family(to, n->subnets.v[i].family))
			continue;
		net_addr_format(&n->subnets.v[i], true, net);
		for (int k = 0; k < 2; k++)
			buf_printf(b, "insert rule %s %s %s %s %s %s accept comment \"%s\"\n",
				   to->family, to->table, to->chain, ip, k ? "saddr" : "daddr", net,
				   n->table);
	}
}

/* ---- removal */

/* One rule of a listing with handles. */
struct place {
	char table[96], chain[64], owner[NAT_TABLE_SIZE];
	unsigned long long handle;
};

static void copy_name(const char *line, const char *end, char *out, size_t size)
{
	const char *brace = memmem(line, (size_t)(end - line), " {", 2);

	snprintf(out, size, "%.*s", (int)((brace ? brace : end) - line), line);
}

/* Parses the line of a rule that nsnet has added to a chain of another program. Returns false if
 * the line has no such rule. */
static bool parse_rule(const char *line, const char *end, struct place *p)
{
	const char *of = memmem(line, (size_t)(end - line), COMMENT, strlen(COMMENT));
	const char *handle = memmem(line, (size_t)(end - line), " # handle ", 10);
	size_t n;

	if (!of || !handle || !str_after(line, "\t\t"))
		return false;
	of += strlen(COMMENT) - strlen("nsnet_");
	n = strcspn(of, "\"\n");
	if (n >= sizeof(p->owner) || of[n] != '"' || !memchr(of, '/', n))
		return false;
	snprintf(p->owner, sizeof(p->owner), "%.*s", (int)n, of);
	p->handle = strtoull(handle + 10, NULL, 10);
	return p->handle > 0;
}

/* Finds the next rule that nsnet has added, and advances *at. The caller sets *p to zeros and *at
 * to the beginning of the listing. Returns false if there is no further rule. */
static bool next_rule(const char **at, struct place *p)
{
	while (*at && **at) {
		const char *line = *at, *end = line + strcspn(line, "\n");

		*at = end + (*end == '\n');
		if (str_after(line, "table "))
			copy_name(line + strlen("table "), end, p->table, sizeof(p->table));
		else if (str_after(line, "\tchain "))
			copy_name(line + strlen("\tchain "), end, p->chain, sizeof(p->chain));
		else if (parse_rule(line, end, p))
			return true;
	}
	return false;
}

void into_chain_forget(struct nft_ctx *nft, const char *table, struct buf *b)
{
	cleanup_buf struct buf rules = BUF_INIT;
	struct place p = { .handle = 0 };

	if (nft_list_handles(nft, "list ruleset", &rules, NULL) < 0)
		return;
	for (const char *at = rules.s; next_rule(&at, &p);)
		if (streq(p.owner, table))
			buf_printf(b, "delete rule %s %s handle %llu\n", p.table, p.chain,
				   p.handle);
}

int into_chain_collect(struct nft_ctx *nft, bool dry, struct buf *out, struct nserr *e)
{
	cleanup_buf struct buf rules = BUF_INIT, commands = BUF_INIT;
	struct place p = { .handle = 0 };
	int rc = nft_list_handles(nft, "list ruleset", &rules, e);

	if (rc < 0)
		return rc;
	for (const char *at = rules.s; next_rule(&at, &p);) {
		char table[NAT_TABLE_SIZE + 16], removed[NAT_TABLE_SIZE + 16];

		snprintf(table, sizeof(table), "table inet %s {", p.owner);
		/* the tables in `out` count as removed, although they still exist with --dry-run */
		snprintf(removed, sizeof(removed), "table inet %s\n", p.owner);
		if (strstr(rules.s, table) && !(out->s && strstr(out->s, removed)))
			continue;
		buf_printf(out, "rule %s %s handle %llu\n", p.table, p.chain, p.handle);
		buf_printf(&commands, "delete rule %s %s handle %llu\n", p.table, p.chain,
			   p.handle);
	}
	return commands.len && !dry ? nft_apply(nft, commands.s, false, e) : 0;
}
