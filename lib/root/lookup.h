/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lookup: opens paths of the new root and of the caller. */
#ifndef NSU_ROOT_LOOKUP_H
#define NSU_ROOT_LOOKUP_H

#include "root/tree.h"

/* Returns true if both descriptors show the same inode; false also if one cannot be examined. */
bool root_is_same_file(int a, int b);

/*
 * Opens the file of fd again, in this mount namespace: fd may come from another one. Follows the
 * name of fd, and accepts the result only if it has the same inode. Returns a descriptor or
 * -EINVAL.
 */
int root_reopen(int fd) must_check;

/*
 * root_resolve() and root_resolve_parent() for a path in the new root. The part of the path below
 * one of r->mounts is resolved from that mount, which root_mounts_enter() verifies first.
 */
int root_open(const struct root *r, const char *path, unsigned flags,
	      struct root_log *log) must_check;
int root_parent(const struct root *r, const char *path, unsigned flags, const char **base,
		struct root_log *log) must_check;

/* root_open() with a message that names path. Returns a descriptor or a negative errno with e set.
 */
int root_open_named(const struct root *r, const char *path, unsigned flags,
		    struct nserr *e) must_check;

/* Adds a hint to e if rc is -ENOSPC, the error of a mount that exceeds the sysctl fs.mount-max. */
void root_explain_space(int rc, struct nserr *e);

#endif
