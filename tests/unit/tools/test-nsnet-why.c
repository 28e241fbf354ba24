// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of `nsnet why`. This file replaces the functions that ask the kernel, so that a test
 * chooses their answers: routes, neighbours, sysctls, firewall rules and connection tracking. */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <setjmp.h>
#include <stdarg.h>

#include "../addr.h"
#include "../sandbox.h"
#include "kernel/sysctl.h"
#include "net/conntrack.h"
#include "nsnet/why.h"

/* ---- the answers of the kernel */

/* Answers of net_route_ask() for a destination without and with a source address. */
static struct answer {
	int rc;
	struct net_way way;
} own_way, forwarded_way;

int net_route_ask(struct netlink *nl, const struct net_addr *dst, const struct net_addr *src,
		  int iif, struct net_way *out, struct nserr *e)
{
	const struct answer *a = src ? &forwarded_way : &own_way;

	(void)nl, (void)dst, (void)iif, (void)e;
	if (a->rc == 0)
		*out = a->way;
	return a->rc;
}

static struct net_neigh neighbour;
static int neighbour_rc = -ENOENT;

int net_neigh_find(struct netlink *nl, int index, const struct net_addr *a, struct net_neigh *out,
		   struct nserr *e)
{
	(void)nl, (void)index, (void)a, (void)e;
	*out = neighbour;
	return neighbour_rc;
}

/* The one sysctl that is not 0: its name and value. */
static const char *sysctl_name = "";
static int64_t sysctl_value;

int64_t sysctl_get(const char *name)
{
	return streq(name, sysctl_name) ? sysctl_value : 0;
}

static int nft_rc;
static const char *nft_text = "";

int nft_open(struct nft_ctx **nft, struct nserr *e)
{
	*nft = NULL;
	return nft_rc < 0 ? nserr_set(e, nft_rc, "no rules here") : 0;
}

void nft_close(struct nft_ctx *nft)
{
	(void)nft;
}

int nft_list(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e)
{
	(void)nft, (void)command, (void)e;
	buf_adds(out, nft_text);
	return 0;
}

static int stale_rc;
static unsigned stale;

int net_stale_entries(struct netlink *nl, const struct net_stale *q, bool remove, unsigned *n,
		      struct nserr *e)
{
	(void)nl, (void)q, (void)remove, (void)e;
	*n = stale;
	return stale_rc;
}

static const struct net_link *other_end;

bool why_find_outer(struct why *y)
{
	y->outer = other_end;
	return y->outer != NULL;
}

/* cli_die() ends a tool; here, it returns to the test. */
static jmp_buf died;
static char last_words[256];

void cli_die(int err, const char *fmt, ...)
{
	va_list ap;

	(void)err;
	va_start(ap, fmt);
	vsnprintf(last_words, sizeof(last_words), fmt, ap);
	va_end(ap);
	longjmp(died, 1);
}

/* ---- the situation: the namespace "web" with eth0, whose other end is vethns0, a port of br0 */

static struct net net;
static struct net_link devices[] = {
	{ .index = 1, .name = "lo", .flags = IFF_UP | IFF_LOOPBACK, .mtu = 65536 },
	{ .index = 2,
	  .name = "br0",
	  .kind = "bridge",
	  .flags = IFF_UP,
	  .mtu = 1500,
	  .has_mac = true },
	{ .index = 3,
	  .name = "vethns0",
	  .kind = "veth",
	  .flags = IFF_UP,
	  .mtu = 1500,
	  .master = 2 },
	{ .index = 4, .name = "up0", .flags = IFF_UP, .mtu = 1500, .carrier = true },
};
static struct net_link inner[] = {
	{ .index = 1, .name = "lo", .flags = IFF_UP | IFF_LOOPBACK },
	{ .index = 2,
	  .name = "eth0",
	  .kind = "veth",
	  .flags = IFF_UP,
	  .mtu = 1500,
	  .carrier = true },
};
enum { LO, BR0, VETHNS0, UP0 };
static const struct net_link no_port = {
	.index = 7, .name = "vethns7", .flags = IFF_UP, .mtu = 1500
};

static struct why begin(const char *from, const char *dst)
{
	struct why y = {
		.n = &net,
		.dst = addr(dst),
		.host = "the host",
		.out = { .v = devices, .n = ARRAY_SIZE(devices) },
		.in = { .v = inner, .n = ARRAY_SIZE(inner) },
		.way = { .from = addr(from), .via = addr("10.1.0.1"), .index = 2 },
		.host_way = { .index = 4 },
		.dev = &inner[1],
		.outer = &devices[VETHNS0],
		.entry = &devices[BR0],
		.uplink = &devices[UP0],
	};

	strcpy(net.label, "web");
	devices[VETHNS0].is_port = true;
	devices[VETHNS0].port_state = BR_STATE_FORWARDING;
	devices[VETHNS0].hairpin = false;
	devices[BR0].flags = IFF_UP;
	own_way = forwarded_way = (struct answer){ .rc = 0 };
	neighbour_rc = -ENOENT;
	sysctl_name = "";
	other_end = y.outer;
	return y;
}

/* Returns the report, which the next call replaces, and clears it. */
static const char *text(struct why *y)
{
	static char report[4096];

	snprintf(report, sizeof(report), "%s", y->text.s ? y->text.s : "");
	buf_free(&y->text);
	return report;
}

static bool said(struct why *y, const char *what)
{
	const char *t = text(y);

	if (!strstr(t, what))
		printf("# the report:\n%s# lacks: %s\n", t, what);
	return strstr(t, what) != NULL;
}

/* ---- the bridge and the gateway */

static void bridge_and_its_port_must_forward(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	CHECK(why_entry[0](&y));
	CHECK(y.entry == &devices[BR0]);
	CHECK(said(&y, "ok    'vethns0' is a port of 'br0', which is up"));
	devices[VETHNS0].is_port = false;
	devices[VETHNS0].port_state = BR_STATE_DISABLED;
	CHECK(why_entry[0](&y));
	CHECK(said(&y, "ok    'vethns0' is a port of 'br0'"));
	devices[VETHNS0].is_port = true;
	CHECK(!why_entry[0](&y));
	CHECK(said(&y, "cure: bridge link set dev vethns0 state 3"));
	devices[BR0].flags = 0;
	CHECK(!why_entry[0](&y));
	CHECK(said(&y, "FAIL  the bridge 'br0' is down\n      cure: ip link set br0 up"));
	y.outer = &no_port;
	CHECK(why_entry[0](&y));
	CHECK(y.entry == &no_port);
	CHECK(said(&y, "ok    the other end of 'eth0' is 'vethns7' of the host"));
}

