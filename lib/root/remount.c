// SPDX-License-Identifier: GPL-2.0-or-later
/* remount: sets the options of mounts by mount(2). */
#include "root/remount.h"

#include <sys/statvfs.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/sys_mount.h"
#include "root/libmount.h"
#include "root/resolve.h"

/* Stores the MS_* flags of the mount at fd in *flags. A remount in a user namespace must keep the
 * flags that the mount has inherited. Returns 0 or a negative errno. */
static int flags_of(int fd, unsigned long *flags)
{
	/* clang-format off */
	static const struct { unsigned long st, ms; } map[] = {
		{ ST_RDONLY, MS_RDONLY }, { ST_NOSUID, MS_NOSUID }, { ST_NODEV, MS_NODEV },
		{ ST_NOEXEC, MS_NOEXEC }, { ST_NOATIME, MS_NOATIME },
		{ ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME },
	};
	/* clang-format on */
	struct statvfs v;

	if (fstatvfs(fd, &v) < 0)
		return -errno;
	*flags = 0;
	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (v.f_flag & map[i].st)
			*flags |= map[i].ms;
	return 0;
}

/* Applies o to the mount at fd, but not to the mounts below it. mount(2) ignores most flags of a
 * bind mount, so each mount needs a second call with MS_REMOUNT. Returns 0 or a negative errno. */
static int remount(int fd, const struct mntopt *o)
{
	unsigned long set = mntopt_ms_flags(o->set), clr = mntopt_ms_flags(o->clr & ~o->set);
	unsigned long now = 0;
	int rc = flags_of(fd, &now);

	if (rc < 0)
		return rc;
	if (o->set & MOUNT_ATTR_NOATIME)
		now &= ~(unsigned long)MS_RELATIME;
	rc = sys_mount(NULL, file_fd_path(fd).text, NULL,
		       MS_REMOUNT | MS_BIND | ((now & ~clr) | set), NULL);
	if (rc == 0)
		rc = flags_of(fd, &now);
	/* verify only the flags that restrict access, because statvfs(3) does not report all
	 * flags */
	set &= MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	if (rc == 0 && (now & set) != set)
		rc = -EPERM;
	return rc;
}

void root_remount_writable(int dir)
{
	unsigned long now = 0;

	/* name the mount by the working directory, because the new root may have no /proc to name
	 * descriptors */
	if (flags_of(dir, &now) == 0 && fchdir(dir) == 0)
		(void)!sys_mount(NULL, ".", NULL,
				 MS_REMOUNT | MS_BIND | (now & ~(unsigned long)MS_RDONLY), NULL);
}

/* Returns the parent of m, or NULL if it is not in the table. */
static const struct mnt *parent_of(const struct mnt_table *t, const struct mnt *m)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->m[i].id == m->parent && &t->m[i] != m)
			return &t->m[i];
	return NULL;
}

/* Returns true if m is `top` or is mounted below it. */
static bool is_in(const struct mnt_table *t, const struct mnt *m, const struct mnt *top)
{
	while (m && m != top)
		m = parent_of(t, m);
	return m;
}

/* Returns true if a mount in the tree `top` hides m: it was mounted later than m, on the path of m
 * or above it. */
static bool is_covered(const struct mnt_table *t, const struct mnt *m, const struct mnt *top)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct mnt *by = &t->m[i];
		const char *rest = str_after(m->target, by->target);

		if (rest && (*rest == '/' || *rest == '\0') && !is_in(t, m, by) &&
		    is_in(t, by, top))
			return true;
	}
	return false;
}

/*
 * Opens the mount m in the tree `top`, whose root directory is fd. If another mount covers `top`,
 * as --mask covers an earlier --readonly, no path leads from fd to this mount and the mounts below
 * it; then looks up the path of m from the topmost mount on "/". Stores the id of the mount that
 * was found in *id. Returns a descriptor, which the caller closes, or a negative errno.
 */
static int open_mount(int fd, const struct mnt *m, const struct mnt *top, int *id)
{
	static const unsigned flags = ROOT_RESOLVE_NOFOLLOW | ROOT_RESOLVE_SLOW;
	const char *below = str_after(m->target, top->target);
	int mnt = root_resolve(fd, below ? below : m->target, flags, NULL);
	cleanup_fd int root = -1;

	*id = mnt < 0 ? mnt : libmount_id(mnt);
	if (*id == m->id)
		return mnt;
	root = file_open_at(AT_FDCWD, "/..", O_PATH | O_DIRECTORY, 0);
	if (root < 0)
		return mnt;
	util_close(&mnt);
	mnt = root_resolve(root, m->target, flags, NULL);
	*id = mnt < 0 ? mnt : libmount_id(mnt);
	return mnt;
}

/* Applies o to the mount m in the tree `top`, whose root directory is fd. Skips m if another mount
 * hides it. Returns 0, or a negative errno with e set. */
static int remount_below(int fd, const struct mnt_table *t, const struct mnt *m,
			 const struct mnt *top, const struct mntopt *o, struct nserr *e)
{
	int id, rc;
	cleanup_fd int mnt = open_mount(fd, m, top, &id);

	if (id == m->id) {
		rc = remount(mnt, o);
		return rc < 0 ? nserr_set(e, rc, "cannot set the options of the mount on '%s'",
					  m->target)
			      : 0;
	}
	/* skip m only if the table shows that it is hidden: a failed look-up alone must not leave a
	 * mount unchanged */
	if (is_covered(t, m, top) && (id >= 0 || id == -ENOENT || id == -ENOTDIR || id == -ELOOP))
		return 0;
	return nserr_set(e, id < 0 ? id : EBUSY, "cannot open the mount on '%s'", m->target);
}

/* Applies o to all mounts of the table that are below the mount with the given id, whose root
 * directory is fd. Returns 0, or a negative errno with e set. */
static int setattr_below(int fd, const struct mnt_table *t, int id, const struct mntopt *o,
			 struct nserr *e)
{
	const struct mnt *top = NULL;
	int rc = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->m[i].id == id)
			top = &t->m[i];
	if (!top)
		return nserr_set(e, ENODATA, "cannot find the mount in /proc/self/mountinfo");
	for (size_t i = 0; rc == 0 && i < t->n; i++)
		if (&t->m[i] != top && is_in(t, &t->m[i], top))
			rc = remount_below(fd, t, &t->m[i], top, o, e);
	return rc;
}

int root_remount(int fd, const struct mntopt *o, struct nserr *e)
{
	struct mnt_table t;
	int rc = remount(fd, o), id = libmount_id(fd);

	if (rc < 0 || id < 0)
		return nserr_set(e, rc < 0 ? rc : id, "cannot set mount options");
	if (o->norec)
		return 0;
	rc = libmount_read(&t, "/proc/self/mountinfo", e);
	if (rc < 0)
		return rc;
	rc = setattr_below(fd, &t, id, o, e);
	libmount_done(&t);
	return rc;
}
