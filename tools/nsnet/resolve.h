/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve: what the files that look a request up share. */
#ifndef NSU_NSNET_RESOLVE_H
#define NSU_NSNET_RESOLVE_H

#include "nsnet.h"

/* Lists of the caller's network. Each is read at most once, and only when it is needed. */
struct host {
	struct net_links links;
	struct net_ifaddrs addrs;
	struct net_routes routes;
	bool has_links, has_addrs, has_routes;
};

/* Read a list of the caller's network unless that was done before. 0 or a negative errno with e
 * set. */
int need_links(struct net *n, struct host *h, struct nserr *e) must_check;
int need_addrs(struct net *n, struct host *h, struct nserr *e) must_check;

/* Adds an address to a list that has room and does not contain it. */
void keep_addr(struct addrs *l, const struct net_addr *a);

/* Returns -EINVAL with e set if the subnet of an address that the device is to get overlaps a route
 * of another device, unless --force is given. The kernel accepts overlapping subnets; packets then
 * take one of two ways by chance. */
int check_overlap(struct net *n, struct host *h, const struct net_addr *a, int index,
		  const char *dev, struct nserr *e) must_check;

/* Looks a bridge up, and drops the addresses that it has from those that are to be added. */
int resolve_bridge(struct net *n, struct host *h, struct bridge *br, struct nserr *e) must_check;

/* Chooses the lowest free address of each subnet of the bridge. */
int choose_addresses(struct net *n, struct host *h, struct wire *w, struct nserr *e) must_check;

/* Looks up what a device inside is connected to, and completes its addresses, MACs and alias.
 * `inside` lists the devices of an existing namespace. The first device gets the default route. */
int resolve_wire(struct net *n, struct host *h, const struct net_links *inside, struct wire *w,
		 bool first, struct nserr *e) must_check;

/* The lowest name "PATTERN<n>" that is free among the links and the devices of the request. */
void free_name(const struct net_links *l, const struct net *n, const char *pattern,
	       char out[IF_NAMESIZE]);

#endif
