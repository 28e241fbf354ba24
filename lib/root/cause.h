/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cause: explains why a mount or a mount point in the new root cannot be made. Each function sets
 * the hint of e if the reason is certain, and otherwise does not change e. */
#ifndef NSU_ROOT_CAUSE_H
#define NSU_ROOT_CAUSE_H

#include "root/place.h"

/*
 * Explains EINVAL and ENOTDIR of a mount on the mount point p (mount(2), move_mount(2)): a file can
 * be mounted on a file only, and a directory on a directory. src is a descriptor of the file to
 * mount. If src is negative, a directory was to be mounted.
 */
void root_explain_type(int src, const struct root_place *p, struct nserr *e);

/* Explains EROFS for path: the root is read-only, or a mount that an earlier option made is
 * read-only. */
void root_explain_readonly(const struct root *r, const char *path, struct nserr *e);

/* Explains EINVAL of a bind mount of src without the mounts below it: these mounts are locked
 * (mount_namespaces(7)). */
void root_explain_locked(int src, struct nserr *e);

#endif
