// SPDX-License-Identifier: GPL-2.0-or-later
/* switch_root: moves the root as switch_root(8) does, but refers to the mounts by descriptors. */
#include "root/switch_root.h"

#include <dirent.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"

#define WANTED (STATX_TYPE | STATX_INO | STATX_MNT_ID)

int root_switch_check(struct nserr *e)
{
	static const char *const marks[] = { "/init", "/etc/initrd-release" };
	bool marked = false;
	struct statfs fs;
	struct stat st;

	if (statfs("/", &fs) < 0)
		return nserr_set(e, errno, "cannot examine '/'");
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		marked |= lstat(marks[i], &st) == 0 && S_ISREG(st.st_mode);
	if ((unsigned)fs.f_type != RAMFS_MAGIC && fs.f_type != TMPFS_MAGIC)
		nserr_set(e, 0,
			  "/ is not an initramfs, and its files would be removed permanently");
	else if (!marked)
		nserr_set(e, 0, "/ is not an initramfs: /init and /etc/initrd-release are missing");
	else if (getpid() != 1)
		nserr_set(e, 0, "only process 1 can leave an initramfs");
	else
		return 0;
	return -EPERM;
}

/* Returns true if both files are on the same mount. */
static bool same_mount(const struct statx *a, const struct statx *b)
{
	return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor &&
	       a->stx_mnt_id == b->stx_mnt_id;
}

void root_switch_empty(int dirfd)
{
	DIR *dir = file_open_dir(dirfd, ".");
	struct statx top, st;
	struct dirent *d;

	bool known;

	if (!dir)
		return;
	known = statx(dirfd, "", AT_EMPTY_PATH, WANTED, &top) == 0;
	while (known && (d = readdir(dir))) {
		cleanup_fd int sub = -1;

		if (streq(d->d_name, ".") || streq(d->d_name, ".."))
			continue;
		/* open the directory before the check, so that the directory that is checked is the
		 * one that is emptied */
		sub = file_open_at(dirfd, d->d_name, O_PATH | O_NOFOLLOW, 0);
		if (sub < 0 || statx(sub, "", AT_EMPTY_PATH, WANTED, &st) < 0 ||
		    !same_mount(&top, &st))
			continue;
		if (S_ISDIR(st.stx_mode)) {
			root_switch_empty(sub);
			(void)!unlinkat(dirfd, d->d_name, AT_REMOVEDIR);
		} else {
			(void)!unlinkat(dirfd, d->d_name, 0);
		}
	}
	closedir(dir);
}

/* Returns 1 if fd is the root of a mount. Returns 0 if it is not, or if fd is -ENOENT for a missing
 * path. Otherwise returns a negative errno. */
static int is_mount_root(int fd)
{
	struct statx st;

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, WANTED, &st) < 0)
		return fd < 0 ? fd : -errno;
	return st.stx_attributes & STATX_ATTR_MOUNT_ROOT ? 1 : 0;
}

/* Moves the mount of the initramfs on path to the new root, or unmounts it. Returns 0, or a
 * negative errno with e set. */
static int carry(struct root *r, const char *path, struct nserr *e)
{
	cleanup_fd int from = file_open_at(r->old, path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	cleanup_fd int to = root_resolve(r->fd, path, ROOT_RESOLVE_NOFOLLOW, NULL);
	int rc = is_mount_root(from), covered = rc > 0 ? is_mount_root(to) : 0;

	if (rc == 0)
		return 0;
	if (rc < 0 || covered < 0)
		return nserr_set(e, MIN(rc, covered), "cannot examine '/%s'", path);
	if (to >= 0 && !covered)
		rc = r->ops->move(from, to);
	else
		rc = fchdir(from) < 0 ? -errno : sys_umount(".", MNT_DETACH);
	if (rc < 0)
		return nserr_set(e, rc, "cannot move '/%s' to the new root", path);
	/* record the moved mount, so that root_finish() verifies that it is still there */
	return to < 0 || covered ? 0 : root_mounts_note(&r->mounts, path, from, e);
}

int root_switch(struct root *r, struct nserr *e)
{
	/* move /proc last, because mount(2) needs it to name descriptors */
	static const char *const mounts[] = { "dev", "sys", "run", "proc" };
	int rc = root_attach(r, false, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		rc = carry(r, mounts[i], e);
		if (rc < 0)
			return rc;
	}
	rc = root_finish(r, e);
	if (rc < 0)
		return rc;
	/* the empty initramfs stays below the new root: the initramfs has no parent mount, so it
	 * cannot be detached */
	if (fchdir(r->fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return nserr_set(e, errno, "cannot change to the new root");
	r->state = ROOT_SWITCHED;
	root_switch_empty(r->old);
	return 0;
}
