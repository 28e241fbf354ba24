// SPDX-License-Identifier: GPL-2.0-or-later
/* why_rules: checks the firewall rules: chains that drop packets, address translation, published
 * ports. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>

#include "base/file.h"
#include "net/conntrack.h"
#include "why.h"

static bool read_rules(struct buf *out, struct nserr *e)
{
	struct nft_ctx *nft = NULL;
	int rc = nft_open(&nft, e);

	if (rc == 0)
		rc = nft_list(nft, "list ruleset", out, e);
	nft_close(nft);
	return rc == 0;
}

/* Reports rules of iptables-legacy. They are separate from the rules of nf_tables, and the kernel
 * does not trace them. */
static void note_legacy(struct why *y)
{
	char tables[256], cure[CURE_SIZE];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/self/net/ip_tables_names", tables,
				 sizeof(tables));

	if (n > 0)
		why_note(y, HOST_CURE("iptables-legacy -vL FORWARD"),
			 "%s has rules of iptables-legacy, which are not checked", y->host);
}

void why_read_rules(struct why *y)
{
	struct nserr e = NSERR_INIT;

	buf_free(&y->rules);
	y->has_rules = read_rules(&y->rules, &e);
	if (y->has_rules)
		note_legacy(y);
	else
		why_unknown(y, "the firewall rules cannot be read: %s", e.what);
}

void why_read_inner_rules(struct why *y)
{
	if (!y->has_rules)
		return;
	why_enter(y);
	y->has_inner_rules = read_rules(&y->inner_rules, NULL);
	why_leave(y);
}

/* ---- rules that drop packets */

static uint8_t proto_of(const struct why *y)
{
	if (y->port)
		return y->udp ? IPPROTO_UDP : IPPROTO_TCP;
	return 0;
}

static bool report(struct why *y, enum rules_fate fate, const struct rules_place *at,
		   const char *what, const char *cure)
{
	if (fate == RULES_DROP)
		return why_failed(y, cure, "the chain '%s' of the table '%s' drops %s (%s)",
				  at->chain, at->table, what, at->rule);
	why_unknown(y, "the chain '%s' of the table '%s' may drop %s; find out with --probe (%s)",
		    at->chain, at->table, what, at->rule);
	return true;
}

void why_add_accept(char cure[CURE_SIZE], const char *rules, const struct rules_place *at,
		    const char *prefix, enum why_accept what, const char *dev)
{
	static const struct {
		const char *nft, *iptables;
	} match[] = { [WHY_IN] = { "iifname", "-i" },
		      [WHY_OUT] = { "oifname", "-o" },
		      [WHY_ANSWERS] = { "oifname", "-o" },
		      [WHY_ANSWERS_IN] = { "iifname", "-i" } };
	const char *chain = rules_user_chain(rules, at), *table = strchr(at->table, ' ') + 1;
	bool answers = what == WHY_ANSWERS || what == WHY_ANSWERS_IN,
	     v6 = str_after(at->table, "ip6 ");
	size_t len = strlen(cure);
	char *end = cure + len;

	if (streq(table, "firewalld"))
		snprintf(cure, CURE_SIZE, "%sfirewall-cmd --zone=trusted --add-interface=%s",
			 prefix, dev);
	else if (rules_is_iptables(rules, at->table))
		snprintf(end, CURE_SIZE - len, "%s%s%s%s%s -I %s %s %s%s -j ACCEPT",
			 len ? "; " : "", prefix, v6 ? "ip6tables-nft" : "iptables-nft",
			 streq(table, "filter") ? "" : " -t ", streq(table, "filter") ? "" : table,
			 chain, match[what].iptables, dev,
			 answers ? " -m conntrack --ctstate ESTABLISHED,RELATED" : "");
	else
		snprintf(end, CURE_SIZE - len, "%s%snft insert rule %s %s %s %s%s accept",
			 len ? "; " : "", prefix, at->table, chain, match[what].nft, dev,
			 answers ? " ct state established,related" : "");
}

