// SPDX-License-Identifier: GPL-2.0-or-later
/* nat: parses the request for address translation and published ports, and looks up the data that
 * it needs. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <stdio.h>

#include "base/num.h"
#include "nat.h"

/* ---- The request */

void spec_nat(struct net *n, const char *text)
{
	struct net_addr to;

	n->nat = true;
	if (!text)
		return;
	if (net_addr_parse(text, strlen(text), &to) < 0 || strchr(text, '/'))
		cli_die_usage("--nat: invalid IP address '%s'", text);
	*(to.family == AF_INET6 ? &n->nat_to6 : &n->nat_to) = to;
}

static uint16_t take_port(const char *text, const char *s, size_t n)
{
	uint64_t port;

	if (num_u64n(s, n, 1, 65535, &port) < 0)
		cli_die_usage("--publish: invalid '%s', expected [<address>:]<port>:<port>[/udp]",
			      text);
	return (uint16_t)port;
}

/* Parses the n bytes of an IPv4 address, or of an IPv6 address in brackets. Returns 0 or
 * -EINVAL. */
static int parse_address(const char *s, size_t n, struct net_addr *out)
{
	bool bracket = n > 2 && s[0] == '[' && s[n - 1] == ']';

	if (bracket)
		s++, n -= 2;
	if (memchr(s, '/', n) || net_addr_parse(s, n, out) < 0)
		return -EINVAL;
	return (out->family == AF_INET6) == bracket ? 0 : -EINVAL;
}

static bool is_v6_loopback(const struct net_addr *a)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	return a->family == AF_INET6 && memcmp(a->b, loopback, sizeof(loopback)) == 0;
}

void spec_publish(struct net *n, const char *text)
{
	struct publish *p = &n->publish[n->n_publish];
	size_t len = strcspn(text, "/");
	const char *inner = memrchr(text, ':', len), *outer;

	if (n->n_publish == NET_WORDS_MAX)
		cli_die_usage("--publish: more than %d ports", NET_WORDS_MAX);
	*p = (struct publish){ .udp = streq(text + len, "/udp") };
	if (!inner || (text[len] && !p->udp && !streq(text + len, "/tcp")))
		take_port(text, "", 0);
	p->inner = take_port(text, inner + 1, (size_t)(text + len - inner - 1));
	outer = memrchr(text, ':', (size_t)(inner - text));
	if (outer && parse_address(text, (size_t)(outer - text), &p->addr) < 0)
		take_port(text, "", 0);
	if (is_v6_loopback(&p->addr))
		cli_die_usage("--publish: a port of ::1 cannot be forwarded; use 127.0.0.1");
	outer = outer ? outer + 1 : text;
	p->outer = take_port(text, outer, (size_t)(inner - outer));
	n->n_publish++;
}

/* ---- the data that is looked up */

static void keep_subnet(struct net *n, const struct net_addr *a)
{
	struct net_addr subnet = *a;

	if (net_addr_is_link_local(a))
		return;
	net_addr_mask(&subnet);
	for (size_t i = 0; i < n->subnets.n; i++)
		if (memcmp(&n->subnets.v[i], &subnet, sizeof(subnet)) == 0)
			return;
	if (n->subnets.n < NET_ADDRS_MAX)
		n->subnets.v[n->subnets.n++] = subnet;
}

static void find_subnets(struct net *n)
{
	for (size_t i = 0; i < n->n_bridges; i++)
		for (size_t k = 0; k < n->bridges[i].has.n; k++)
			keep_subnet(n, &n->bridges[i].has.v[k]);
	for (size_t i = 0; i < n->n_wires; i++)
		for (size_t k = 0; n->wires[i].kind == WIRE_HOST && k < n->wires[i].other_addr.n;
		     k++)
			keep_subnet(n, &n->wires[i].other_addr.v[k]);
}

/* Refuses a port on which a program of the host listens for addresses of that family, because that
 * program would get no more connections. Returns 0, or a negative errno with e set. */
