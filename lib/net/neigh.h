/* SPDX-License-Identifier: GPL-2.0-or-later */
/* neigh: reads entries of the neighbour tables (ARP and IPv6 neighbour discovery) through
 * rtnetlink(7). */
#ifndef NSU_NET_NEIGH_H
#define NSU_NET_NEIGH_H

#include "net/address.h"
#include "net/netlink.h"

struct net_neigh {
	uint16_t state; /* NUD_* */
	bool has_mac;
	uint8_t mac[NET_MAC_SIZE];
};

/* Finds the entry of the address a on the device `index` and stores it in *out. Returns 0, -ENOENT
 * without e set if there is no such entry, or another negative errno with e set. */
int net_neigh_find(struct netlink *nl, int index, const struct net_addr *a, struct net_neigh *out,
		   struct nserr *e) must_check;

#endif