bool why_rules(struct why *y, const char *hook, const char *in, const char *out)
{
	struct rules_packet p = {
		.iif = in,
		.oif = out,
		.src = y->way.from,
		.dst = y->dst,
		.proto = proto_of(y),
		.dport = y->port,
	};
	struct rules_packet answer = { .iif = out,
				       .oif = in,
				       .src = y->dst,
				       .dst = y->way.from,
				       .proto = p.proto,
				       .reply = true };
	const char *rules = y->rules.s ? y->rules.s : "";
	struct rules_place at = { .table = "" };
	enum rules_fate fate;
	char cure[CURE_SIZE] = "";

	if (!y->has_rules)
		return true;
	fate = rules_decide(rules, "filter", hook, &p, &at);
	/* an accept in another chain does not undo a drop, even if its priority is higher */
	if (fate != RULES_PASS) {
		why_add_accept(cure, rules, &at, "", WHY_IN, in);
		if (out)
			why_add_accept(cure, rules, &at, "", WHY_ANSWERS, in);
		return report(y, fate, &at, "the packets", why_at_host(y, cure, sizeof(cure)));
	}
	if (out)
		fate = rules_decide(rules, "filter", hook, &answer, &at);
	if (fate != RULES_PASS) {
		why_add_accept(cure, rules, &at, "", WHY_ANSWERS, in);
		return report(y, fate, &at, "the answers", why_at_host(y, cure, sizeof(cure)));
	}
	why_passed(y, "no chain at '%s' drops the packets", hook);
	return true;
}

bool why_inner_rules(struct why *y)
{
	struct rules_packet p = { .oif = y->dev->name,
				  .src = y->way.from,
				  .dst = y->dst,
				  .proto = proto_of(y),
				  .dport = y->port };
	struct rules_packet answer = { .iif = y->dev->name,
				       .src = y->dst,
				       .dst = y->way.from,
				       .proto = p.proto,
				       .reply = true };
	struct rules_place at = { .table = "" };
	const char *rules = y->inner_rules.s, *there = in_namespace(y->n->label, false);
	enum rules_fate fate;
	char cure[CURE_SIZE] = "";

	if (!y->has_inner_rules || !rules || !y->way.from.family)
		return true;
	fate = rules_decide(rules, "filter", "output", &p, &at);
	if (fate != RULES_PASS) {
		why_add_accept(cure, rules, &at, there, WHY_OUT, y->dev->name);
		return report(y, fate, &at, "the packets, in the namespace,", cure);
	}
	fate = rules_decide(rules, "filter", "input", &answer, &at);
	if (fate != RULES_PASS) {
		why_add_accept(cure, rules, &at, there, WHY_ANSWERS_IN, y->dev->name);
		return report(y, fate, &at, "the answers, in the namespace,", cure);
	}
	why_passed(y, "no rule of the namespace drops the packets");
	return true;
}

/* ---- address translation */

bool why_is_private(const struct net_addr *a)
{
	return a->family == AF_INET6
		       ? (a->b[0] & 0xfe) == 0xfc
		       : a->b[0] == 10 || (a->b[0] == 172 && (a->b[1] & 0xf0) == 16) ||
				 (a->b[0] == 192 && a->b[1] == 168) ||
				 (a->b[0] == 100 && (a->b[1] & 0xc0) == 64);
}