static void gateway_must_be_an_address_of_the_host(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	own_way.way.type = RTN_LOCAL;
	CHECK(why_entry[1](&y));
	CHECK(said(&y, "ok    the gateway 10.1.0.1 is the host"));
	own_way.way.type = RTN_UNICAST;
	CHECK(!why_entry[1](&y));
	CHECK(said(&y, "FAIL  the host does not have the address 10.1.0.1 of the gateway"));
	own_way = (struct answer){ .rc = -ENETUNREACH };
	CHECK(!why_entry[1](&y));
	CHECK(said(&y, "cure: ip addr add 10.1.0.1/<length> dev br0"));
}

/* br_netfilter applies the rules at `forward` to a packet that a bridge forwards. */
static void rules_apply_on_a_bridge_only_with_br_netfilter(void)
{
	static char drop[] = "table inet f {\n\tchain fw {\n\t\ttype filter hook forward priority "
			     "0; policy drop;\n\t}\n}\n";
	static const struct {
		const char *from, *dst, *sysctl;
		bool drops;
	} all[] = {
		{ "10.1.0.2", "10.1.0.9", "net/bridge/bridge-nf-call-iptables", true },
		{ "10.1.0.2", "10.1.0.9", "net/bridge/bridge-nf-call-ip6tables", false },
		{ "10.1.0.2", "10.1.0.9", "", false },
		{ "fd00::2", "fd00::9", "net/bridge/bridge-nf-call-ip6tables", true },
		{ "fd00::2", "fd00::9", "net/bridge/bridge-nf-call-iptables", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin(all[i].from, all[i].dst);

		y.way.via.family = 0;
		y.has_rules = true;
		y.rules.s = drop;
		sysctl_name = all[i].sysctl;
		sysctl_value = 1;
		CHECK_INT(why_entry[1](&y), !all[i].drops);
		CHECK(y.is_neighbour);
		CHECK_INT(y.failures, all[i].drops);
		CHECK(said(&y, "ok    the destination is on the same link"));
		/* the packet is not on a bridge */
		y.entry = y.outer;
		CHECK(why_entry[1](&y));
		(void)text(&y);
		/* the destination is the host */
		y.is_neighbour = false;
		own_way.way.type = RTN_LOCAL;
		CHECK(why_entry[1](&y));
		CHECK(!y.is_neighbour);
		/* no route of the host leads to the destination */
		own_way = (struct answer){ .rc = -ENETUNREACH };
		CHECK(why_entry[1](&y));
		CHECK(y.is_neighbour);
		(void)text(&y);
	}
}

/* A rule that forwards the port 8080 of the host to the namespace, and other rules. */
static char published[] =
	"table inet t {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat; policy "
	"accept;\n\t\tudp dport 8080 dnat ip to 10.1.0.2:80\n\t\ttcp dport 8081 dnat ip to "
	"10.1.0.2:80\n\t\ttcp dport 8080 dnat ip6 to [fd00::2]:80\n\t\ttcp dport 8082 dnat ip to "
	"10.1.0.3:80\n\t\ttcp dport 8080 dnat ip to 10.1.0.2:80\n\t}\n}\n";

/* A bridge sends a packet back through the port from which it came only in the hairpin mode. */
static void own_published_port_needs_the_hairpin_mode(void)
{
	static const struct {
		uint16_t port;
		bool udp, is_port, hairpin, fails;
	} all[] = {
		{ 8080, false, true, false, true },   { 8080, true, true, false, true },
		{ 8081, true, true, false, false },   { 8082, false, true, false, false },
		{ 8080, false, false, false, false }, { 8080, false, true, true, false },
		{ 0, false, true, false, false },     { 9, false, true, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin("10.1.0.2", "192.0.2.1");

		y.rules.s = published;
		y.port = all[i].port;
		y.udp = all[i].udp;
		devices[VETHNS0].is_port = all[i].is_port;
		devices[VETHNS0].hairpin = all[i].hairpin;
		own_way.way.type = RTN_LOCAL;
		(void)why_entry[2](&y);
		CHECK(y.is_host);
		if ((strstr(y.text.s, "(hairpin)") != NULL) != all[i].fails)
			printf("# case %zu:\n%s", i, y.text.s);
		CHECK_INT(strstr(y.text.s, "(hairpin)") != NULL, all[i].fails);
		CHECK_INT(strstr(y.text.s, "cure: bridge link set dev vethns0 hairpin on") != NULL,
			  all[i].fails);
		(void)text(&y);
	}
}

/* A published port needs no server on the host. Port 1 has no server in any test. */
static void port_of_the_host_needs_a_server_or_a_rule(void)
{
	static const struct {
		const char *from, *dst, *rule;
		bool udp, fails;
	} all[] = {
		{ "10.1.0.9", "192.0.2.1", "tcp dport 1 dnat ip to 10.1.0.2:80", false, false },
		{ "10.1.0.9", "192.0.2.1", "udp dport 1 dnat ip to 10.1.0.2:80", false, true },
		{ "10.1.0.9", "192.0.2.1", "tcp dport 2 dnat ip to 10.1.0.2:80", false, true },
		{ "10.1.0.9", "192.0.2.1", "tcp dport 1 dnat ip6 to [fd00::2]:80", false, true },
		{ "fd00::9", "fd01::1", "tcp dport 1 dnat ip6 to [fd00::2]:80", false, false },
		{ "10.1.0.9", "192.0.2.1", "udp dport 1 dnat ip to 10.1.0.2:80", true, false },
		{ "10.1.0.9", "192.0.2.1", "", false, true },
	};
	char rules[256];

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin(all[i].from, all[i].dst);

		snprintf(rules, sizeof(rules),
			 "table inet t {\n\tchain pre {\n\t\ttype nat hook "
			 "prerouting priority dstnat;\n\t\t%s\n\t}\n}\n",
			 all[i].rule);
		y.rules.s = rules;
		y.port = 1;
		y.udp = all[i].udp;
		own_way.way.type = RTN_LOCAL;
		CHECK_INT(why_entry[2](&y), !all[i].fails);
		if (all[i].fails)
			CHECK(said(&y, "FAIL  no program of the host listens on the port 1\n      "
				       "cure: start the server on the host"));
		(void)text(&y);
	}
}

static void neighbour_is_not_the_host(void)
{
	struct why y = begin("10.1.0.2", "10.1.0.9");

	y.is_neighbour = true;
	own_way.way.type = RTN_LOCAL;
	CHECK(why_entry[2](&y));
	CHECK(!y.is_host);
	y.is_neighbour = false;
	own_way.way.type = RTN_UNICAST;
	CHECK(why_entry[2](&y));
	CHECK(!y.is_host);
	own_way.rc = -ENETUNREACH;
	own_way.way.type = RTN_LOCAL;
	CHECK(why_entry[2](&y));
	CHECK(!y.is_host);
	CHECK_STR(text(&y), "");
}

/* ---- the path through the host */

static void other_machines_are_neither_neighbour_nor_host(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	CHECK(why_forward[0](&y));
	y.is_host = true;
	CHECK(!why_forward[0](&y));
	y.is_host = false;
	y.is_neighbour = true;
	CHECK(!why_forward[0](&y));
	y.is_neighbour = false;
	y.way.from.family = 0;
	CHECK(!why_forward[0](&y));
}

static void host_needs_a_route_to_the_destination(void)
{
	static const struct {
		int rc;
		const char *text;
	} all[] = {
		{ -ENETUNREACH, "FAIL  the host itself has no route to 203.0.113.1" },
		{ -EACCES, "discards packets to 203.0.113.1 (prohibit)" },
		{ -EHOSTUNREACH, "discards packets to 203.0.113.1 (unreachable)" },
		{ -EINVAL, "discards packets to 203.0.113.1 (blackhole)" },
	};
	struct why y = begin("10.1.0.2", "203.0.113.1");

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		own_way.rc = all[i].rc;
		CHECK(!why_forward[1](&y));
		CHECK(said(&y, all[i].text));
	}
	own_way.rc = -EIO;
	CHECK(why_forward[1](&y));
	own_way.rc = 0;
	CHECK(why_forward[1](&y));
	CHECK_STR(text(&y), "");
}

