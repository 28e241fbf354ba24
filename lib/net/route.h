/* SPDX-License-Identifier: GPL-2.0-or-later */
/* route: IP routes by rtnetlink(7). */
#ifndef NSU_NET_ROUTE_H
#define NSU_NET_ROUTE_H

#include "net/address.h"
#include "net/netlink.h"

/* A unicast route of the main table. */
struct net_route {
	struct net_addr dst; /* prefix 0: the default route; the family is always set */
	struct net_addr via; /* family 0: none */
	int index;           /* of the device, 0: several or none */
};

struct net_routes {
	struct net_route *v;
	size_t n, size;
};

#define NET_ROUTES_INIT ((struct net_routes){ 0 })

/* All unicast routes of the main table of the socket's namespace, IPv4 and IPv6. 0 or a negative
 * errno with e set. A kernel without one of the families has no routes of it. */
int net_routes_read(struct netlink *nl, struct net_routes *out, struct nserr *e) must_check;
void net_routes_free(struct net_routes *l);
#define cleanup_net_routes __attribute__((cleanup(net_routes_free)))

/* Adds the message that adds the route to the main table, or replaces the one to the same
 * destination. */
void net_route_put(struct netlink_batch *b, const struct net_route *r);

/* The kernel's answer to where a packet would go. */
struct net_way {
	uint8_t type;         /* RTN_UNICAST, RTN_LOCAL, … */
	int index;            /* of the device that it leaves by */
	struct net_addr via;  /* family 0: the destination is a neighbour */
	struct net_addr from; /* source address that the kernel would choose; family 0: none */
};

/*
 * Asks for the way of a packet to dst. With iif the packet comes in by that device from src, and
 * the kernel simulates forwarding; otherwise it is sent from here, and src may be NULL. No packet
 * is sent. Returns 0, or a negative errno with e set: -EHOSTUNREACH if forwarding is off,
 * -ENETUNREACH if there is no route, -EACCES for a prohibited one, -EINVAL or -EXDEV if the source
 * is refused (reverse path filter, martian, blackhole).
 */
int net_route_ask(struct netlink *nl, const struct net_addr *dst, const struct net_addr *src,
		  int iif, struct net_way *out, struct nserr *e) must_check;

#endif
