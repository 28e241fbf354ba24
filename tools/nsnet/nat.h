/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat: declares functions that the files about address translation (NAT) share. */
#ifndef NSU_NSNET_NAT_H
#define NSU_NSNET_NAT_H

#include "nsnet.h"

/* Returns the address to which published ports are forwarded: the first IPv4 address of the
 * namespace that the host can reach. Returns NULL if there is no such address. */
const struct net_addr *nat_inner(const struct net *n);

/* Returns true if p publishes a port of a loopback address of the host. */
bool nat_is_loopback(const struct publish *p);
/* Returns true if the request publishes a port of a loopback address of the host. */
bool nat_loopback(const struct net *n);

/* Adds a chain that drops packets to loopback addresses from other hosts. The kernel drops these
 * packets itself unless route_localnet is set. */
void nat_guard_chain(struct buf *b);

/* Adds the commands that create the table with all rules of the request. With `owner`, the table
 * has `flags owner`, so the kernel removes it when the socket that added it is closed. Without
 * `owner`, the table replaces an existing table of that name. */
void nat_rules(const struct net *n, bool owner, struct buf *b);

/*
 * Reads the rules of the caller's namespace with n->nft. Removes tables of nsnet whose namespace
 * has ended if they forward a published port. Prints a message if a chain of another program drops
 * the packets that --nat translates. Returns -EADDRINUSE with e set if another table forwards a
 * published port, unless --force is given.
 */
int nat_check_others(struct net *n, struct nserr *e) must_check;

/* Deletes UDP entries of connection tracking that bypass the current rule of a port: entries that
 * send packets to another address than `to`, or, if `to` is NULL, entries that a removed rule
 * translated. ct is a NETLINK_NETFILTER socket and host a NETLINK_ROUTE socket, both in the
 * caller's network namespace. A failure is ignored, because the entries expire after some
 * minutes. */
void nat_forget_udp(struct netlink *ct, struct netlink *host, uint16_t port,
		    const struct net_addr *to);

#endif
