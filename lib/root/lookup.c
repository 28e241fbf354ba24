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
	char link[32], path[4096];
	cleanup_fd int again = -1;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return -EINVAL;
	path[n] = '\0';
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
