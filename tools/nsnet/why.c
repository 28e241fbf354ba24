// SPDX-License-Identifier: GPL-2.0-or-later
/* why: checks everything on the way of a packet from a namespace, in the order of the way. No
 * packet is sent and nothing is changed. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/nsfile.h"
#include "kernel/sysctl.h"
#include "nsnet.h"

#define SOMEWHERE "203.0.113.1" /* RFC 5737: an address that is nobody's */

static const struct cli_opt opts[] = { { 0 } };

static const struct cli_tool tool = {
	.name = "nsnet why",
	.synopsis = { "<name>|<ref> [<addr>]" },
	.purpose = "Find out why packets of a network namespace do not pass.",
	.opts = opts,
	.notes = "Each check is printed with its result; the first that fails is the cause.\n"
		 "Without <addr>, the way to any address outside is looked at.",
	.failed = CLI_EXIT_FAILED,
};

struct why {
	struct net *n;
	struct net_addr dst;
	struct net_links in, out; /* devices of the namespace and of the caller */
	struct net_ifaddrs addrs;
	struct net_way way, host_way;
	const struct net_link *dev;   /* inside, by which the packet leaves */
	const struct net_link *outer; /* the other end, if it is in the caller's namespace */
	const struct net_link *entry; /* where the packet enters the host: bridge, or outer */
	struct buf rules;             /* of nf_tables */
	bool has_rules;               /* they could be read */
	bool stays;                   /* the packet's way ends in the host or on the bridge */
	unsigned failures;
	struct buf text;
};

static printf_like(2, 3) void passed(struct why *y, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_printf(&y->text, "ok    %s\n", line);
}

