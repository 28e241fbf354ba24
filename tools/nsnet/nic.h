/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic: lending a device of the host to a namespace. */
#ifndef NSU_NSNET_NIC_H
#define NSU_NSNET_NIC_H

#include "nsnet.h"

/* Looks the device up and records what is to be restored. 0 or a negative errno with e set. */
int nic_resolve(struct net *n, struct nserr *e) must_check;

/* Moves the device back, if it is lent, and restores it. 0 or a negative errno with e set. */
int nic_return(struct net *n, struct nserr *e) must_check;
void nic_show_return(const struct net *n, struct buf *out);

/* Restores devices that came back without nsnet; adds a line for each to out. */
int nic_collect(struct net *n, bool dry, struct buf *out, struct nserr *e) must_check;

#endif
