/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xattr: finds the ids in the extended attributes of a file: named users and groups of POSIX ACLs
 * (acl(5)), and the root uid of file capabilities (capabilities(7)). */
#ifndef NSU_IDMAP_XATTR_H
#define NSU_IDMAP_XATTR_H

#include <sys/stat.h>

#include "idmap/idmap.h"

typedef void idmap_xattr_found(void *ctx, enum idmap_kind kind, uint32_t id);

struct idmap_xattr {
	const char *name; /* name of the attribute */
	const char *what; /* short name of the attribute, for messages */
	/* the only file type that has the attribute (S_IFMT); 0: all types except symbolic links */
	mode_t type;
	/* Calls found() for each id in a value of n bytes that getxattr(2) returned. Returns 0, or
	 * -EINVAL if the format is unknown; found() may have been called before this error. */
	int (*ids)(const unsigned char *v, size_t n, idmap_xattr_found *found, void *ctx);
};

/* A function that returns the new id for an id in the value of an attribute. */
typedef uint32_t idmap_xattr_replace(void *ctx, enum idmap_kind kind, uint32_t id);

/*
 * Replaces the ids in v, a value of *n bytes of the attribute x, by the results of replace().
 * Capabilities of version 2 have the root uid 0. If another uid replaces 0, the value becomes
 * version 3, which is 4 bytes longer; if 0 replaces another uid, the value becomes version 2. v
 * must have room for 4 more bytes. Returns 1 if the value has changed, 0 if it has not changed, or
 * -EINVAL if its format is unknown.
 */
int idmap_xattr_translate(const struct idmap_xattr *x, unsigned char *v, size_t *n,
			  idmap_xattr_replace *replace, void *ctx) must_check;

#define IDXATTRS 3
extern const struct idmap_xattr idxattrs[IDXATTRS];

#endif
