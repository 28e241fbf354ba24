/* SPDX-License-Identifier: GPL-2.0-or-later */
/* await: waits for work that the kernel does in the background after it has acknowledged a
 * request. */
#ifndef NSU_NET_AWAIT_H
#define NSU_NET_AWAIT_H

#include "net/link.h"

/* Both functions wait at most a second. They return 0, even if the work is not finished then, or a
 * negative errno with e set if the kernel does not answer. */

/*
 * Waits until the device can send packets. After the carrier of a device appears, the kernel
 * activates the queue of the device in the background, and drops its packets before that. Since
 * Linux 6.6, RTM_GETLINK activates the queue, so there is nothing to wait for. There is nothing to
 * wait for either if the device has no carrier.
 */
int net_await_link(struct netlink *nl, int index, struct nserr *e) must_check;

/*
 * Waits until the host receives packets for the address, which it has just got. The kernel adds the
 * local route of an IPv6 address and joins the multicast group of its solicitations in the
 * background, even if there is no duplicate address detection. There is nothing to wait for if the
 * address is an IPv4 address.
 */
int net_await_address(struct netlink *nl, const struct net_addr *a, struct nserr *e) must_check;

#endif
