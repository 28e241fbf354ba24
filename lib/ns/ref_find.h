/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsref_find: a namespace of which only the number is known, found wherever something holds it. */
#ifndef NSU_NS_REF_FIND_H
#define NSU_NS_REF_FIND_H

#include "base/nserr.h"
#include "ns/type.h"

/*
 * Opens the namespace with that inode, and of that type where it is not NULL. Looks at what
 * processes and threads are in or hold as descriptors, at namespace files mounted in any visible
 * mount namespace, and at parents and owners of all these. Later calls go through an index that the
 * earlier ones made. Returns a descriptor, -ENOENT if nothing visible holds it, or the negative
 * errno of a look that failed. e, which is not NULL, is set only if /proc itself cannot be used.
 */
int nsref_find_inode(const struct nstype *type, uint64_t inode, struct nserr *e) must_check;

/*
 * The same by 64-bit id (NS_GET_ID): at once by file handle from 6.19, searched for on 6.18, and
 * from 6.11 to 6.17, where only mount namespaces have an id. -EOPNOTSUPP below.
 */
int nsref_find_id(uint64_t id, struct nserr *e) must_check;

#endif
