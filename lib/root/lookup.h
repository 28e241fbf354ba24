/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookup: opens paths in the new root and in the caller's root. */
#ifndef NSU_ROOT_LOOKUP_H
#define NSU_ROOT_LOOKUP_H

#include "root/tree.h"

/* Returns true if both descriptors refer to the same inode. Returns false if they do not, or if one
 * of the descriptors cannot be examined. */
bool root_is_same_file(int a, int b);

/*
 * Opens the file of fd again in the caller's mount namespace, because fd may come from another
 * mount namespace. Looks up the path of fd and verifies that the path leads to the same inode.
 * Returns a descriptor, which the caller closes, or -EINVAL.
 */
int root_reopen(int fd) must_check;

/*
 * Opens a path in the new root as root_resolve() does. If the path leads through a mount in
 * r->mounts, root_mounts_enter() verifies that mount, and the rest of the path is resolved from the
 * root of the mount. root_parent() opens the directory that root_resolve_parent() would open, in
 * the same way. Returns a descriptor, which the caller closes, or a negative errno.
 */
int root_open(const struct root *r, const char *path, unsigned flags,
	      struct root_log *log) must_check;
int root_parent(const struct root *r, const char *path, unsigned flags, const char **base,
		struct root_log *log) must_check;

/* Does the same as root_open(), but does not record created files in a log. Returns a descriptor,
 * or a negative errno with e set to a message that names path. */
int root_open_named(const struct root *r, const char *path, unsigned flags,
		    struct nserr *e) must_check;

/* Adds a hint to e if rc is -ENOSPC, the error of the kernel if another mount would exceed the
 * limit of the sysctl fs.mount-max. Otherwise does nothing. */
void root_explain_space(int rc, struct nserr *e);

#endif
