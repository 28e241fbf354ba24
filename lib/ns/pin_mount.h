/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin_mount: opens, examines and detaches the mounts on trusted paths, for pin.c and pin_dir.c. */
#ifndef NSU_NS_PIN_MOUNT_H
#define NSU_NS_PIN_MOUNT_H

#include <stdbool.h>

#include "base/nserr.h"
#include "kernel/trustpath.h"

/* Opens the file or directory `at`, or the mount on it, with O_PATH, O_NOFOLLOW and the given
 * flags. Returns a descriptor, which the caller closes, or a negative errno. */
int nspin_mount_open(const struct trustpath *at, int flags) must_check;

/* Unmounts the mount that the descriptor is open on. The descriptor keeps the mount busy, so only
 * MNT_DETACH can unmount it (umount2(2)). Returns 0 or a negative errno. */
int nspin_mount_detach(int fd) must_check;

/* Unmounts the topmost mount on the path, if possible. Does not follow a symbolic link. */
void nspin_mount_detach_named(const struct trustpath *at);

/* Returns true if the propagation of the descriptor's mount is shared. */
bool nspin_mount_is_shared(int fd);

/* Sets the hint of e after a mount has failed with EPERM: the caller lacks CAP_SYS_ADMIN in the
 * user namespace that owns its mount namespace. */
void nspin_mount_hint(struct nserr *e);

#endif
