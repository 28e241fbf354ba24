/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netnsid: the small number by which one network namespace may know another, RTM_GETNSID. */
#ifndef NSU_NS_NETNSID_H
#define NSU_NS_NETNSID_H

#include "base/util.h"

#define NETNSID_UNASSIGNED (-1)

/* A socket for netnsid_get(), or a negative errno. The caller closes it. */
int netnsid_open(void) must_check;

/* Asks our own network namespace for its number of the one behind ns_fd. 0 with *id set, perhaps to
 * NETNSID_UNASSIGNED, or a negative errno. */
int netnsid_get(int sock, int ns_fd, int32_t *id) must_check;

/*
 * Finds the number in an answer of n bytes, which is aligned for any type. Returns 0 with *id set,
 * or a negative errno: the kernel's, or -EIO for an answer that is none. Pure.
 */
int netnsid_parse(const void *answer, size_t n, int32_t *id) must_check;

#endif
