/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat: what the files about address translation share. */
#ifndef NSU_NSNET_NAT_H
#define NSU_NSNET_NAT_H

#include "nsnet.h"

/* The address that published ports lead to: the first IPv4 address of the namespace that the host
 * can reach, or NULL. */
const struct net_addr *nat_inner(const struct net *n);

/* Adds the table with all rules of the request. With `owner`, the table belongs to the socket that
 * adds it (`flags owner`); otherwise it replaces the table that was there before. */
void nat_rules(const struct net *n, bool owner, struct buf *b);

/* Deletes UDP entries of connection tracking that would keep a port away from its rule: those that
 * lead elsewhere than to `to`, or, if `to` is NULL, those that a removed rule translated. ct is a
 * socket of NETLINK_NETFILTER, host one of NETLINK_ROUTE; both are of the caller's namespace. A
 * failure is ignored: the entries expire after some minutes. */
void nat_forget_udp(struct netlink *ct, struct netlink *host, uint16_t port,
		    const struct net_addr *to);

#endif
