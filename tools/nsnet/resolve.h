/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve: declares the functions that look up the namespaces, bridges and devices of a request. */
#ifndef NSU_NSNET_RESOLVE_H
#define NSU_NSNET_RESOLVE_H

#include "nsnet.h"

/* Lists of objects in the caller's network namespace. Each list is read at most once, when it is
 * first needed. */
struct host {
	struct net_links links;
	struct net_ifaddrs addrs;
	struct net_routes routes;
	bool has_links, has_addrs, has_routes;
};

/* Read the list of devices or addresses into h, unless it has been read already. Return 0, or a
 * negative errno with e set. */
int need_links(struct net *n, struct host *h, struct nserr *e) must_check;
int need_addrs(struct net *n, struct host *h, struct nserr *e) must_check;

/* Adds the address a to the list l, unless the list is full or contains the address already. */
void keep_addr(struct addrs *l, const struct net_addr *a);

/* Stores a random hardware address in mac. */
void random_mac(uint8_t mac[NET_MAC_SIZE]);

/* If the list l of addresses for a new device contains an IPv6 address, adds the link-local address
 * that belongs to the hardware address of the device. Otherwise, the kernel adds this address
 * itself and detects duplicates for 1 to 2 s. During this time, it cannot send forwarded packets
 * through the device, because it has no source address for neighbour solicitations. */
void keep_link_local(struct addrs *l, const uint8_t mac[NET_MAC_SIZE]);

/* Checks the address a, which the device `dev` with this index will get. Returns 0, or a negative
 * errno with e set: -EINVAL if its subnet overlaps a route of another device, unless --force is
 * given. The kernel would accept overlapping subnets, and packets would then leave through the
 * wrong device. */
int check_overlap(struct net *n, struct host *h, const struct net_addr *a, int index,
		  const char *dev, struct nserr *e) must_check;

/* Looks up the bridge br->name, and sets the members of br that depend on it. Removes addresses
 * that the bridge has already from br->addr, the list of addresses to add. Returns 0, or a negative
 * errno with e set. */
int resolve_bridge(struct net *n, struct host *h, struct bridge *br, struct nserr *e) must_check;

/* Chooses for the device of w the lowest free address in each subnet of the bridge w->bridge, and
 * adds it to w->addr. Returns 0, or a negative errno with e set: -EADDRNOTAVAIL if a subnet has no
 * free address. */
int choose_addresses(struct net *n, struct host *h, struct wire *w, struct nserr *e) must_check;

/* Checks that neither the bridge nor another of its ports uses an address of the device of w.
 * Returns 0, or a negative errno with e set: -EADDRINUSE if one does, unless --force is given. */
int check_free(struct net *n, struct host *h, struct wire *w, struct nserr *e) must_check;

/*
 * Waits for the removal of devices that were created by `nsnet run`, such as the ports of a bridge.
 * The kernel destroys the network namespace that `nsnet run` has created, and with it the device,
 * some milliseconds after the program has ended. count() returns the number of the devices in the
 * list `links` for which the caller waits. It clears *dying if one of these devices was not created
 * by `nsnet run`, because this device will remain. ports_await() calls count() at first and after
 * each change of a device, until count() returns 0 or clears *dying, or no device changes for
 * three seconds. Sets *left to the last result of count(). Returns 0, or a negative errno with e
 * set.
 */
typedef unsigned ports_count(void *arg, const struct net_links *links, bool *dying);
int ports_await(struct net *n, ports_count *count, void *arg, unsigned *left,
		struct nserr *e) must_check;

/* Looks up the object to which the device of w in the namespace will be connected, and sets the
 * missing addresses, hardware addresses and the alias in w. `inside` lists the devices of an
 * existing namespace. `first` is true for the first device, which gets the default route. Returns
 * 0, or a negative errno with e set. */
int resolve_wire(struct net *n, struct host *h, const struct net_links *inside, struct wire *w,
		 bool first, struct nserr *e) must_check;

/* Writes to out the first of the names PATTERN0, PATTERN1, … that no device in the list and no
 * device of the request has. */
void free_name(const struct net_links *l, const struct net *n, const char *pattern,
	       char out[IF_NAMESIZE]);

#endif
