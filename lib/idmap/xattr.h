/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idxattr: the ids that a file holds besides those of its inode, in extended attributes: the named
 * users and groups of POSIX ACLs, acl(5), and the root that its capabilities are for,
 * capabilities(7). */
#ifndef NSU_IDMAP_XATTR_H
#define NSU_IDMAP_XATTR_H

#include <sys/stat.h>

#include "idmap/idmap.h"

typedef void idmap_xattr_found(void *ctx, enum idmap_kind kind, uint32_t id);

struct idmap_xattr {
	const char *name; /* of the attribute */
	const char *what; /* a word for it */
	mode_t type;      /* the only type of file that has it (S_IFMT), 0 for all but links */
	/* Calls found for each id in the n bytes of a value, as getxattr(2) tells it. 0, or -EINVAL
	 * for a value that is not of a known form; found may have been called then. */
	int (*ids)(const unsigned char *v, size_t n, idmap_xattr_found *found, void *ctx);
};

#define IDXATTRS 3
extern const struct idmap_xattr idxattrs[IDXATTRS];

#endif
