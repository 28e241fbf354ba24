/* SPDX-License-Identifier: GPL-2.0-or-later */
/* copyup: mounts a tmpfs with a copy of the directory that it covers. */
#ifndef NSU_ROOT_COPYUP_H
#define NSU_ROOT_COPYUP_H

#include "root/tree.h"

/*
 * Mounts a tmpfs with the options o on path in the new root, and copies the contents of the
 * directory that the tmpfs covers, with owners, modes and times. Copies directories, regular files,
 * symbolic links and FIFOs; ignores other types, extended attributes and hard links. The tmpfs gets
 * the owner and, unless keep_mode is set, the mode of the directory. If path is missing, creates
 * it; the mode of the tmpfs is then 1777 unless keep_mode is set. Returns 0, or a negative errno
 * with e set.
 */
int root_mount_copy(struct root *r, const char *path, const struct mntopt *o, bool keep_mode,
		    struct nserr *e) must_check;

#endif
