/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conntrack: counts and deletes UDP entries of the connection tracking table, which stay valid when
 * the rules change. */
#ifndef NSU_NET_CONNTRACK_H
#define NSU_NET_CONNTRACK_H

#include "net/addr.h"
#include "net/netlink.h"

/* Selects UDP entries of packets that were originally sent to this port of this host. */
struct net_stale {
	uint16_t port;
	const struct net_ifaddrs *local; /* the addresses of this host */
	/* The address to which the current rule translates packets for this port. Entries that are
	 * translated to this address, and entries of another address family, are not selected. If
	 * NULL, all translated entries are selected. */
	const struct net_addr *to;
};

/*
 * Stores the number of selected entries in *n, and deletes these entries if `remove` is set. A UDP
 * entry keeps its translation until it has been idle for some time, even if the rule has changed.
 * nl is a socket of NETLINK_NETFILTER. Returns 0, also if the kernel has no connection tracking, or
 * a negative errno with e set.
 */
int net_stale_entries(struct netlink *nl, const struct net_stale *q, bool remove, unsigned *n,
		      struct nserr *e) must_check;

#endif
