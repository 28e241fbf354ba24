/* SPDX-License-Identifier: GPL-2.0-or-later */
/* await: waits for work that the kernel does in the background after it has acknowledged a
 * request. */
#ifndef NSU_NET_AWAIT_H
#define NSU_NET_AWAIT_H

#include "net/link.h"

/* The functions below wait for at most one second. They return 0, even if the kernel has not
 * finished the work by then, or a negative errno with e set if the kernel does not answer. */

/*
 * Waits until the device can send packets. After the carrier of a device appears, the kernel
 * activates the queue of the device in the background, and drops its packets before that. Since
 * Linux 6.6, RTM_GETLINK activates the queue, so there is nothing to wait for. There is nothing to
 * wait for either if the device has no carrier.
 */
int net_await_link(struct netlink *nl, int index, struct nserr *e) must_check;

/*
 * Waits until the host can receive packets for the newly added address a. For an IPv6 address, the
 * kernel adds the local route and joins the solicited-node multicast group in the background, even
 * without duplicate address detection. For an IPv4 address, the function returns at once.
 */
int net_await_address(struct netlink *nl, const struct net_addr *a, struct nserr *e) must_check;

#endif
