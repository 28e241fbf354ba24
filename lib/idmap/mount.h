/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount: creates mounts that show the owners of files through a map, mount_setattr(2) (Linux 5.12).
 */
#ifndef NSU_IDMAP_MOUNT_H
#define NSU_IDMAP_MOUNT_H

#include "idmap/idmap.h"

/*
 * Makes a detached copy of the tree at dirfd/path, with all mounts below it if recursive is set. On
 * the copy a file that has an inside id of m on disk belongs to the outside id. It can be attached
 * in another mount and user namespace, where it could not be made. Forks once. Returns a descriptor
 * that the caller closes, or a negative errno with e set.
 */
int idmap_mount_tree(int dirfd, const char *path, bool recursive, const struct idmaps *m,
		     struct nserr *e) must_check;

#endif
