/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount: creates idmapped mounts, which translate the owners of files by a map (mount_setattr(2),
 * Linux 5.12). */
#ifndef NSU_IDMAP_MOUNT_H
#define NSU_IDMAP_MOUNT_H

#include "idmap/idmap.h"

/*
 * Makes a detached copy of the mount at dirfd/path, with all mounts below it if recursive is set.
 * In the copy, a file whose owner on disk is an inside id of m belongs to the corresponding outside
 * id. The copy can be attached by a process in another mount and user namespace that would not have
 * the privilege to create the copy. Forks once. Returns a descriptor, which the caller closes, or a
 * negative errno with e set.
 */
int idmap_mount_tree(int dirfd, const char *path, bool recursive, const struct idmaps *m,
		     struct nserr *e) must_check;

#endif
