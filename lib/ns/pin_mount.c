// SPDX-License-Identifier: GPL-2.0-or-later
/* pin_mount: opens, examines and detaches the mounts on trusted paths. */
#include "ns/pin_mount.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_mount.h"

int nspin_mount_open(const struct trustpath *at, int flags)
{
	return file_open_at(at->dir, at->name, O_PATH | O_NOFOLLOW | flags, 0);
}

int nspin_mount_detach(int fd)
{
	return sys_umount(file_fd_path(fd).text, MNT_DETACH);
}

bool nspin_mount_is_shared(int fd)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	return mountinfo_find(&m, mountinfo_id_of_fd(fd), &line) && line.shared;
}

void nspin_mount_hint(struct nserr *e)
{
	nserr_hint(e, "run the command with CAP_SYS_ADMIN in the user namespace that owns the "
		      "caller's mount namespace");
}

void nspin_mount_detach_named(const struct trustpath *at)
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", file_fd_path(at->dir).text, at->name) < 0)
		path = NULL;
	else
		(void)!sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}