/* `nsnet bridge --nat` allows forwarding and adds the translation. It is the cure only if a packet
 * with a private source address enters through a bridge and no rule translates it. */
static void missing_forwarding_has_the_cure_that_also_adds_a_missing_translation(void)
{
	static const struct {
		const char *from, *dst, *rules;
		bool bridge, nat;
	} all[] = {
		{ "10.1.0.2", "203.0.113.1", "", true, true },
		{ "10.1.0.2", "203.0.113.1", NULL, true, false },
		{ "10.1.0.2", "203.0.113.1", "", false, false },
		{ "198.51.100.2", "203.0.113.1", "", true, false },
		{ "10.1.0.2", "10.9.0.1", "", true, false },
		{ "10.1.0.2", "203.0.113.1", "ip saddr 10.1.0.0/24 masquerade", true, false },
		{ "10.1.0.2", "203.0.113.1", "snat ip to 192.0.2.1", true, false },
		{ "fd00::2", "2001:db8::1", "", true, true },
		{ "fd00::2", "2001:db8::1", "masquerade", true, false },
	};
	char rules[128];

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin(all[i].from, all[i].dst);
		bool v6 = y.dst.family == AF_INET6;

		y.has_rules = all[i].rules != NULL;
		snprintf(rules, sizeof(rules), "%s", all[i].rules ? all[i].rules : "");
		y.rules.s = rules[0] ? rules : NULL;
		if (!all[i].bridge)
			y.entry = y.outer;
		forwarded_way.rc = -EHOSTUNREACH;
		CHECK(!why_forward[2](&y));
		CHECK(strstr(y.text.s, v6 ? "does not forward IPv6 packets"
					  : "does not forward packets from '"));
		if (all[i].nat)
			CHECK(said(&y, "cure: nsnet bridge br0 --nat"));
		else if (v6)
			CHECK(said(&y, "cure: sysctl -w net.ipv6.conf.all.forwarding=1"));
		else
			CHECK(said(&y,
				   all[i].bridge
					   ? "cure: sysctl -w net.ipv4.conf.br0.forwarding=1"
					   : "cure: sysctl -w net.ipv4.conf.vethns0.forwarding=1"));
	}
}

static void ipv6_is_forwarded_with_one_of_two_sysctls(void)
{
	struct why y = begin("fd00::2", "2001:db8::1");

	sysctl_value = 1;
	sysctl_name = "net/ipv6/conf/all/forwarding";
	CHECK(why_forward[2](&y));
	CHECK(said(&y, "ok    the host forwards packets from 'br0'"));
	sysctl_name = "net/ipv6/conf/br0/force_forwarding";
	CHECK(why_forward[2](&y));
	sysctl_name = "net/ipv6/conf/up0/force_forwarding";
	CHECK(!why_forward[2](&y));
	(void)text(&y);
}

static void refused_forwarding_names_its_reason(void)
{
	static const struct {
		int rc;
		const char *text, *cure;
	} all[] = {
		{ -EINVAL, "the host refuses packets from 10.1.0.2 on 'br0'",
		  "cure: sysctl -w net.ipv4.conf.br0.rp_filter=2; ip route get 10.1.0.2" },
		{ -EXDEV, "the host refuses packets from 10.1.0.2 on 'br0'",
		  "cure: sysctl -w net.ipv4.conf.br0.rp_filter=2; ip route get 10.1.0.2" },
		{ -ENETUNREACH, "FAIL  the host has no route to 203.0.113.1",
		  "cure: ip route get 203.0.113.1 from 10.1.0.2 iif br0" },
	};
	struct why y = begin("10.1.0.2", "203.0.113.1");

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		forwarded_way.rc = all[i].rc;
		CHECK(!why_forward[2](&y));
		CHECK(strstr(y.text.s, all[i].text));
		CHECK(said(&y, all[i].cure));
	}
	/* commands for a host that is another namespace begin with its name */
	snprintf(y.host, sizeof(y.host), "the namespace 'router'");
	strcpy(y.host_label, "router");
	forwarded_way.rc = -EXDEV;
	CHECK(!why_forward[2](&y));
	CHECK(said(&y, "cure: ip netns exec router sysctl -w net.ipv4.conf.br0.rp_filter=2; ip "
		       "netns exec router ip route get 10.1.0.2"));
}

