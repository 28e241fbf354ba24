/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request: what the steps share that send requests of rtnetlink(7). */
#ifndef NSU_NSNET_REQUEST_H
#define NSU_NSNET_REQUEST_H

#include "nsnet.h"

/* Sends the batch b. Returns 0, or a negative errno with e set to the sentence that the format
 * gives and the hint to the text of the kernel. */
#define SEND(nl, b, e, ...) \
	({ \
		int rc_ = netlink_send((nl), (b), NULL, (e)); \
		rc_ < 0 ? request_failed((e), rc_, __VA_ARGS__) : 0; \
	})
int request_failed(struct nserr *e, int rc, const char *fmt, ...) printf_like(3, 4);

/* The text of an address, valid until the next call. */
const char *text_of(const struct net_addr *a);

/* Adds "addr replace ADDR dev DEV" and a newline. */
void show_address(struct buf *out, const struct net_addr *a, const char *dev);

#endif