static int check_port(const struct publish *p, uint8_t family, struct nserr *e)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(p->outer) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(p->outer) };
	bool v6 = family == AF_INET6;
	int one = 1, rc, fd = socket(family, (p->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return nserr_set(e, errno, "cannot open a socket");
	memcpy(&to.sin_addr, p->addr.b, sizeof(to.sin_addr));
	memcpy(&to6.sin6_addr, p->addr.b, sizeof(to6.sin6_addr));
	/* without IPV6_V6ONLY, bind(2) would also fail because of an IPv4 port */
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	/* With SO_REUSEADDR, bind(2) fails if a program listens on the port, but not because of
	 * closed connections in the state TIME_WAIT.
	 */
	if (!p->udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind(fd, v6 ? (const struct sockaddr *)&to6 : (const struct sockaddr *)&to,
		  v6 ? sizeof(to6) : sizeof(to)) < 0
		     ? errno
		     : 0;
	close(fd);
	if (rc != EADDRINUSE)
		return 0;
	nserr_set(e, rc, "cannot publish port %u/%s of the host", p->outer, p->udp ? "udp" : "tcp");
	nserr_hint(e, "choose another port, or use --force to redirect a port on which a program "
		      "listens");
	return -rc;
}

/* Adds the devices that lead to the outside for one address family. */
static void find_uplinks(struct net *n, const struct net_links *links,
			 const struct net_routes *routes, uint8_t family, struct uplinks *to)
{
	bool any = false;

	for (size_t i = 0; i < routes->n; i++)
		any |= routes->v[i].dst.prefix == 0 && routes->v[i].dst.family == family;
	for (size_t i = 0; i < routes->n; i++) {
		const struct net_route *r = &routes->v[i];
		const struct net_link *l = net_links_by_index(links, r->index);
		bool known = !l || (any && r->dst.prefix) || r->dst.family != family ||
			     net_addr_is_link_local(&r->dst) || str_after(l->alias, NET_ALIAS);

		for (size_t k = 0; !known && k < to->n; k++)
			known = streq(to->v[k], l->name);
		if (known || to->n == NET_WORDS_MAX)
			continue;
		strcpy(to->v[to->n++], l->name);
		if (!n->uplink_mtu || l->mtu < n->uplink_mtu)
			n->uplink_mtu = l->mtu;
	}
}

int nat_find_uplinks(struct net *n, struct nserr *e)
{
	struct net_routes routes cleanup_net_routes = NET_ROUTES_INIT;
	struct net_links links cleanup_net_links = NET_LINKS_INIT;
	int rc = net_routes_read(&n->host, &routes, e);

	if (rc == 0)
		rc = net_links_read(&n->host, &links, e);
	if (rc < 0)
		return rc;
	find_uplinks(n, &links, &routes, AF_INET, &n->uplinks);
	find_uplinks(n, &links, &routes, AF_INET6, &n->uplinks6);
	return 0;
}

/* Checks that the namespace has an address for each published port, and that the ports are free.
 * Returns 0, or a negative errno with e set. */
static int check_ports(struct net *n, struct nserr *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n->n_publish; i++) {
		const struct publish *p = &n->publish[i];
		bool v4 = nat_publishes(n, p, AF_INET), v6 = nat_publishes(n, p, AF_INET6);

		if (!v4 && !v6)
			return nserr_set(
				e, EINVAL,
				"--publish needs a device with an %s address in the namespace",
				p->addr.family == AF_INET6 ? "IPv6" : "IPv4");
		if (v4 && !n->force)
			rc = check_port(p, AF_INET, e);
		if (rc == 0 && v6 && !n->force)
			rc = check_port(p, AF_INET6, e);
	}
	return rc;
}

int nat_resolve(struct net *n, struct nserr *e)
{
	char pid[16];
	int rc;

	find_subnets(n);
	if (!n->subnets.n) {
		nserr_set(e, 0, "--nat and --publish need a bridge with an address, or a gateway");
		nserr_hint(e, "add '--bridge <bridge>,<address>/<length>', for example '--bridge "
			      "br0,10.0.0.1/24'");
		return -EINVAL;
	}
	rc = check_ports(n, e);
	if (rc < 0)
		return rc;
	if (n->argv) {
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		rc = nat_table("run", pid, n->table, e);
	} else if (n->name || n->ref) {
		rc = nat_table("ns", n->owner, n->table, e);
	} else {
		rc = nat_table("br", n->bridges[0].name, n->table, e);
	}
	if (rc == 0 && !n->explain)
		rc = nft_open(&n->nft, e);
	if (rc == 0 && n->nft && n->into.chain[0])
		rc = into_chain_check(n, e);
	/* The socket is opened here, because it must belong to the caller's network namespace,
	 * which the process leaves later. */
	for (size_t i = 0; rc == 0 && !n->explain && n->conntrack.fd < 0 && i < n->n_publish; i++)
		if (n->publish[i].udp)
			rc = netlink_open_family(&n->conntrack, NETLINK_NETFILTER, e);
	nat_rules(n, false, &n->rules);
	if (rc == 0 && n->check)
		rc = nft_apply(n->nft, n->rules.s, true, e);
	if (rc == 0 && n->nft)
		rc = nat_check_others(n, e);
	return rc < 0 ? rc : n->rules.err;
}