static void uplink_must_forward_answers_and_reach_the_next_hop(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	sysctl_name = "net/ipv4/conf/up0/forwarding";
	sysctl_value = 1;
	CHECK(why_forward[3](&y));
	CHECK(said(&y, "ok    the host sends the packets through 'up0'"));
	sysctl_value = 0;
	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "cure: sysctl -w net.ipv4.conf.up0.forwarding=1"));
	/* without the sysctl (-1), forwarding is unknown, and the check goes on */
	sysctl_value = -1;
	CHECK(why_forward[3](&y));
	neighbour_rc = 0;
	neighbour.state = NUD_FAILED;
	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "FAIL  the next hop 203.0.113.1 on 'up0' of the host does not answer"));
	y.host_way.via = addr("192.0.2.7");
	neighbour.state = NUD_INCOMPLETE;
	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "cure: ip neigh flush to 192.0.2.7; ping -c 1 192.0.2.7"));
	neighbour.state = NUD_REACHABLE;
	CHECK(why_forward[3](&y));
	devices[UP0].carrier = false;
	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "FAIL  'up0' of the host has no carrier"));
	devices[UP0].carrier = true;
	/* the packet leaves through the device on which it arrived */
	sysctl_value = 0;
	y.host_way.index = 2;
	devices[BR0].carrier = true;
	CHECK(why_forward[3](&y));
	CHECK(y.uplink == &devices[BR0]);
	y.host_way.index = 99;
	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "FAIL  the devices changed during the check\n      cure: nsnet why web"));
}

static void uplink_must_forward_ipv6_answers(void)
{
	struct why y = begin("fd00::2", "2001:db8::1");

	CHECK(!why_forward[3](&y));
	CHECK(said(&y, "cure: sysctl -w net.ipv6.conf.all.forwarding=1"));
	sysctl_name = "net/ipv6/conf/up0/force_forwarding";
	sysctl_value = 1;
	CHECK(why_forward[3](&y));
	sysctl_name = "";
	y.host_way.index = 2;
	devices[BR0].carrier = true;
	CHECK(why_forward[3](&y));
	(void)text(&y);
}

static void answers_must_return_through_the_same_device(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	own_way.way.index = 2;
	CHECK(why_forward[4](&y));
	CHECK(said(&y, "ok    answers to 10.1.0.2 return through 'br0'"));
	own_way.way.index = 4;
	CHECK(!why_forward[4](&y));
	CHECK(said(&y, "do not return through 'br0', but through 'up0'\n      cure: ip route "
		       "replace 10.1.0.2 dev br0"));
	own_way.way.index = 99;
	CHECK(!why_forward[4](&y));
	CHECK(said(&y, "but through 'no device'"));
	own_way.rc = -ENETUNREACH;
	own_way.way.index = 2;
	CHECK(!why_forward[4](&y));
	CHECK(said(&y, "but through 'no device'"));
}

static void smaller_mtu_on_the_path_is_reported(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	CHECK(why_forward[7](&y));
	CHECK(said(&y, "ok    the MTU of 'eth0' is not larger"));
	devices[UP0].mtu = 1400;
	CHECK(why_forward[7](&y));
	CHECK(said(&y, "cure: ip -n web link set eth0 mtu 1400"));
	devices[UP0].mtu = 1500;
	CHECK(why_forward[8](&y));
	CHECK_STR(text(&y), "");
	strcpy(y.host_label, "router");
	CHECK(why_forward[8](&y));
	CHECK(said(&y, "cure: nsnet why router"));
}

/* ---- firewall rules */

/* The place of a rule in a table. */
static struct rules_place place(const char *table, const char *chain)
{
	struct rules_place at = { .table = "" };

	snprintf(at.table, sizeof(at.table), "%s", table);
	snprintf(at.chain, sizeof(at.chain), "%s", chain);
	return at;
}

