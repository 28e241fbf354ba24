/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen: reads the listening TCP sockets and the unconnected UDP sockets through sock_diag(7). */
#ifndef NSU_NET_LISTEN_H
#define NSU_NET_LISTEN_H

#include "net/address.h"
#include "net/netlink.h"

/* A listening TCP socket, or a UDP socket that is not connected. */
struct net_listener {
	struct net_addr addr; /* local address with the full prefix length (32 or 128) */
	uint16_t port;
	uint32_t inode; /* inode of the socket, as in the link /proc/PID/fd/N */
};

struct net_listeners {
	struct net_listener *v;
	size_t n, size;
};

#define NET_LISTENERS_INIT ((struct net_listeners){ 0 })

/*
 * Reads the listening TCP sockets (IPPROTO_TCP) or the unconnected UDP sockets (IPPROTO_UDP) in the
 * network namespace of nl, a socket of NETLINK_SOCK_DIAG. If the kernel does not support IPv4 or
 * IPv6, out has no sockets of that family. Returns 0, or a negative errno with e set. The caller
 * frees out with net_listeners_free().
 */
int net_listeners_read(struct netlink *nl, int protocol, struct net_listeners *out,
		       struct nserr *e) must_check;
void net_listeners_free(struct net_listeners *l);
#define cleanup_net_listeners __attribute__((cleanup(net_listeners_free)))

#endif
