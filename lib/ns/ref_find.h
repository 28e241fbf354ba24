/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref_find: finds a namespace by its number, wherever something visible holds it. */
#ifndef NSU_NS_REF_FIND_H
#define NSU_NS_REF_FIND_H

#include "base/nserr.h"
#include "ns/type.h"

/*
 * Opens the namespace with that inode, and of that type unless type is NULL. Examines the
 * namespaces that processes and threads are in or hold as descriptors, namespace files mounted in
 * any visible mount namespace, and at parents and owners of all these. Later calls go through an
 * index that the earlier ones made. Returns a descriptor, -ENOENT if nothing visible holds it, or
 * the negative errno of a look that failed. e, which is not NULL, is set only if /proc itself
 * cannot be used.
 */
int nsref_find_inode(const struct nstype *type, uint64_t inode, struct nserr *e) must_check;

/*
 * The same by 64-bit id (NS_GET_ID): by file handle from 6.19; by a search on 6.18, and from 6.11
 * to 6.17, where only mount namespaces have an id. Returns -EOPNOTSUPP before 6.11.
 */
int nsref_find_id(uint64_t id, struct nserr *e) must_check;

#endif