/* The cure uses the program that owns the table. */
static void cure_for_a_table_uses_the_program_that_owns_it(void)
{
	static const char rules[] = "table ip filter {\n\tchain FORWARD {\n\t}\n}\n"
				    "table ip6 filter {\n\tchain FORWARD {\n\t}\n}\n"
				    "table ip6 mangle {\n\tchain FORWARD {\n\t}\n}\n";
	static const struct {
		const char *table;
		enum why_accept what;
		const char *cure;
	} all[] = {
		{ "inet f", WHY_IN, "nft insert rule inet f FORWARD iifname br0 accept" },
		{ "inet f", WHY_ANSWERS,
		  "nft insert rule inet f FORWARD oifname br0 ct state established,related "
		  "accept" },
		{ "ip filter", WHY_OUT, "iptables-nft -I FORWARD -o br0 -j ACCEPT" },
		{ "ip6 filter", WHY_IN, "ip6tables-nft -I FORWARD -i br0 -j ACCEPT" },
		{ "ip6 mangle", WHY_ANSWERS_IN,
		  "ip6tables-nft -t mangle -I FORWARD -i br0 -m conntrack --ctstate "
		  "ESTABLISHED,RELATED -j ACCEPT" },
		{ "inet firewalld", WHY_IN, "firewall-cmd --zone=trusted --add-interface=br0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct rules_place at = place(all[i].table, "FORWARD");
		char cure[CURE_SIZE] = "", two[2 * CURE_SIZE];

		why_add_accept(cure, rules, &at, "", all[i].what, "br0");
		CHECK_STR(cure, all[i].cure);
		/* a second command follows after a semicolon, except that of firewalld */
		snprintf(two, sizeof(two), "%s; %s", all[i].cure, all[i].cure);
		why_add_accept(cure, rules, &at, "", all[i].what, "br0");
		CHECK_STR(cure, streq(all[i].table, "inet firewalld") ? all[i].cure : two);
	}
}

static void packets_pass_if_no_rules_can_be_read(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	nft_rc = -ENOENT;
	why_read_rules(&y);
	CHECK(!y.has_rules);
	CHECK(said(&y, "?     the firewall rules cannot be read: no rules here"));
	why_read_inner_rules(&y);
	CHECK(!y.has_inner_rules);
	CHECK(why_rules(&y, "forward", "br0", "up0"));
	CHECK(why_inner_rules(&y));
	CHECK(why_nat(&y));
	CHECK_STR(text(&y), "");
	nft_rc = 0;
	nft_text = "table inet a {\n}\n";
	why_read_rules(&y);
	CHECK(y.has_rules);
	CHECK_STR(y.rules.s, nft_text);
	(void)text(&y);
	buf_free(&y.rules);
	/* there are no rules at all */
	CHECK(why_rules(&y, "forward", "br0", "up0"));
	CHECK(said(&y, "ok    no chain at 'forward' drops the packets"));
}

static void rules_of_the_namespace_can_drop_packets_and_answers(void)
{
	static char out[] = "table inet f {\n\tchain o {\n\t\ttype filter hook output priority 0; "
			    "policy drop;\n\t}\n}\n";
	static char in[] = "table inet f {\n\tchain i {\n\t\ttype filter hook input priority 0; "
			   "policy drop;\n\t}\n}\n";
	static char maybe[] = "table inet f {\n\tchain i {\n\t\ttype filter hook input priority 0; "
			      "policy accept;\n\t\tip ttl 7 drop\n\t}\n}\n";
	struct why y = begin("10.1.0.2", "203.0.113.1");

	y.has_inner_rules = true;
	y.inner_rules.s = out;
	CHECK(!why_inner_rules(&y));
	CHECK(said(&y, "drops the packets, in the namespace, (policy drop)\n      cure: ip netns "
		       "exec web nft insert rule inet f o oifname eth0 accept"));
	y.inner_rules.s = in;
	CHECK(!why_inner_rules(&y));
	CHECK(said(&y, "drops the answers, in the namespace, (policy drop)\n      cure: ip netns "
		       "exec web nft insert rule inet f i iifname eth0 ct state "
		       "established,related accept"));
	y.inner_rules.s = maybe;
	CHECK(why_inner_rules(&y));
	CHECK(said(&y, "may drop the answers, in the namespace,; find out with --probe"));
	y.way.from.family = 0;
	CHECK(why_inner_rules(&y));
	CHECK_STR(text(&y), "");
	y.way.from = addr("10.1.0.2");
	y.inner_rules.s = NULL;
	CHECK(why_inner_rules(&y));
	CHECK_STR(text(&y), "");
	y.has_inner_rules = false;
	y.inner_rules.s = out;
	CHECK(why_inner_rules(&y));
	CHECK_STR(text(&y), "");
}

static void private_addresses_need_a_translation(void)
{
	static char yes[] = "table ip n {\n\tchain p {\n\t\ttype nat hook postrouting priority 0; "
			    "policy accept;\n\t\tmasquerade\n\t}\n}\n";
	static char maybe[] = "table ip n {\n\tchain p {\n\t\ttype nat hook postrouting priority "
			      "0; policy accept;\n\t\tip ttl 7 masquerade\n\t}\n}\n";
	static const struct {
		const char *from, *dst;
		char *rules;
		bool bridge;
		const char *text;
	} all[] = {
		{ "10.1.0.2", "203.0.113.1", yes, true,
		  "ok    the table 'ip n' translates 10.1.0.2" },
		{ "192.0.2.2", "203.0.113.1", NULL, true,
		  "ok    192.0.2.2 is not a private address" },
		{ "10.1.0.2", "203.0.113.1", maybe, true,
		  "?     the table 'ip n' may translate 10.1.0.2 (ip ttl 7 masquerade)" },
		{ "10.1.0.2", "203.0.113.1", NULL, true,
		  "answers cannot return\n      cure: nsnet "
		  "bridge br0 --nat\n" },
		{ "10.1.0.2", "203.0.113.1", NULL, false,
		  "answers cannot return\n      cure: nsnet "
		  "add <name> ... --nat\n" },
		{ "10.1.0.2", "172.16.0.1", NULL, true,
		  "a route to this address\n      cure: "
		  "nsnet bridge br0 --nat\n" },
		{ "10.1.0.2", "192.168.0.1", NULL, false,
		  "a route to this address\n      cure: "
		  "nsnet add <name> ... --nat\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin(all[i].from, all[i].dst);

		y.has_rules = true;
		y.rules.s = all[i].rules;
		if (!all[i].bridge)
			y.entry = y.outer;
		CHECK(why_nat(&y));
		CHECK(said(&y, all[i].text));
		y.uplink = y.entry;
		CHECK(why_nat(&y));
		CHECK_STR(text(&y), "");
	}
}

static void only_addresses_of_private_networks_are_private(void)
{
	static const char *const private[] = { "10.0.0.1",    "172.16.0.1", "172.31.255.1",
					       "192.168.0.1", "100.64.0.1", "100.127.0.1",
					       "fc00::1",     "fdff::1" };
	static const char *const public[] = { "11.0.0.1",    "172.15.0.1",  "172.32.0.1",
					      "192.167.0.1", "193.168.0.1", "100.63.0.1",
					      "100.128.0.1", "101.64.0.1",  "fe00::1",
					      "2001:db8::1" };
	struct net_addr a;

	for (size_t i = 0; i < ARRAY_SIZE(private); i++) {
		a = addr(private[i]);
		CHECK(why_is_private(&a));
	}
	for (size_t i = 0; i < ARRAY_SIZE(public); i++) {
		a = addr(public[i]);
		CHECK(!why_is_private(&a));
	}
}

/* ---- checks that enter the namespace: run in a new network namespace */

/* Makes the network namespace of this process both the namespace and the host. */
static void enter_sandbox(void)
{
	net.ns = net.own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	CHECK(net.ns >= 0);
	if (setjmp(died)) {
		CHECK_STR(last_words, "");
		_exit(1);
	}
}

/* Closes the namespace that enter_sandbox() has opened. */
static void leave_sandbox(void)
{
	CHECK_INT(close(net.ns), 0);
	net.ns = net.own_ns = -1;
}

/* Binds a socket to a port of all addresses. Returns the socket. */
static int serve(bool udp, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	CHECK_INT(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	CHECK(udp || listen(fd, 1) == 0);
	return fd;
}

static char one_port[] = "table inet t {\n\tchain pre {\n\t\ttype nat hook prerouting priority "
			 "dstnat;\n\t\tudp dport 5353 dnat ip to 10.1.0.2:53\n\t}\n}\n";

static void inside_published_port(const char *dir)
{
	struct net_ifaddr mine = { .index = 2, .addr = addr("10.1.0.2") };
	struct why y = begin("10.1.0.2", "203.0.113.1");
	int fd, inside;

	(void)dir;
	enter_sandbox();
	y.addrs = (struct net_ifaddrs){ .v = &mine, .n = 1 };
	y.rules.s = one_port;
	CHECK(why_published(&y));
	CHECK(said(&y, "no program in the namespace listens on the port 53/udp, which is published "
		       "as 5353"));
	fd = serve(true, 5353);
	CHECK(why_published(&y));
	CHECK(said(&y,
		   "a program of the host listens on the published port 5353/udp as well\n      "
		   "cure: ss -Hunlp 'sport = 5353'"));
	close(fd);
	inside = serve(true, 53);
	stale = 2;
	CHECK(why_published(&y));
	CHECK(said(&y, "cure: conntrack -D -p udp --orig-port-dst 5353"));
	/* old entries that cannot be counted are not reported */
	stale_rc = -EPERM;
	CHECK(why_published(&y));
	CHECK(said(&y, "ok    the port 5353/udp of the host leads to the namespace"));
	stale_rc = 0;
	stale = 0;
	CHECK(why_published(&y));
	CHECK(said(&y, "ok    the port 5353/udp of the host leads to the namespace"));
	close(inside);
	/* an address of another namespace */
	mine.addr = addr("10.1.0.3");
	CHECK(why_published(&y));
	CHECK_STR(text(&y), "");
	leave_sandbox();
}

/* If two rules translate a port, only the first takes effect. */
static void inside_two_rules_for_a_port(const char *dir)
{
	static const struct {
		const char *first;
		bool takes;
	} all[] = {
		{ "tcp dport 8080 dnat ip to 10.9.0.2:80", true },
		{ "udp dport 8080 dnat ip to 10.9.0.2:80", false },
		{ "tcp dport 8081 dnat ip to 10.9.0.2:80", false },
		{ "tcp dport 8080 dnat ip6 to [fd00::9]:80", false },
		{ "tcp dport 8080 dnat ip to 10.1.0.2:80", false },
	};
	struct net_ifaddr mine = { .index = 2, .addr = addr("10.1.0.2") };
	char rules[512];

	(void)dir;
	enter_sandbox();
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin("10.1.0.2", "203.0.113.1");

		snprintf(
			rules, sizeof(rules),
			"table inet first {\n\tchain pre {\n\t\ttype nat hook prerouting priority "
			"dstnat;\n\t\t%s\n\t}\n}\ntable inet second {\n\tchain pre {\n\t\ttype nat "
			"hook prerouting priority dstnat;\n\t\ttcp dport 8080 dnat ip to "
			"10.1.0.2:80\n\t}\n}\n",
			all[i].first);
		y.addrs = (struct net_ifaddrs){ .v = &mine, .n = 1 };
		y.rules.s = rules;
		CHECK(why_published(&y));
		if (all[i].takes)
			CHECK(said(&y, "FAIL  the table 'inet first' sends the published port "
				       "8080/tcp to 10.9.0.2 instead\n      cure: nft list table "
				       "inet first"));
		else
			CHECK(!strstr(text(&y), "instead"));
	}
	leave_sandbox();
}

static void published_port_must_lead_to_a_server_in_the_namespace(void)
{
	sandbox(CLONE_NEWNET, inside_published_port);
}

static void earlier_rule_takes_a_published_port(void)
{
	sandbox(CLONE_NEWNET, inside_two_rules_for_a_port);
}

static void devices_of_the_namespace_must_be_up(void)
{
	struct net_link v[] = {
		{ .index = 1, .name = "lo", .flags = IFF_LOOPBACK },
		{ .index = 2, .name = "eth0" },
		{ .index = 3, .name = "eth1" },
	};
	struct why y = begin("10.1.0.2", "203.0.113.1");

	CHECK(why_inside[0](&y));
	CHECK(said(&y, "ok    lo is up\nok    'eth0' is up\n"));
	y.in = (struct net_links){ .v = v, .n = 3 };
	CHECK(!why_inside[0](&y));
	CHECK(strstr(y.text.s, "FAIL  lo is down\n      cure: ip -n web link set lo up\n"));
	CHECK(said(&y,
		   "FAIL  no device except lo is up\n      cure: ip -n web link set eth0 up\n"));
	y.in.n = 1;
	CHECK(!why_inside[0](&y));
	CHECK(said(&y, "FAIL  the namespace has no device except lo"));
	/* the list has no device lo */
	y.in = (struct net_links){ .v = v + 1, .n = 2 };
	CHECK(!why_inside[0](&y));
	CHECK(said(&y, "FAIL  lo is down"));
}

static void address_of_the_namespace_must_be_usable(void)
{
	struct net_ifaddr v[] = {
		{ .index = 2, .addr = addr("fd00::2/64") },
		{ .index = 2, .addr = addr("10.1.0.2/24"), .flags = IFA_F_DADFAILED },
	};
	struct why y = begin("10.1.0.2", "203.0.113.1");

	y.addrs = (struct net_ifaddrs){ .v = v, .n = 2 };
	CHECK(!why_inside[1](&y));
	CHECK(said(&y, "FAIL  another machine has the address 10.1.0.2/24 too"));
	v[1].flags = IFA_F_TENTATIVE;
	CHECK(!why_inside[1](&y));
	CHECK(said(&y, "FAIL  the address 10.1.0.2/24 cannot be used yet (tentative)"));
	v[1].flags = 0;
	CHECK(why_inside[1](&y));
	CHECK(said(&y, "ok    there is an address (10.1.0.2/24)"));
	v[1].scope = RT_SCOPE_LINK;
	CHECK(!why_inside[1](&y));
	CHECK(said(&y, "FAIL  no device has an address of the family of the destination"));
}

static void namespace_needs_a_route_to_the_destination(void)
{
	static const int forbidden[] = { -EACCES, -EINVAL, -EHOSTUNREACH };
	struct why y = begin("10.1.0.2", "203.0.113.1");

	for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++) {
		own_way.rc = forbidden[i];
		CHECK(!why_inside[2](&y));
		CHECK(said(&y, "FAIL  a route of the namespace forbids 203.0.113.1"));
	}
	own_way.rc = -ENETUNREACH;
	CHECK(!why_inside[2](&y));
	CHECK(said(&y, "FAIL  the namespace has no route to 203.0.113.1"));
	own_way = (struct answer){ .way = { .type = RTN_UNICAST, .index = 99 } };
	CHECK(!why_inside[2](&y));
	CHECK(said(&y, "FAIL  the devices changed during the check"));
	own_way.way.index = 2;
	CHECK(why_inside[2](&y));
	CHECK(said(&y, "ok    the route to 203.0.113.1 is on 'eth0'"));
	own_way.way.via = addr("10.1.0.1");
	CHECK(why_inside[2](&y));
	CHECK(said(&y, "ok    the route to 203.0.113.1 is via 10.1.0.1 on 'eth0'"));
}

static void inside_own_address(const char *dir)
{
	struct why y = begin("10.1.0.2", "10.1.0.2");
	int fd;

	enter_sandbox();
	own_way.way.type = RTN_LOCAL;
	CHECK(!why_inside[2](&y));
	CHECK_STR(text(&y), "ok    10.1.0.2 is an address of the namespace itself\n");
	y.port = 80;
	CHECK(!why_inside[2](&y));
	CHECK(said(&y, "FAIL  no program in the namespace listens on the port 80"));
	fd = serve(false, 80);
	CHECK(!why_inside[2](&y));
	CHECK(said(&y, "ok    a program listens on the port 80"));
	y.udp = true;
	CHECK(!why_inside[2](&y));
	CHECK(said(&y, "FAIL  no program in the namespace listens on the port 80"));
	close(fd);
	/* without /proc, nothing is known about the sockets */
	CHECK_INT(chroot(dir), 0);
	CHECK_INT(why_listens(false, 80), -1);
	CHECK(!why_inside[2](&y));
	CHECK_STR(text(&y), "ok    10.1.0.2 is an address of the namespace itself\n");
	leave_sandbox();
}

static void port_of_the_namespace_itself_needs_a_server(void)
{
	sandbox(CLONE_NEWNET, inside_own_address);
}

static void device_needs_carrier_and_another_end(void)
{
	struct net_link dev = { .index = 2, .name = "eth0", .kind = "macvlan" };
	struct net_link end = { .index = 9, .name = "vethns9", .kind = "veth" };
	struct why y = begin("10.1.0.2", "203.0.113.1");

	y.dev = &dev;
	CHECK(!why_inside[4](&y));
	CHECK(said(&y, "FAIL  'eth0' has no carrier\n      cure: ip -n web -d link show eth0"));
	dev.carrier = true;
	CHECK(!why_inside[4](&y));
	CHECK(said(&y, "ok    'eth0' has carrier; it is not a pair with another namespace"));
	strcpy(dev.kind, "veth");
	CHECK(why_inside[4](&y));
	CHECK_STR(text(&y), "ok    'eth0' has carrier\n");
	other_end = &end;
	CHECK(!why_inside[4](&y));
	CHECK(said(&y, "FAIL  the other end of 'eth0', 'vethns9' of the host, is down\n      cure: "
		       "ip link set vethns9 up"));
	other_end = NULL;
	CHECK(!why_inside[4](&y));
	CHECK_STR(text(&y), "ok    'eth0' has carrier\n");
	dev.carrier = false;
	CHECK(!why_inside[4](&y));
	CHECK(said(&y, "FAIL  'eth0' has no carrier: the other end is down\n      cure: nsnet show "
		       "--all"));
}

/* The hardware address in the neighbour table is outdated if it is not that of the device that has
 * the IP address. */
static void neighbour_entry_must_be_current(void)
{
	struct net_ifaddr v[] = {
		{ .index = 4, .addr = addr("10.1.0.1/24") },
		{ .index = 2, .addr = addr("10.1.0.5/24") },
		{ .index = 2, .addr = addr("10.1.0.1/24") },
	};
	struct why y = begin("10.1.0.2", "203.0.113.1");

	y.out_addrs = (struct net_ifaddrs){ .v = v, .n = 3 };
	CHECK(why_inside[5](&y));
	CHECK_STR(text(&y), "");
	neighbour_rc = 0;
	neighbour = (struct net_neigh){ .state = NUD_FAILED };
	CHECK(!why_inside[5](&y));
	CHECK(said(&y, "cure: ip -n web neigh flush to 10.1.0.1; ip addr add 10.1.0.1/<length> dev "
		       "<device>"));
	strcpy(y.host_label, "router");
	CHECK(!why_inside[5](&y));
	CHECK(said(&y, "; ip -n router addr add 10.1.0.1/<length> dev <device>"));
	y.host_label[0] = '\0';
	neighbour = (struct net_neigh){ .state = NUD_REACHABLE, .has_mac = true, .mac = { 2, 1 } };
	CHECK(!why_inside[5](&y));
	CHECK(said(&y, "outdated hardware address for 10.1.0.1: 02:01:00:00:00:00\n      cure: ip "
		       "-n web neigh del 10.1.0.1 dev eth0"));
	neighbour.mac[0] = neighbour.mac[1] = 0;
	CHECK(why_inside[5](&y));
	CHECK(said(&y, "ok    the neighbour 10.1.0.1 answers"));
	/* an entry or a device without a hardware address cannot be compared */
	neighbour = (struct net_neigh){ .state = NUD_REACHABLE, .mac = { 2, 1 } };
	CHECK(why_inside[5](&y));
	neighbour.has_mac = true;
	devices[BR0].has_mac = false;
	CHECK(why_inside[5](&y));
	devices[BR0].has_mac = true;
	/* the other end is no port of a bridge, its bridge is missing, or it is not known */
	y.outer = &no_port;
	CHECK(why_inside[5](&y));
	devices[VETHNS0].master = 77;
	y.outer = &devices[VETHNS0];
	CHECK(why_inside[5](&y));
	devices[VETHNS0].master = 2;
	y.outer = NULL;
	CHECK(why_inside[5](&y));
	(void)text(&y);
	/* without a gateway, the entry is that of the destination */
	y.way.via.family = 0;
	CHECK(why_inside[5](&y));
	CHECK(said(&y, "ok    the neighbour 203.0.113.1 answers"));
}

static void inside_name_servers(const char *dir)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	int fd;

	(void)dir;
	enter_sandbox();
	sandbox_tmpfs("/etc");
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "?     cannot read '/etc/resolv.conf': No such file or directory"));
	unit_put(AT_FDCWD, "/etc/resolv.conf",
		 "# a comment\nnameserver\nnameservers 192.0.2.1\nnameserver x\n"
		 "nameserver\t192.0.2.53\nnameserver 192.0.2.54\nnameserver 127.0.0.1");
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "ok    /etc/resolv.conf names the server 192.0.2.53"));
	own_way.rc = -ENETUNREACH;
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "FAIL  the namespace has no route to the name server 192.0.2.53 of "
		       "/etc/resolv.conf"));
	y.dev = NULL;
	CHECK(why_beside[1](&y));
	CHECK_STR(text(&y), "");
	unit_put(AT_FDCWD, "/etc/resolv.conf", "nameserver 127.0.0.53\nnameserver ::1\n");
	CHECK(why_beside[1](&y));
	CHECK(said(
		&y,
		"no name server runs in the namespace\n      cure: nsnet add <name> --dns host"));
	CHECK_INT(mkdir("/etc/netns", 0755), 0);
	CHECK_INT(mkdir("/etc/netns/web", 0755), 0);
	net.name = "web";
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "cure: nsnet add web --dns host"));
	fd = serve(true, 53);
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "ok    a name server runs in the namespace"));
	close(fd);
	own_way.rc = 0;
	unit_put(AT_FDCWD, "/etc/netns/web/resolv.conf", "nameserver 192.0.2.55");
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "ok    /etc/netns/web/resolv.conf names the server 192.0.2.55"));
	CHECK_INT(unlink("/etc/netns/web/resolv.conf"), 0);
	CHECK_INT(mkdir("/etc/netns/web/resolv.conf", 0755), 0);
	CHECK(why_beside[1](&y));
	CHECK(said(&y, "?     cannot read '/etc/netns/web/resolv.conf': Is a directory"));
	leave_sandbox();
}

