// SPDX-License-Identifier: GPL-2.0-or-later
/* test-net-faults: makes each system call of the functions in lib/net fail (fault.h), in a new
 * network namespace. */
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include "../addr.h"
#include "../fault.h"
#include "../sandbox.h"
#include "net/addr.h"
#include "net/await.h"
#include "net/conntrack.h"
#include "net/listen.h"
#include "net/neigh.h"
#include "net/route.h"

/* Creates a bridge with an address and removes the bridge. */
static int try_bridge(void)
{
	static const uint8_t mac[] = { 2, 0x62, 10, 0, 0, 1 };
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	cleanup_net_links struct net_links links = NET_LINKS_INIT;
	cleanup_net_ifaddrs struct net_ifaddrs addrs = NET_IFADDRS_INIT;
	cleanup_net_routes struct net_routes routes = NET_ROUTES_INIT;
	const struct net_link *found = NULL;
	const struct net_addr a = addr("10.9.0.1/24"), v6 = addr("fd00:9::1/64");
	struct net_link l = { .index = 0 };
	struct netlink_batch b;
	struct nserr e = NSERR_INIT;
	bool right = false;
	int rc;

	fault_begin();
	rc = netlink_open(&nl, &e);
	if (rc == 0) {
		netlink_batch_init(&b);
		net_link_put_bridge(&b, "t0", mac);
		rc = netlink_send(&nl, &b, NULL, &e);
		if (rc < 0)
			nserr_set(&e, rc, "cannot create the bridge");
	}
	if (rc == 0)
		rc = net_link_find(&nl, "t0", &l, &e);
	if (rc == 0) {
		netlink_batch_init(&b);
		net_addr_put(&b, l.index, &a);
		net_addr_put(&b, l.index, &v6);
		net_link_put_up(&b, l.index, 1400);
		net_link_put_alias(&b, l.index, "alias");
		rc = netlink_send(&nl, &b, NULL, &e);
		if (rc < 0)
			nserr_set(&e, rc, "cannot change the bridge");
	}
	if (rc == 0)
		rc = net_await_link(&nl, l.index, &e);
	if (rc == 0)
		rc = net_await_address(&nl, &v6, &e);
	if (rc == 0)
		rc = net_links_read(&nl, &links, &e);
	if (rc == 0)
		rc = net_ifaddrs_read(&nl, &addrs, &e);
	if (rc == 0)
		rc = net_routes_read(&nl, &routes, &e);
	fault_end();
	found = net_links_by_name(&links, "t0");
	for (size_t i = 0; i < addrs.n; i++)
		right = right ||
			(addrs.v[i].index == l.index && net_addr_same(&addrs.v[i].addr, &a, 32));
	right = right && found && found->mtu == 1400 && streq(found->alias, "alias") &&
		routes.n >= 1;
	/* remove the device, because the next run needs its name */
	netlink_close(&nl);
	if (netlink_open(&nl, &e) == 0 && net_link_find(&nl, "t0", &l, &e) == 0) {
		netlink_batch_init(&b);
		net_link_put_delete(&b, l.index);
		if (netlink_send(&nl, &b, NULL, &e) < 0)
			right = false;
	}
	return fault_result(rc, &e, right);
}

static int try_way(void)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	const struct net_addr to = addr("127.0.0.7");
	struct net_way way = { .type = 0 };
	struct net_neigh neigh;
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = netlink_open(&nl, &e);
	if (rc == 0)
		rc = net_route_ask(&nl, &to, NULL, 0, &way, &e);
	if (rc == 0) {
		rc = net_neigh_find(&nl, way.index, &to, &neigh, &e);
		/* lo has no neighbour entries */
		rc = rc == -ENOENT ? 0 : rc == 0 ? 1 : rc;
	}
	fault_end();
	return rc > 0 ? 1 : fault_result(rc, &e, way.type == RTN_LOCAL);
}

static int try_listeners(void)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	cleanup_net_listeners struct net_listeners l = NET_LISTENERS_INIT;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(4711) };
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;
	struct nserr e = NSERR_INIT;
	bool right = false;

	if (bind(sock, (const struct sockaddr *)&in, sizeof(in)) < 0)
		return 1;
	fault_begin();
	rc = netlink_open_family(&nl, NETLINK_SOCK_DIAG, &e);
	if (rc == 0)
		rc = net_listeners_read(&nl, IPPROTO_UDP, &l, &e);
	fault_end();
	for (size_t i = 0; i < l.n; i++)
		right = right || l.v[i].port == 4711;
	close(sock);
	return fault_result(rc, &e, right);
}

static int try_stale(void)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	const struct net_addr to = addr("10.9.0.2");
	const struct net_ifaddrs local = NET_IFADDRS_INIT;
	const struct net_stale q = { .port = 53, .local = &local, .to = &to };
	struct nserr e = NSERR_INIT;
	unsigned n = 9;
	int rc;

	fault_begin();
	rc = netlink_open_family(&nl, NETLINK_NETFILTER, &e);
	if (rc == 0)
		rc = net_stale_entries(&nl, &q, true, &n, &e);
	return fault_result(rc, &e, n == 0);
}

/* Returns true for ENOENT, which is accepted, because a kernel that does not support an address
 * family answers with it. */
static bool no_family(const char *why, const struct fault_run *f)
{
	return f->error == ENOENT && f->result == 1 && why;
}

static void wires(const char *in)
{
	cleanup_netlink struct netlink nl = NETLINK_INIT;
	struct netlink_batch b;
	struct nserr e = NSERR_INIT;

	(void)in;
	CHECK_INT(netlink_open(&nl, &e), 0);
	netlink_batch_init(&b);
	net_link_put_up(&b, 1, 0);
	CHECK_INT(netlink_send(&nl, &b, NULL, &e), 0);
	fault_all("a bridge", try_bridge, no_family);
	fault_all("net_route_ask", try_way, NULL);
	fault_all("net_listeners_read", try_listeners, no_family);
	fault_all("net_stale_entries", try_stale, NULL);
}

static void a_failed_call_creates_or_finds_no_wrong_device(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, wires);
}

UNIT_MAIN(CASE(a_failed_call_creates_or_finds_no_wrong_device))
