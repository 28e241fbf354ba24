/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolv_conf: reads the name servers that programs in another network namespace can use. */
#ifndef NSU_NET_RESOLV_CONF_H
#define NSU_NET_RESOLV_CONF_H

#include "base/buf.h"
#include "base/nserr.h"

/*
 * Stores in out the lines of the caller's /etc/resolv.conf (resolv.conf(5)) without the name
 * servers that have a loopback address, because another network namespace has another loopback
 * device. If no name server remains, reads /run/systemd/resolve/resolv.conf instead, where
 * systemd-resolved writes the servers to which its stub 127.0.0.53 forwards. A file may be missing.
 * Returns the number of name servers, or a negative errno with e set. If the number is 0, out
 * contains the other lines of the second file.
 */
int resolv_conf_read(struct buf *out, struct nserr *e) must_check;

#endif