static void name_server_must_be_reachable_from_the_namespace(void)
{
	sandbox(CLONE_NEWNET, inside_name_servers);
}

static void inside_ping(const char *dir)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	enter_sandbox();
	unit_put(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", "0 0");
	CHECK(why_beside[2](&y));
	CHECK_STR(text(&y), "");
	CHECK_INT(chroot(dir), 0);
	CHECK(why_beside[2](&y));
	CHECK_STR(text(&y), "");
	leave_sandbox();
}

static void ping_is_not_reported_with_a_range_of_groups_or_without_proc(void)
{
	sandbox(CLONE_NEWNET, inside_ping);
}

/* ---- the report */

static void tool_ends_if_it_cannot_change_the_namespace(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");

	net.ns = net.own_ns = -1;
	if (setjmp(died) == 0) {
		why_enter(&y);
		CHECK(false);
	}
	CHECK_STR(last_words, "cannot enter the network namespace");
	if (setjmp(died) == 0) {
		why_leave(&y);
		CHECK(false);
	}
	CHECK_STR(last_words, "cannot enter the network namespace of the peer device");
}

static void cure_for_the_other_end_names_its_namespace_in_each_command(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	char cure[CURE_SIZE] = "a; b";

	CHECK_STR(why_at_host(&y, cure, sizeof(cure)), "a; b");
	strcpy(y.host_label, "router");
	CHECK_STR(why_at_host(&y, cure, sizeof(cure)),
		  "ip netns exec router a; ip netns exec router b");
	cure[0] = '\0';
	CHECK_STR(why_at_host(&y, cure, sizeof(cure)), "");
}

