// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-netanswers: reads devices, addresses, routes, neighbours, sockets and entries of connection
 * tracking from a socket pair that replaces the kernel. Checks that the readers never read outside
 * an answer and that the values are in their range. The first byte of the input chooses the
 * reader, and the rest is one datagram.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "net/addr.h"
#include "net/conntrack.h"
#include "net/link.h"
#include "net/listen.h"
#include "net/neigh.h"
#include "net/route.h"

static struct net_addr any = { .family = AF_INET, .prefix = 32, .b = { 10, 1, 0, 2 } };

static void check_addr(const struct net_addr *a)
{
	char text[NET_ADDR_TEXT];

	HOLDS(a->family == 0 || a->family == AF_INET || a->family == AF_INET6);
	HOLDS(a->prefix <= 8 * net_addr_size(a));
	if (a->family)
		HOLDS(strlen(net_addr_format(a, true, text)) < sizeof(text));
}

static void read_lists(unsigned what, struct netlink *nl)
{
	struct net_ifaddrs addrs cleanup_net_ifaddrs = NET_IFADDRS_INIT;
	struct net_listeners all cleanup_net_listeners = NET_LISTENERS_INIT;
	struct net_routes routes cleanup_net_routes = NET_ROUTES_INIT;
	struct net_links links cleanup_net_links = NET_LINKS_INIT;

	if (what == 0 && net_links_read(nl, &links, NULL) == 0)
		for (size_t i = 0; i < links.n; i++)
			HOLDS(memchr(links.v[i].name, 0, sizeof(links.v[i].name)));
	if (what == 1 && net_ifaddrs_read(nl, &addrs, NULL) == 0)
		for (size_t i = 0; i < addrs.n; i++)
			check_addr(&addrs.v[i].addr);
	if (what == 2 && net_routes_read(nl, &routes, NULL) == 0)
		for (size_t i = 0; i < routes.n; i++) {
			check_addr(&routes.v[i].dst);
			check_addr(&routes.v[i].via);
		}
	if (what == 3 && net_listeners_read(nl, IPPROTO_TCP, &all, NULL) == 0)
		for (size_t i = 0; i < all.n; i++)
			check_addr(&all.v[i].addr);
}

static void read_one(unsigned what, struct netlink *nl)
{
	struct net_ifaddr local = { .index = 2, .addr = any };
	const struct net_ifaddrs locals = { .v = &local, .n = 1 };
	const struct net_stale q = { .port = 8080, .local = &locals };
	struct net_neigh neigh = { .state = 0 };
	struct net_way way = { .index = 0 };
	unsigned n = 0;

	if (what == 4 && net_route_ask(nl, &any, NULL, 0, &way, NULL) == 0) {
		check_addr(&way.via);
		check_addr(&way.from);
	}
	if (what == 5)
		(void)!net_neigh_find(nl, 2, &any, &neigh, NULL);
	if (what == 6)
		(void)!net_stale_entries(nl, &q, false, &n, NULL);
}

/* Sends the datagram, after setting the sequence number of each of its messages to 1, the number of
 * the first request. Then sends an NLMSG_DONE for each of the requests 1 to 10. */
static void send_answers(int to, char *data, size_t size)
{
	for (size_t at = 0; at + NLMSG_HDRLEN <= size;) {
		struct nlmsghdr *nh = (void *)(data + at);

		nh->nlmsg_seq = 1;
		if (nh->nlmsg_len < NLMSG_HDRLEN || nh->nlmsg_len > size - at)
			break;
		at += NLMSG_ALIGN(nh->nlmsg_len);
	}
	HOLDS(size == 0 || send(to, data, size, 0) == (ssize_t)size);
	for (uint32_t seq = 1; seq <= 10; seq++) {
		const struct {
			struct nlmsghdr nh;
			int none;
		} done = { .nh = { .nlmsg_len = sizeof(done),
				   .nlmsg_type = NLMSG_DONE,
				   .nlmsg_seq = seq } };

		HOLDS(send(to, &done, sizeof(done), 0) == sizeof(done));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netlink nl = { .seq = 1 };
	int pair[2];
	char *copy;

	if (size < 1 || size > 16384)
		return 0;
	HOLDS(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	copy = malloc(size);
	HOLDS(copy);
	memcpy(copy, data + 1, size - 1);
	nl.fd = pair[0];
	send_answers(pair[1], copy, size - 1);
	read_lists(data[0] % 7, &nl);
	read_one(data[0] % 7, &nl);
	free(copy);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
