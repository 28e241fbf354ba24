// SPDX-License-Identifier: GPL-2.0-or-later
/* left: marks the cgroups that a tool creates. Removes marked cgroups that remain after the tool
 * was killed, and the cgroups below them. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <time.h>

#include "base/file.h"
#include "cgroup/cgroup.h"

/* cgroup v1 does not support "user." extended attributes (cgroups(7)). */
#define MARK_V2 "user.nsutils.run"
#define MARK_V1 "trusted.nsutils.run"

#define DEPTH_MAX 64

static const char *mark_of(const struct cgroup_dir *d)
{
	return d->v2 ? MARK_V2 : MARK_V1;
}

/* Removes the cgroups below the directory, beginning with the lowest. Does not remove a cgroup that
 * contains a process. */
static void remove_below(int dirfd, unsigned depth)
{
	DIR *dir = depth < DEPTH_MAX ? file_open_dir(dirfd, ".") : NULL;
	const struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir))) {
		cleanup_fd int below = -1;

		if (d->d_name[0] == '.' || (d->d_type != DT_DIR && d->d_type != DT_UNKNOWN))
			continue;
		if (unlinkat(dirfd, d->d_name, AT_REMOVEDIR) == 0 || errno == ENOTDIR)
			continue;
		below = file_open_at(dirfd, d->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
		if (below < 0)
			continue;
		remove_below(below, depth + 1);
		(void)!unlinkat(dirfd, d->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

int cgroup_remove_dir(const struct cgroup_dir *d)
{
	if (rmdir(d->path) == 0)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	if (d->fd >= 0)
		remove_below(d->fd, 0);
	return rmdir(d->path) < 0 ? -errno : 0;
}

/* Opens the directory whose path is the first len bytes of d->path. flock(2) requires a descriptor
 * that is open for reading. Returns the descriptor or a negative errno. */
static int open_part(const struct cgroup_dir *d, size_t len)
{
	cleanup_free char *path = strndup(d->path, len);

	return path ? file_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
}

void cgroup_mark(const struct cgroup_dir *d)
{
	const struct timespec pause = { 0, 10000000 };
	int locked = -1;

	if (d->made == 0)
		return;
	/* retry, because cgroup_remove_left() in another process may hold the lock for a short
	 * time */
	for (int tries = 0; tries < 100 && locked < 0; tries++) {
		locked = flock(d->fd, LOCK_EX | LOCK_NB);
		if (locked < 0)
			nanosleep(&pause, NULL);
	}
	for (size_t len = strlen(d->path); locked == 0 && len >= d->made;
	     len = cgroup_above(d->path, len)) {
		cleanup_fd int fd = open_part(d, len);

		if (fd < 0 || fsetxattr(fd, mark_of(d), "1", 1, 0) < 0)
			return;
	}
}

void cgroup_remove_left(struct cgroup_dir *d)
{
	size_t whole = strlen(d->path);

	for (size_t len = whole; len > 0; len = cgroup_above(d->path, len)) {
		cleanup_free char *path = strndup(d->path, len);
		cleanup_fd int fd = open_part(d, len);
		char value;

		if (!path || fd < 0 || fgetxattr(fd, mark_of(d), &value, 1) != 1 ||
		    flock(fd, LOCK_EX | LOCK_NB) < 0)
			return;
		if (len == whole)
			remove_below(fd, 0);
		if (rmdir(path) < 0)
			return;
	}
}
