/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request: declares functions with which the steps send requests of rtnetlink(7). */
#ifndef NSU_NSNET_REQUEST_H
#define NSU_NSNET_REQUEST_H

#include "nsnet.h"

/*
 * The steps collect several messages and send them with one system call. request_begin() returns
 * the batch to which the next message to that socket must be added, and sends the earlier messages
 * if they are for another socket or fill the batch. request_add() sets the error message for the
 * messages that were added since request_begin(). It returns 0, or a negative errno with e set if
 * the earlier messages failed. request_flush() sends all messages. request_flush() must be called
 * before a step that depends on the effect of the messages. It returns 0, or a negative errno with
 * e set to the error message of the first message that failed, and the hint set to the error text
 * of the kernel. The kernel processes the later messages as well.
 */
struct netlink_batch *request_begin(struct net *n, struct netlink *nl, struct nserr *e);
int request_add(struct net *n, const char *fmt, ...) printf_like(2, 3) must_check;
int request_flush(struct net *n, struct nserr *e) must_check;

/* Returns an address as a string, which is valid until the next call. */
const char *text_of(const struct net_addr *a);

/* Appends to out the line "addr replace ADDR dev DEV". */
void show_address(struct buf *out, const struct net_addr *a, const char *dev);

#endif