bool why_nat(struct why *y)
{
	struct rules_packet p = {
		.iif = y->entry->name,
		.oif = y->uplink->name,
		.src = y->way.from,
		.dst = y->dst,
		.proto = proto_of(y),
		.dport = y->port,
	};
	struct rules_place at = { .table = "" };
	char cure[CURE_SIZE], from[NET_ADDR_TEXT];
	enum rules_fate fate;

	if (!y->has_rules || y->uplink->index == y->entry->index)
		return true;
	net_addr_format(&y->way.from, false, from);
	fate = rules_decide(y->rules.s ? y->rules.s : "", "nat", "postrouting", &p, &at);
	if (fate == RULES_NAT) {
		why_passed(y, "the table '%s' translates %s", at.table, from);
	} else if (!why_is_private(&y->way.from)) {
		why_passed(y, "%s is not a private address", from);
	} else if (fate == RULES_MAYBE) {
		why_unknown(y, "the table '%s' may translate %s (%s)", at.table, from, at.rule);
	} else if (why_is_private(&y->dst)) {
		why_note(y,
			 y->entry == y->outer ? "nsnet add <name> ... --nat"
					      : HOST_CURE("nsnet bridge %s --nat", y->entry->name),
			 "no NAT rule translates %s, so the destination needs a route to this "
			 "address",
			 from);
	} else {
		why_failed(y,
			   y->entry == y->outer
				   ? CURE("nsnet add <name> ... --nat")
				   : HOST_CURE("nsnet bridge %s --nat", y->entry->name),
			   "%s is a private address that no NAT rule translates, so answers cannot "
			   "return",
			   from);
	}
	return true;
}

/* ---- published ports */

static unsigned count_stale(struct why *y, const struct rules_dnat *d)
{
	struct netlink ct cleanup_netlink = NETLINK_INIT;
	const struct net_stale q = { .port = d->outer, .local = &y->out_addrs, .to = &d->to };
	unsigned n = 0;

	if (!d->udp || netlink_open_family(&ct, NETLINK_NETFILTER, NULL) < 0 ||
	    net_stale_entries(&ct, &q, false, &n, NULL) < 0)
		return 0;
	return n;
}

static bool is_mine(const struct why *y, const struct net_addr *a)
{
	for (size_t i = 0; i < y->addrs.n; i++)
		if (net_addr_same(&y->addrs.v[i].addr, a, 8u * (unsigned)net_addr_size(a)))
			return true;
	return false;
}

/* Checks one published port. `before` is an earlier rule for the same port, or NULL. */
static void check_port(struct why *y, const struct rules_dnat *d, const struct rules_dnat *before)
{
	const char *proto = d->udp ? "udp" : "tcp";
	char cure[CURE_SIZE], text[NET_ADDR_TEXT];
	int listens;

	if (before) {
		why_failed(y, HOST_CURE("nft list table %s", before->table),
			   "the table '%s' sends the published port %u/%s to %s instead",
			   before->table, d->outer, proto,
			   net_addr_format(&before->to, false, text));
		return;
	}
	if (why_listens(d->udp, d->outer) == 1) {
		why_failed(y, HOST_CURE("ss -H%snlp 'sport = %u'", d->udp ? "u" : "t", d->outer),
			   "a program of %s listens on the published port %u/%s as well", y->host,
			   d->outer, proto);
		return;
	}
	why_enter(y);
	listens = why_listens(d->udp, d->inner);
	why_leave(y);
	if (listens == 0) {
		why_failed(y, CURE("start the server in the namespace"),
			   "no program in the namespace listens on the port %u/%s, which is "
			   "published as %u",
			   d->inner, proto, d->outer);
		return;
	}
	if (count_stale(y, d)) {
		why_failed(y, HOST_CURE("conntrack -D -p udp --orig-port-dst %u", d->outer),
			   "old entries of connection tracking still send the published port "
			   "%u/udp to another address",
			   d->outer);
		return;
	}
	why_passed(y, "the port %u/%s of %s leads to the namespace", d->outer, proto, y->host);
}

bool why_published(struct why *y)
{
	const char *at = y->rules.s;
	struct rules_dnat d;

	while (rules_next_dnat(&at, &d)) {
		struct rules_dnat other;
		const char *first = y->rules.s;
		bool before = false;

		if (!is_mine(y, &d.to))
			continue;
		/* if two translation rules match, only the first takes effect (nft(8)) */
		while (!before && rules_next_dnat(&first, &other) && first < at)
			before = other.udp == d.udp && other.outer == d.outer &&
				 other.to.family == d.to.family && !is_mine(y, &other.to);
		check_port(y, &d, before ? &other : NULL);
	}
	return true;
}
