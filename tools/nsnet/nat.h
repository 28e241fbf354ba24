/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat: declares functions that the files about address translation (NAT) share. */
#ifndef NSU_NSNET_NAT_H
#define NSU_NSNET_NAT_H

#include "nsnet.h"

/* Returns the address to which published ports are forwarded: the first address of the given family
 * on a device that connects the namespace to the host or to a bridge. Returns NULL if there is
 * none. */
const struct net_addr *nat_inner(const struct net *n, uint8_t family);

/* Returns true if the port is published for addresses of the given family. A port without an
 * address is published for the families of the namespace's addresses. */
bool nat_publishes(const struct net *n, const struct publish *p, uint8_t family);

/* Returns the keyword that precedes an address match in a rule of nft(8), as in "ip saddr" or
 * "ip6 saddr". */
static inline const char *nat_word(uint8_t family)
{
	return family == AF_INET6 ? "ip6" : "ip";
}

/* ---- nat_v6.c: forwarding of IPv6 packets */

/* Returns true if the request has an IPv6 subnet, so that the host must forward IPv6 packets. */
bool nat_v6(const struct net *n);

/*
 * Enables the forwarding of the IPv6 packets of the request's devices. Must be called after the
 * rules of the request have been added. Enters the caller's network namespace for the change, and
 * then the target namespace if it is open. Returns 0, or a negative errno with e set. nat_v6_show()
 * prints the commands that do the same.
 */
int nat_v6_allow(struct net *n, struct nserr *e) must_check;
void nat_v6_show(const struct net *n, struct buf *out);

/*
 * Resets the sysctls that nsnet changed in order to forward IPv6 packets, and removes the table
 * that records them. Does nothing if another table of nsnet still has rules for IPv6; the table
 * `except`, which may be NULL, does not count. The process must be in the network namespace in
 * which nft was opened. If there is something to reset and out is not NULL, appends a line to out.
 * With `dry`, only adds the line. Returns 0, or a negative errno with e set.
 */
int nat_v6_release(struct nft_ctx *nft, const char *except, bool dry, struct buf *out,
		   struct nserr *e) must_check;

/* ---- into_chain.c: rules in a chain of another program */

/* Checks that the chain of --into-chain exists and applies to a subnet of the request. Returns 0,
 * or a negative errno with e set. */
int into_chain_check(const struct net *n, struct nserr *e) must_check;
/* Appends to b the nft(8) commands that insert rules into the chain of --into-chain, if the option
 * was given. The rules accept the packets from and to the subnets of the request. */
void into_chain_rules(const struct net *n, struct buf *b);
/* Appends to b the nft(8) commands that delete the rules which nsnet has added to chains of other
 * programs for the given table. The comment of these rules is the name of the table. */
void into_chain_forget(struct nft_ctx *nft, const char *table, struct buf *b);
/* Deletes each rule in a chain of another program whose comment names a table of nsnet that does
 * not exist any more. Adds a line for each of these rules to out. With `dry`, only adds the lines,
 * and treats the tables that out lists as removed. Returns 0, or a negative errno with e set. */
int into_chain_collect(struct nft_ctx *nft, bool dry, struct buf *out, struct nserr *e) must_check;

/* Deletes entries of connection tracking for the published UDP ports of the request: the entries
 * that bypass the current rules or, with `removed`, the entries that the removed rules translated.
 * Ignores failures. */
void nat_forget_ports(struct net *n, bool removed);

/* Returns true if p publishes a port on a loopback address of the host. The address is always an
 * IPv4 address, because the kernel has no sysctl like route_localnet for ::1. */
bool nat_is_loopback(const struct publish *p);
/* Returns true if the request publishes a port on a loopback address of the host, and nsnet itself,
 * not pasta, forwards the packets. */
bool nat_loopback(const struct net *n);

/* Appends to b the definition of a chain that drops packets from other hosts to loopback addresses.
 * The kernel drops these packets itself unless route_localnet is set. */
void nat_guard_chain(struct buf *b);

/* Appends to b the nft(8) commands that create the table with all rules of the request. With
 * `owner`, the table has `flags owner`, so the kernel removes it when the socket that added it is
 * closed. Without `owner`, the table replaces an existing table of that name. */
void nat_rules(const struct net *n, bool owner, struct buf *b);

/*
 * Reads the rules of the caller's network namespace with n->nft. If another table forwards a
 * published port, first removes the tables of nsnet whose namespace, bridge or process does not
 * exist any more (nat_collect()). If a table still forwards the port and --force is not given,
 * returns -EADDRINUSE with e set. Otherwise returns 0, and prints a message if a chain of another
 * program drops packets that --nat translates.
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
