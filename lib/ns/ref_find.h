/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref_find: finds a visible namespace by its inode or its 64-bit id. */
#ifndef NSU_NS_REF_FIND_H
#define NSU_NS_REF_FIND_H

#include "base/nserr.h"
#include "ns/type.h"

/*
 * Opens the namespace with this inode and type; NULL permits any type. Searches the namespaces of
 * all processes and threads, their open descriptors and sockets, the namespace files mounted in all
 * visible mount namespaces, and the parents and the owning user namespaces of all namespaces found.
 * Keeps an index for later calls. Returns a descriptor, which the caller closes, -ENOENT if no such
 * namespace is visible, or a negative errno if part of the search failed. e must not be NULL; it is
 * set only if /proc cannot be used.
 */
int nsref_find_inode(const struct nstype *type, uint64_t inode, struct nserr *e) must_check;

/*
 * Opens the namespace with this 64-bit id (NS_GET_ID): by a file handle since Linux 6.19, or by the
 * search of nsref_find_inode() on older kernels. From Linux 6.11 to 6.17, only mount namespaces
 * have an id. Returns the same values as nsref_find_inode(), and -EOPNOTSUPP before Linux 6.11.
 */
int nsref_find_id(uint64_t id, struct nserr *e) must_check;

#endif