/* Prints a failed check and its cure. Returns false. */
static printf_like(3, 4) bool failed(struct why *y, const char *cure, const char *fmt, ...)
{
	char line[512], safe[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	str_escape(safe, sizeof(safe), line, strlen(line));
	buf_printf(&y->text, "FAIL  %s\n      cure: ", safe);
	str_escape(safe, sizeof(safe), cure, strlen(cure));
	buf_printf(&y->text, "%s\n", safe);
	y->failures++;
	return false;
}

#define CURE(...) \
	({ \
		snprintf(cure, sizeof(cure), __VA_ARGS__); \
		cure; \
	})

/* ---- inside: each returns false if what follows makes no sense without it */

static bool check_devices(struct why *y)
{
	const struct net_link *lo = net_links_by_name(&y->in, "lo");
	const char *label = y->n->label;
	char cure[256];

	if (!lo || !(lo->flags & IFF_UP))
		failed(y, CURE("ip -n %s link set lo up", label), "lo is down");
	else
		passed(y, "lo is up");
	if (y->in.n < 2)
		return failed(y, CURE("nsnet add %s --bridge <bridge>,<address>/<length>", label),
			      "the namespace has no device except lo");
	for (size_t i = 0; i < y->in.n; i++)
		if (y->in.v[i].flags & IFF_UP && !(y->in.v[i].flags & IFF_LOOPBACK)) {
			passed(y, "'%s' is up", y->in.v[i].name);
			return true;
		}
	return failed(
		y,
		CURE("ip -n %s link set %s up", label, y->in.v[streq(y->in.v[0].name, "lo")].name),
		"no device except lo is up");
}

static bool check_addresses(struct why *y)
{
	unsigned usable = 0;
	char cure[256], text[NET_ADDR_TEXT];

	for (size_t i = 0; i < y->addrs.n; i++) {
		const struct net_ifaddr *a = &y->addrs.v[i];

		if (a->addr.family != y->dst.family || a->scope != RT_SCOPE_UNIVERSE)
			continue;
		net_addr_format(&a->addr, true, text);
		if (a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
			return failed(y, CURE("wait 2 s; add it with the flag nodad next time"),
				      "the address %s is not usable yet (tentative)", text);
		usable++;
	}
	if (!usable)
		return failed(
			y, CURE("ip -n %s addr add <address>/<length> dev <device>", y->n->label),
			"no device has an address of the family of the destination");
	passed(y, "there is an address (%s)", text);
	return true;
}

static bool check_route(struct why *y)
{
	char cure[256], to[NET_ADDR_TEXT], via[NET_ADDR_TEXT];
	struct nserr e = NSERR_INIT;

	net_addr_format(&y->dst, false, to);
	if (net_route_ask(&y->n->inner, &y->dst, NULL, 0, &y->way, &e) < 0)
		return failed(y, CURE("ip -n %s route add default via <gateway>", y->n->label),
			      "the namespace has no route to %s", to);
	y->dev = net_links_by_index(&y->in, y->way.index);
	if (!y->dev)
		return failed(y, CURE("run it again"), "the devices changed meanwhile");
	if (y->way.via.family)
		passed(y, "the route to %s is via %s on '%s'", to,
		       net_addr_format(&y->way.via, false, via), y->dev->name);
	else
		passed(y, "the route to %s is on '%s'", to, y->dev->name);
	return true;
}

static bool check_wire(struct why *y)
{
	const char *name = y->dev->name;
	char cure[256];

	if (!streq(y->dev->kind, "veth")) {
		passed(y, "'%s' has no other end that could be looked at", name);
		if (!y->dev->carrier)
			failed(y, CURE("bring the lower device up"), "'%s' has no carrier", name);
		return false;
	}
	y->outer = net_links_by_index(&y->out, y->dev->peer);
	if (!y->outer || y->outer->peer != y->dev->index || !streq(y->outer->kind, "veth"))
		y->outer = NULL;
	if (y->outer && !(y->outer->flags & IFF_UP))
		return failed(y, CURE("ip link set %s up", y->outer->name),
			      "the other end of '%s', '%s', is down", name, y->outer->name);
	if (!y->dev->carrier)
		return failed(y, CURE("bring the other end up"), "'%s' has no carrier", name);
	passed(y, "'%s' has carrier", name);
	if (!y->outer) {
		passed(y, "the other end is in another namespace: run why there");
		return false;
	}
	return true;
}

/* ---- in the host */

static bool check_bridge(struct why *y)
{
	const struct net_link *br = net_links_by_index(&y->out, y->outer->master);
	char cure[256];

	y->entry = br && y->outer->master ? br : y->outer;
	if (y->entry == y->outer) {
		passed(y, "'%s' ends at '%s' of the host", y->dev->name, y->outer->name);
		return true;
	}
	if (!(br->flags & IFF_UP))
		return failed(y, CURE("ip link set %s up", br->name), "the bridge '%s' is down",
			      br->name);
	passed(y, "'%s' is a port of '%s', which is up", y->outer->name, br->name);
	return true;
}

static bool check_gateway(struct why *y)
{
	char cure[256], via[NET_ADDR_TEXT];
	struct net_way way;

	if (!y->way.via.family) {
		passed(y, "the destination is a neighbour");
		y->stays = true;
		return true;
	}
	net_addr_format(&y->way.via, false, via);
	if (net_route_ask(&y->n->host, &y->way.via, NULL, 0, &way, NULL) == 0 &&
	    way.type == RTN_LOCAL) {
		passed(y, "the gateway %s is the host", via);
		return true;
	}
	return failed(y, CURE("ip addr add %s/<length> dev %s", via, y->entry->name),
		      "the host does not have the address %s of the gateway", via);
}

static int64_t devconf(const char *dev, const char *what)
{
	char name[128];

	snprintf(name, sizeof(name), "net/ipv4/conf/%s/%s", dev, what);
	return sysctl_get(name);
}

static bool check_forwarding(struct why *y)
{
	char cure[256], to[NET_ADDR_TEXT], from[NET_ADDR_TEXT];
	int rc = net_route_ask(&y->n->host, &y->dst, &y->way.from, y->entry->index, &y->host_way,
			       NULL);

	net_addr_format(&y->dst, false, to);
	net_addr_format(&y->way.from, false, from);
	if (rc == -EHOSTUNREACH)
		return failed(y, CURE("sysctl -w net.ipv4.conf.%s.forwarding=1", y->entry->name),
			      "the host does not forward packets from '%s'", y->entry->name);
	if (rc == -ENETUNREACH)
		return failed(y, CURE("ip route add default via <gateway>"),
			      "the host itself has no route to %s", to);
	if (rc == -EACCES)
		return failed(y, CURE("ip route show %s", to), "the host prohibits %s", to);
	if (rc == -EINVAL || rc == -EXDEV)
		return failed(y,
			      CURE("sysctl -w net.ipv4.conf.%s.rp_filter=2; ip route get %s",
				   y->entry->name, from),
			      "the host refuses %s from '%s': the way back is another (rp_filter)",
			      from, y->entry->name);
	if (rc < 0)
		return failed(y, CURE("ip route get %s from %s iif %s", to, from, y->entry->name),
			      "the host has no way to %s", to);
	if (y->host_way.type == RTN_LOCAL) {
		y->stays = true;
		passed(y, "%s is an address of the host", to);
	} else {
		passed(y, "the host forwards from '%s'", y->entry->name);
	}
	return true;
}

static bool check_uplink(struct why *y, const struct net_link *up)
{
	char cure[256];

	if (up->index != y->entry->index && devconf(up->name, "forwarding") == 0)
		return failed(y, CURE("sysctl -w net.ipv4.conf.%s.forwarding=1", up->name),
			      "the host does not forward the answers that come in by '%s'",
			      up->name);
	if (!up->carrier)
		return failed(y, CURE("ip link show %s", up->name),
			      "'%s' of the host has no carrier", up->name);
	passed(y, "the host sends by '%s', and forwards answers from there", up->name);
	return true;
}

/* Prints the table and chain of the first base chain at the hook forward with policy drop. */
static bool find_drop(const char *rules, char table[96], char chain[96])
{
	const char *line, *end;

	for (line = rules ? rules : ""; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (str_after(line, "table "))
			snprintf(table, 96, "%.*s", (int)strcspn(line + 6, "{\n") - 1, line + 6);
		else if (str_after(line, "\tchain "))
			snprintf(chain, 96, "%.*s", (int)strcspn(line + 7, " {\n"), line + 7);
		else if (memmem(line, (size_t)(end - line), "hook forward", 12) &&
			 memmem(line, (size_t)(end - line), "policy drop", 11))
			return true;
	}
	return false;
}

/* An accept in another chain does not undo a drop, whatever the priorities. */
static void check_firewall(struct why *y)
{
	char cure[512], table[96] = "", chain[96] = "";
	struct nserr e = NSERR_INIT;
	struct nft_ctx *nft = NULL;

	if (nft_open(&nft, &e) < 0 || nft_list(nft, "list ruleset", &y->rules, &e) < 0) {
		buf_printf(&y->text, "?     the firewall rules cannot be read: %s\n", e.what);
		nft_close(nft);
		return;
	}
	nft_close(nft);
	y->has_rules = true;
	if (find_drop(y->rules.s, table, chain))
		failed(y,
		       CURE("nft insert rule %s %s iifname %s accept; nft insert rule %s %s "
			    "oifname "
			    "%s ct state established,related accept",
			    table, chain, y->entry->name, table, chain, y->entry->name),
		       "the chain '%s' of the table '%s' drops what it does not accept", chain,
		       table);
	else
		passed(y, "no chain drops all forwarded packets");
}

static bool is_private(const struct net_addr *a)
{
	return a->family == AF_INET6
		       ? (a->b[0] & 0xfe) == 0xfc
		       : a->b[0] == 10 || (a->b[0] == 172 && (a->b[1] & 0xf0) == 16) ||
				 (a->b[0] == 192 && a->b[1] == 168) ||
				 (a->b[0] == 100 && (a->b[1] & 0xc0) == 64);
}

static void check_nat(struct why *y)
{
	char cure[256], from[NET_ADDR_TEXT];

	net_addr_format(&y->way.from, false, from);
	if (!is_private(&y->way.from)) {
		passed(y, "%s is not a private address", from);
		return;
	}
	if (y->rules.s && (strstr(y->rules.s, "masquerade") || strstr(y->rules.s, "snat ")))
		passed(y, "private addresses are translated");
	else if (y->has_rules)
		failed(y,
		       y->entry == y->outer ? CURE("nsnet add <name> ... --nat")
					    : CURE("nsnet bridge %s --nat", y->entry->name),
		       "%s is a private address, and nothing translates it: no answer comes back",
		       from);
}

static void check_mtu(struct why *y, const struct net_link *up)
{
	char cure[256];

	if (y->dev->mtu > up->mtu)
		failed(y, CURE("ip -n %s link set %s mtu %u", y->n->label, y->dev->name, up->mtu),
		       "the MTU of '%s' is %u, and that of '%s' is %u: large packets are lost",
		       y->dev->name, y->dev->mtu, up->name, up->mtu);
	else
		passed(y, "the MTU of '%s' fits '%s'", y->dev->name, up->name);
}

/* ---- names */

static void check_dns(struct why *y)
{
	char path[512], text[8192], cure[256];
	unsigned servers = 0, near = 0;

	snprintf(path, sizeof(path), "%s/%s/resolv.conf", NETNS_ETC, y->n->name ? y->n->name : "");
	if (!y->n->name || file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0) {
		snprintf(path, sizeof(path), "/etc/resolv.conf");
		if (file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0) {
			passed(y, "there is no resolv.conf");
			return;
		}
	}
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *s = str_after(line, "nameserver");

		if (!s || (*s != ' ' && *s != '\t'))
			continue;
		s += strspn(s, " \t");
		servers++;
		near += str_after(s, "127.") || str_after(s, "::1");
	}
	if (servers && near == servers)
		failed(y, CURE("nsnet add %s --dns host", y->n->name ? y->n->name : "<name>"),
		       "%s names servers of loopback only, which is another one inside", path);
	else
		passed(y, "%s names a server outside of loopback", path);
}

static void check_host(struct why *y)
{
	const struct net_link *up;

	if (!check_bridge(y) || !check_gateway(y) || y->stays || !y->way.from.family)
		return;
	if (!check_forwarding(y) || y->stays)
		return;
	up = net_links_by_index(&y->out, y->host_way.index);
	if (!up || !check_uplink(y, up))
		return;
	check_firewall(y);
	if (up->index != y->entry->index)
		check_nat(y);
	check_mtu(y, up);
}

static void look(struct why *y)
{
	if (check_devices(y) && check_addresses(y) && check_route(y) && check_wire(y))
		check_host(y);
	check_dns(y);
}

static void open_target(struct net *n)
{
	struct nserr e = NSERR_INIT;

	n->own_ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	if (n->own_ns < 0)
		cli_die(n->own_ns, "cannot open /proc/self/ns/net");
	if (n->name) {
		if (names_open(n->name, &n->ns, &e) < 0)
			cli_die_nserr(&e);
		if (n->ns < 0)
			cli_die(ENOENT, "the network namespace '%s'", n->name);
		snprintf(n->label, sizeof(n->label), "%.63s", n->name);
	} else {
		n->ns = net_open_ref(n->ref, &e);
		if (n->ns < 0)
			cli_die_nserr(&e);
		net_label(n->ref, n->label);
	}
	if (netlink_open(&n->host, &e) < 0 || net_open_in(n->own_ns, n->ns, &n->inner, &e) < 0)
		cli_die_nserr(&e);
}

int verb_why(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct words w = { 0 };
	const char *to;
	struct why y = { 0 };
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &tool, argc, argv);
	while (verb_next(&c, &w) >= 0)
		;
	verb_count(&w, 1, 2, ": a name or a reference");
	spec_target(&n, w.v[0]);
	to = w.n > 1 ? w.v[1] : SOMEWHERE;
	if (net_addr_parse(to, strlen(to), &y.dst) < 0 || strchr(to, '/'))
		cli_die_usage("'%s' is not an IP address", to);
	open_target(&n);
	y.n = &n;
	if (net_links_read(&n.inner, &y.in, &e) < 0 || net_links_read(&n.host, &y.out, &e) < 0 ||
	    net_ifaddrs_read(&n.inner, &y.addrs, &e) < 0)
		cli_die_nserr(&e);
	look(&y);
	buf_free(&y.rules);
	cli_print(&y.text);
	return y.failures ? CLI_EXIT_FAILED : 0;
}
