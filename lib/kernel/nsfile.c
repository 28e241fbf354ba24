// SPDX-License-Identifier: GPL-2.0-or-later
/* nsfile: opens namespace files, after it has identified them by an O_PATH descriptor. */
#include "kernel/nsfile.h"

#include <stdio.h>

#include "base/file.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_mount.h"

/* ---- The file system of namespaces (nsfs) ---- */

int nsfile_proc_verify(struct nsfile_proc *p, int fd, struct nserr *e)
{
	struct statx st;
	int rc = proc_stat_check_fs(fd, e);

	*p = NSFILE_PROC_INIT;
	if (rc < 0)
		return rc;
	if (statx(fd, "self/ns/mnt", AT_STATX_DONT_SYNC, 0, &st) < 0)
		return errno == ENOENT ? proc_stat_refuse(e)
				       : nserr_set(e, errno, "cannot examine /proc/self/ns/mnt");
	*p = (struct nsfile_proc){ fd, false, st.stx_dev_major, st.stx_dev_minor };
	return 0;
}

int nsfile_proc_open(struct nsfile_proc *p, struct nserr *e)
{
	int fd = file_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	int rc;

	*p = NSFILE_PROC_INIT;
	if (fd < 0)
		return nserr_set(e, fd, "cannot open /proc");
	rc = nsfile_proc_verify(p, fd, e);
	if (rc < 0)
		close(fd);
	p->owned = rc == 0;
	return rc;
}

void nsfile_proc_close(struct nsfile_proc *p)
{
	if (p->owned)
		util_close(&p->fd);
	*p = NSFILE_PROC_INIT;
}

/* ---- Files ---- */

/*
 * With AT_STATX_DONT_SYNC, statx(2) uses cached attributes, while fstatfs(2) would send a request
 * to a FUSE or NFS server. With a mask of 0, FUSE reports the device number even to a caller that
 * may not access the file. All namespaces are on one file system, so its device number identifies
 * them.
 */
int nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path, struct statx *st)
{
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;

	if (statx(dirfd, path, path[0] ? flags : flags | AT_EMPTY_PATH, 0, st) < 0)
		return -errno;
	if (!(st->stx_mask & STATX_TYPE))
		st->stx_mode = 0;
	return st->stx_dev_major == p->major && st->stx_dev_minor == p->minor;
}

/* Opens for reading the namespace to which the O_PATH descriptor fd refers, and closes fd. If fd is
 * a negative errno, returns it. Returns the new descriptor, or a negative errno: -ENOTTY if the
 * file is not a namespace. */
static int open_identified(const struct nsfile_proc *p, int fd)
{
	cleanup_fd int found = fd;
	struct statx st;
	char self[32];
	int rc;

	if (fd < 0)
		return fd;
	rc = nsfile_identify(p, found, "", &st);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOTTY;
	snprintf(self, sizeof(self), "self/fd/%d", found);
	return file_open_at(p->fd, self, O_RDONLY, 0);
}

int nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path)
{
	return open_identified(p, file_open_at(dirfd, path, O_PATH, 0));
}

int nsfile_open_mount(const struct nsfile_proc *p, int dirfd, const char *path)
{
	int fd = sys_openat2(dirfd, path, O_PATH | O_NOFOLLOW, 0,
			     SYS_RESOLVE_NO_SYMLINKS | SYS_RESOLVE_CACHED);

	/* retry without RESOLVE_CACHED, for which openat2(2) returns EINVAL before Linux 5.12 */
	if (fd == -EINVAL)
		fd = sys_openat2(dirfd, path, O_PATH | O_NOFOLLOW, 0, SYS_RESOLVE_NO_SYMLINKS);
	/* use open(2) if openat2(2) is missing (before Linux 5.6) or denied by a seccomp filter */
	if (fd == -ENOSYS || fd == -EPERM)
		fd = file_open_at(dirfd, path, O_PATH | O_NOFOLLOW, 0);
	return open_identified(p, fd);
}

int nsfile_open_proc(int dirfd, const char *path)
{
	return file_open_at(dirfd, path, O_RDONLY, 0);
}
