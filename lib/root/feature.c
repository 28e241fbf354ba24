// SPDX-License-Identifier: GPL-2.0-or-later
/* feature: probes the mount API and overlay file systems. */
#include "root/feature.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "root/tree.h"

static int detached_tmpfs(void)
{
	cleanup_fd int fs = sys_fsopen("tmpfs");
	int rc = fs < 0 ? fs : sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	return rc < 0 ? rc : sys_fsmount(fs, 0);
}

static int try_mount_api(uint64_t unused)
{
	(void)unused;
	return detached_tmpfs();
}

static int try_setattr(uint64_t unused)
{
	cleanup_fd int mnt = detached_tmpfs();

	(void)unused;
	return mnt < 0 ? mnt
		       : sys_mount_setattr(mnt, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_RDONLY,
					   0, 0, -1);
}

static int try_detached_tree(uint64_t unused)
{
	cleanup_fd int tree = detached_tmpfs(), mnt = detached_tmpfs(), at = -1;

	(void)unused;
	if (tree < 0 || mnt < 0 || mkdirat(tree, "at", 0755) < 0)
		return -1;
	at = file_open_at(tree, "at", O_PATH, 0);
	return sys_move_mount(mnt, "", at, "", SYS_FD_TO_FD);
}

/* Tries to create an overlay without layers. Before Linux 5.11, this fails with EPERM in a user
 * namespace. Later kernels return EINVAL, because the layers are missing. Returns 0 for EINVAL,
 * otherwise a negative errno. */
static int try_overlay(uint64_t unused)
{
	cleanup_fd int fs = sys_fsopen("overlay");
	int rc;

	(void)unused;
	if (fs < 0 || !root_in_userns())
		return MIN(fs, 0);
	rc = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	return rc == -EINVAL ? 0 : rc;
}

/* Sets lowerdir+ to a missing directory. Since Linux 6.5 the kernel looks up the layer at once and
 * returns ENOENT. Older kernels accept any parameter until the mount is created. Returns 0 for
 * ENOENT, otherwise -1. */
static int try_layers(uint64_t unused)
{
	cleanup_fd int fs = sys_fsopen("overlay");
	int rc = fs < 0 ? fs
			: sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", "/proc/self/none", 0);

	(void)unused;
	return rc == -ENOENT ? 0 : -1;
}

/* clang-format off */
const struct feature feature_mount_api = { "mount-api", try_mount_api, 0, true };
const struct feature feature_mount_setattr = { "mount-setattr", try_setattr, 0, true };
const struct feature feature_detached_tree = { "detached-tree", try_detached_tree, 0, true };
const struct feature feature_overlay = { "overlay", try_overlay, 0, true };
const struct feature feature_overlay_layers = { "overlay-layers", try_layers, 0, true };
/* clang-format on */
