// SPDX-License-Identifier: GPL-2.0-or-later
/* lookup: opens paths in the new root and in the caller's root, for the mount API and for
 * mount(2). */
#include "root/lookup.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

bool root_is_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

int root_reopen(int fd)
{
	cleanup_fd int again = -1;
	char path[4096];

	if (file_fd_name(fd, path, sizeof(path)) <= 0)
		return -EINVAL;
	again = file_open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
	return again >= 0 && root_is_same_file(fd, again) ? TAKE_FD(again) : -EINVAL;
}

int root_open(const struct root *r, const char *path, unsigned flags, struct root_log *log)
{
	const char *rest;
	cleanup_fd int fd = root_mounts_enter(&r->mounts, r->fd, path, &rest);

	if (fd < 0 && fd != -ENODATA)
		return fd;
	return root_resolve(fd < 0 ? r->fd : fd, rest, flags, log);
}

int root_open_named(const struct root *r, const char *path, unsigned flags, struct nserr *e)
{
	int fd = root_open(r, path, flags, NULL);

	return fd < 0 ? nserr_set(e, fd, "cannot open '%s' in the new root", path) : fd;
}

int root_parent(const struct root *r, const char *path, unsigned flags, const char **base,
		struct root_log *log)
{
	const char *rest;
	cleanup_fd int fd = root_mounts_enter(&r->mounts, r->fd, path, &rest);

	if (fd < 0 && fd != -ENODATA)
		return fd;
	return root_resolve_parent(fd < 0 ? r->fd : fd, rest, flags, base, log);
}

void root_explain_space(int rc, struct nserr *e)
{
	if (rc == -ENOSPC)
		nserr_hint(
			e,
			"increase the sysctl fs.mount-max, which limits the mounts of a namespace");
}
