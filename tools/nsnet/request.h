/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request: what the steps share that send requests of rtnetlink(7). */
#ifndef NSU_NSNET_REQUEST_H
#define NSU_NSNET_REQUEST_H

#include "nsnet.h"

/*
 * The steps collect messages and send several with one system call. request_begin() returns the
 * batch for the next message to that socket, or NULL with e set if older messages had to be sent
 * and failed. request_add() gives the messages since then the sentence of their failure, and
 * returns 0. request_flush() sends everything; it must be called before anything that needs the
 * result. Returns 0, or a negative errno with e set to the sentence of the first message that
 * failed, and the hint to the text of the kernel. The kernel carries out the later messages as
 * well.
 */
struct netlink_batch *request_begin(struct net *n, struct netlink *nl, struct nserr *e);
int request_add(struct net *n, const char *fmt, ...) printf_like(2, 3);
int request_flush(struct net *n, struct nserr *e) must_check;

/* The text of an address, valid until the next call. */
const char *text_of(const struct net_addr *a);

/* Adds "addr replace ADDR dev DEV" and a newline. */
void show_address(struct buf *out, const struct net_addr *a, const char *dev);

#endif
