/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netnsid: reads the number (nsid) by which one network namespace refers to another (RTM_GETNSID,
 * rtnetlink(7)). */
#ifndef NSU_NS_NETNSID_H
#define NSU_NS_NETNSID_H

#include "base/util.h"

#define NETNSID_UNASSIGNED (-1)

/* Returns a netlink socket for netnsid_get(), or a negative errno. The caller closes the socket. */
int netnsid_open(void) must_check;

/* Sets *id to the id (nsid) of the network namespace ns_fd. The id is valid only in the network
 * namespace of the socket. Returns 0 or a negative errno. *id is NETNSID_UNASSIGNED if ns_fd has no
 * id in the network namespace of the socket. */
int netnsid_get(int sock, int ns_fd, int32_t *id) must_check;

/*
 * Parses a netlink reply of n bytes. The buffer must be aligned for struct nlmsghdr. Returns 0 and
 * sets *id, or returns a negative errno: the error in the reply, or -EIO if the reply is invalid.
 * Has no side effects.
 */
int netnsid_parse(const void *answer, size_t n, int32_t *id) must_check;

#endif
