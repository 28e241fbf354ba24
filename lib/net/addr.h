/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr: reads and adds the IP addresses of network devices through rtnetlink(7). */
#ifndef NSU_NET_ADDR_H
#define NSU_NET_ADDR_H

#include "net/address.h"
#include "net/netlink.h"

struct net_ifaddr {
	int index; /* index of the device that has the address */
	struct net_addr addr;
	uint8_t scope;  /* RT_SCOPE_* */
	uint32_t flags; /* IFA_F_* */
};

struct net_ifaddrs {
	struct net_ifaddr *v;
	size_t n, size;
};

#define NET_IFADDRS_INIT ((struct net_ifaddrs){ 0 })

/* Reads all IP addresses in the network namespace of nl into out. Returns 0, or a negative errno
 * with e set. net_ifaddrs_free() frees the list. */
int net_ifaddrs_read(struct netlink *nl, struct net_ifaddrs *out, struct nserr *e) must_check;
void net_ifaddrs_free(struct net_ifaddrs *l);
#define cleanup_net_ifaddrs __attribute__((cleanup(net_ifaddrs_free)))

/* Appends to b a message that adds or replaces an address of a device. The message switches off
 * duplicate address detection for an IPv6 address, because the detection takes 1.6 s during which
 * the address cannot be used. */
void net_addr_put(struct netlink_batch *b, int index, const struct net_addr *a);

#endif
