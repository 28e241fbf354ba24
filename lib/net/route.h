/* SPDX-License-Identifier: GPL-2.0-or-later */
/* route: reads, adds and looks up IP routes through rtnetlink(7). */
#ifndef NSU_NET_ROUTE_H
#define NSU_NET_ROUTE_H

#include "net/address.h"
#include "net/netlink.h"

/* A unicast route of the main table. */
struct net_route {
	/* destination of the route, whose family is always set; prefix 0 means the default route */
	struct net_addr dst;
	/* address of the gateway; family 0 if the destination is directly reachable through the
	 * device */
	struct net_addr via;
	int index; /* index of the device; 0 if the route has several devices or no device */
};

struct net_routes {
	struct net_route *v;
	size_t n, size;
};

#define NET_ROUTES_INIT ((struct net_routes){ 0 })

/* Reads all unicast routes, IPv4 and IPv6, in the main table of the network namespace of nl into
 * out. If the kernel supports only one of the two families, reads only the routes of this family.
 * Returns 0, or a negative errno with e set. */
int net_routes_read(struct netlink *nl, struct net_routes *out, struct nserr *e) must_check;
void net_routes_free(struct net_routes *l);
#define cleanup_net_routes __attribute__((cleanup(net_routes_free)))

/* Appends to b a message that adds the route to the main table. If the table has a route to the
 * same destination, the message replaces that route. */
void net_route_put(struct netlink_batch *b, const struct net_route *r);

/* The path on which the kernel would send a packet. */
struct net_way {
	uint8_t type; /* type of the route: RTN_UNICAST, RTN_LOCAL, … */
	int index;    /* index of the device through which the packet leaves */
	/* gateway; family 0: no gateway, because the destination is directly reachable through the
	 * device */
	struct net_addr via;
	struct net_addr from; /* source address that the kernel would choose; family 0: none */
};

/*
 * Asks the kernel for the path of a packet to dst and stores it in *out. No packet is sent. If iif
 * is not 0, the kernel assumes that the packet arrives from src on the device iif and has to be
 * forwarded. Otherwise the kernel assumes that this host sends the packet, and src may be NULL.
 * Returns 0, or a negative errno with e set: -EHOSTUNREACH if forwarding is off, -ENETUNREACH if
 * there is no route, -EACCES for a prohibited one, -EINVAL or -EXDEV if the source is refused
 * (reverse path filter, martian, blackhole).
 */
int net_route_ask(struct netlink *nl, const struct net_addr *dst, const struct net_addr *src,
		  int iif, struct net_way *out, struct nserr *e) must_check;

#endif
