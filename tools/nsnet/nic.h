/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic: lends a device of the host to a namespace (--move): moves the device to the namespace, and
 * moves it back later. */
#ifndef NSU_NSNET_NIC_H
#define NSU_NSNET_NIC_H

#include "nsnet.h"

/* Looks up n->nic, the device that `--move` names, and records its settings in n->nic.record, so
 * that nsnet can restore them when it moves the device back. Returns 0, or a negative errno with e
 * set. */
int nic_resolve(struct net *n, struct nserr *e) must_check;

/* Moves the device of --move back and restores its settings. Returns 0 if the device is back or was
 * not moved, or a negative errno with e set. */
int nic_return(struct net *n, struct nserr *e) must_check;

/*
 * Moves the devices that `add --move` moved to the namespace back to the caller's namespace, and
 * restores their settings. inner is a socket in the namespace, and `there` lists its devices.
 * Returns 0, or a negative errno with e set. Stops at the first failure.
 */
int nic_return_all(struct net *n, struct netlink *inner, const struct net_links *there,
		   struct nserr *e) must_check;
void nic_show_return(const struct net *n, struct buf *out);

/* Restores the settings of devices that --move moved to a namespace and that nsnet did not move
 * back, for example because `nsnet run` was killed. The kernel has moved these devices back, but
 * has not restored their settings. Adds a line for each device to out. With `dry`, only adds the
 * lines. Returns 0, or a negative errno with e set. */
int nic_collect(struct net *n, bool dry, struct buf *out, struct nserr *e) must_check;

#endif
