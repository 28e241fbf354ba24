/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netnsid: reads the id of a network namespace within our own one, RTM_GETNSID. */
#ifndef NSU_NS_NETNSID_H
#define NSU_NS_NETNSID_H

#include "base/util.h"

#define NETNSID_UNASSIGNED (-1)

/* Returns a socket for netnsid_get(), which the caller closes, or a negative errno. */
int netnsid_open(void) must_check;

/* Reads the id of the network namespace ns_fd within the network namespace of the socket. Returns 0
 * and sets *id, to NETNSID_UNASSIGNED if there is none, or returns a negative errno. */
int netnsid_get(int sock, int ns_fd, int32_t *id) must_check;

/*
 * Parses a reply of n bytes, which is aligned for any type. Returns 0 and sets *id, or returns a
 * negative errno: the kernel's, or -EIO for an invalid reply. Has no side effects.
 */
int netnsid_parse(const void *answer, size_t n, int32_t *id) must_check;

#endif
