/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmount: mounts that show the ids of files through a map, mount_setattr(2), from 5.12 on. */
#ifndef NSU_IDMAP_MOUNT_H
#define NSU_IDMAP_MOUNT_H

#include "idmap/idmap.h"

/*
 * A user namespace made only to hold the maps, as mount_setattr(2) takes them: a child of the
 * caller's, made by a forked helper that has ended when this returns. A descriptor or a negative
 * errno with e set.
 */
int idmap_mount_userns(const struct idmaps *m, struct nserr *e) must_check;

/*
 * A detached copy of the tree at dirfd/path on which a file of an inside id of m belongs to the
 * outside id; recursive: with all mounts below. It may be attached in another mount and user
 * namespace than this one, where such a mount could not be made. A descriptor or a negative errno
 * with e set.
 */
int idmap_mount_tree(int dirfd, const char *path, bool recursive, const struct idmaps *m,
		     struct nserr *e) must_check;

#endif