UNIT_MAIN(CASE(bridge_and_its_port_must_forward), CASE(gateway_must_be_an_address_of_the_host),
	  CASE(rules_apply_on_a_bridge_only_with_br_netfilter),
	  CASE(own_published_port_needs_the_hairpin_mode),
	  CASE(port_of_the_host_needs_a_server_or_a_rule), CASE(neighbour_is_not_the_host),
	  CASE(other_machines_are_neither_neighbour_nor_host),
	  CASE(host_needs_a_route_to_the_destination),
	  CASE(missing_forwarding_has_the_cure_that_also_adds_a_missing_translation),
	  CASE(ipv6_is_forwarded_with_one_of_two_sysctls),
	  CASE(refused_forwarding_names_its_reason),
	  CASE(uplink_must_forward_answers_and_reach_the_next_hop),
	  CASE(uplink_must_forward_ipv6_answers), CASE(answers_must_return_through_the_same_device),
	  CASE(smaller_mtu_on_the_path_is_reported),
	  CASE(cure_for_a_table_uses_the_program_that_owns_it),
	  CASE(packets_pass_if_no_rules_can_be_read),
	  CASE(rules_of_the_namespace_can_drop_packets_and_answers),
	  CASE(private_addresses_need_a_translation),
	  CASE(only_addresses_of_private_networks_are_private),
	  CASE(published_port_must_lead_to_a_server_in_the_namespace),
	  CASE(earlier_rule_takes_a_published_port), CASE(devices_of_the_namespace_must_be_up),
	  CASE(address_of_the_namespace_must_be_usable),
	  CASE(namespace_needs_a_route_to_the_destination),
	  CASE(port_of_the_namespace_itself_needs_a_server),
	  CASE(device_needs_carrier_and_another_end), CASE(neighbour_entry_must_be_current),
	  CASE(name_server_must_be_reachable_from_the_namespace),
	  CASE(ping_is_not_reported_with_a_range_of_groups_or_without_proc),
	  CASE(tool_ends_if_it_cannot_change_the_namespace),
	  CASE(cure_for_the_other_end_names_its_namespace_in_each_command))
