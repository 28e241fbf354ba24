/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic: lending a device of the host to a namespace. */
#ifndef NSU_NSNET_NIC_H
#define NSU_NSNET_NIC_H

#include "nsnet.h"

/* Looks up the device and records the settings to restore. Returns 0, or a negative errno with e
 * set. */
int nic_resolve(struct net *n, struct nserr *e) must_check;

/* Moves a lent device back and restores its settings. Returns 0, also if no device is lent, or a
 * negative errno with e set. */
int nic_return(struct net *n, struct nserr *e) must_check;
void nic_show_return(const struct net *n, struct buf *out);

/* Restores the devices of killed runs, which the kernel moved back without their settings. Adds a
 * line for each device to out. With `dry`, only adds the lines. */
int nic_collect(struct net *n, bool dry, struct buf *out, struct nserr *e) must_check;

#endif
