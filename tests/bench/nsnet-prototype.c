// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsnet-prototype.c: the smallest C program that connects a new namespace to a bridge: it creates
 * the bridge (unless it exists), the namespace, a pair of connected devices with one device in each
 * namespace, an address and a route. It sends two batches of requests and checks only the last
 * result. Then it executes its arguments. nsnet-start.sh compares nsnet with it.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addr.h"
#include "net/link.h"
#include "net/route.h"

static struct net_addr addr(const char *s)
{
	struct net_addr a = { 0 };

	if (net_addr_parse(s, strlen(s), &a) < 0)
		errx(1, "%s", s);
	return a;
}

int main(int argc, char **argv)
{
	const uint8_t mac[] = { 2, 0x62, 192, 168, 10, 1 };
	struct net_addr bridge = addr("192.168.10.1/24"), own = addr("192.168.10.12/24");
	struct net_route gw = { .dst = addr("0.0.0.0/0"), .via = addr("192.168.10.1"), .index = 2 };
	struct net_link_end outer = { .name = "proto%d", .ns = -1, .up = true }, inner = { 0 };
	struct netlink host, in;
	struct netlink_batch b;
	struct net_link l;
	unsigned failed;

	if (argc < 2 || netlink_open(&host, NULL) < 0)
		return 2;
	if (net_link_find(&host, "lxcbr0", &l, NULL) < 0) {
		netlink_batch_init(&b);
		net_link_put_bridge(&b, "lxcbr0", mac);
		(void)!netlink_send(&host, &b, NULL, NULL);
		if (net_link_find(&host, "lxcbr0", &l, NULL) < 0)
			errx(1, "bridge");
		netlink_batch_init(&b);
		net_addr_put(&b, l.index, &bridge);
		net_link_put_up(&b, l.index, 0);
		(void)!netlink_send(&host, &b, NULL, NULL);
	}
	if (unshare(CLONE_NEWNET) < 0 || netlink_open(&in, NULL) < 0)
		err(1, "namespace");
	outer.master = l.index;
	inner.name = "eth0";
	inner.ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	netlink_batch_init(&b);
	net_link_put_veth(&b, &outer, &inner, 0);
	if (netlink_send(&host, &b, &failed, NULL) < 0)
		errx(1, "pair");
	netlink_batch_init(&b);
	net_link_put_up(&b, 1, 0);
	net_addr_put(&b, 2, &own);
	net_link_put_up(&b, 2, 0);
	net_route_put(&b, &gw);
	if (netlink_send(&in, &b, &failed, NULL) < 0)
		errx(1, "inside: %u", failed);
	execvp(argv[1], argv + 1);
	err(127, "%s", argv[1]);
}
