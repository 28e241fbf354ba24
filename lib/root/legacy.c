// SPDX-License-Identifier: GPL-2.0-or-later
/* legacy: builds a tree with mount(2). The tree is mounted over "/" before anything is added to it.
 * Each target is named by its descriptor, and after each mount the result is opened and
 * verified. */
#include "root/legacy.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/buf.h"
#include "base/file.h"
#include "kernel/sys_mount.h"
#include "root/cause.h"
#include "root/libmount.h"
#include "root/lookup.h"
#include "root/mounts.h"
#include "root/place.h"
#include "root/remount.h"

/* Opens the topmost mount on "/". In the root directory, ".." leads to the mount that covers it.
 * Returns a descriptor or a negative errno. */
static int open_top(void)
{
	return file_open_at(AT_FDCWD, "/..", O_PATH | O_DIRECTORY, 0);
}

/* Checks that /proc is mounted, because mount(2) needs it to name descriptors. Returns 0, or a
 * negative errno with e set. */
static int need_proc(struct nserr *e)
{
	struct statfs fs;

	if (statfs("/proc/self/fd", &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		return 0;
	return nserr_set(e, ENOSYS,
			 "cannot build the new root: this kernel requires /proc to be mounted");
}

/* Mounts the tmpfs for the contents of files on the old root, below the new root. The tmpfs is
 * detached together with the old root. Returns 0, or a negative errno with e set. */
static int cover_root(struct root *r, struct nserr *e)
{
	int rc = need_proc(e);

	if (rc < 0)
		return rc;
	rc = sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	if (rc < 0) {
		nserr_set(e, rc, "cannot make the old root a slave mount");
		if (rc == -EINVAL)
			nserr_hint(
				e,
				"run nspivot outside of the chroot: / is not a mount point here");
		else if (rc == -EPERM)
			libmount_explain("", e);
		return rc;
	}
	rc = sys_mount("tmpfs", "/", "tmpfs", MS_NODEV, "mode=0755");
	r->files = rc < 0 ? rc : open_top();
	if (r->files < 0) {
		if (rc == 0)
			(void)!sys_umount("/..", MNT_DETACH);
		nserr_set(e, r->files, "cannot mount a tmpfs");
		root_explain_space(r->files, e);
		return r->files;
	}
	r->state = ROOT_ATTACHED;
	r->files_attached = true;
	return 0;
}

/* Opens the mount that now covers "/" as the new root and sets its propagation. Verifies that the
 * new root is the directory that the descriptor `want` refers to, unless `want` is negative.
 * Returns 0 or a negative errno with e set. */
static int take_top(struct root *r, int want, struct nserr *e)
{
	int fd = open_top();
	int rc;

	if (fd < 0)
		return nserr_set(e, fd, "cannot open the new root");
	if (r->fd >= 0)
		close(r->fd);
	r->fd = fd;
	if (want >= 0 && !root_is_same_file(fd, want))
		return nserr_set(e, 0,
				 "the new root was replaced: another process has mounted on '/'");
	rc = sys_mount(NULL, file_fd_path(fd).text, NULL,
		       MS_REC | (r->propagation ? r->propagation : MS_PRIVATE), NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot set the propagation of the new root") : 0;
}

/* Duplicates r->fd. Returns the new descriptor, or a negative errno with e set. */
static int dup_root(const struct root *r, struct nserr *e)
{
	int fd = fcntl(r->fd, F_DUPFD_CLOEXEC, 3);

	return fd < 0 ? nserr_set(e, errno, "cannot duplicate the descriptor of the new root") : fd;
}

/* Changes the propagation of the tmpfs that covers "/". Returns 0 or a negative errno. */
static int set_cover(const struct root *r, unsigned long propagation)
{
	return sys_mount(NULL, file_fd_path(r->files).text, NULL, propagation, NULL);
}

/* Bind mounts the file of src on target. Opens src again if it is from another mount namespace,
 * which mount(2) refuses with EINVAL. Returns 0 or a negative errno. */
static int bind(const struct root *r, int src, const char *target, unsigned long rec)
{
	/* a recursive copy of "/" must not contain the tmpfs that covers "/" */
	bool covered = rec && root_is_same_file(src, r->old);
	int rc = covered ? set_cover(r, MS_UNBINDABLE) : 0;
	cleanup_fd int again = -1;

	if (rc < 0)
		return rc;
	rc = sys_mount(file_fd_path(src).text, target, NULL, MS_BIND | rec, NULL);
	if (rc == -EINVAL && (again = root_reopen(src)) >= 0)
		rc = sys_mount(file_fd_path(again).text, target, NULL, MS_BIND | rec, NULL);
	if (covered && rc == 0)
		rc = set_cover(r, MS_PRIVATE);
	return rc;
}

/* Appends the options of the file system to data, for mount(2), and adds MS_* flags to *flags.
 * Returns 0, or a negative errno with e set. */
static int join(const struct mntopt *o, struct buf *data, unsigned long *flags, struct nserr *e)
{
	for (size_t i = 0; i < o->n; i++) {
		if (mntopt_is_super(o->param[i], flags))
			continue;
		/* only overlay decodes "\,", so refuse a comma in the options of other file
		 * systems */
		if (strchr(o->param[i], ',') && !strstr(o->param[i], "\\,"))
			return nserr_set(
				e, 0,
				"a comma in the mount option '%s' is not supported by this kernel",
				o->param[i]);
		buf_printf(data, "%s%s", data->len ? "," : "", o->param[i]);
	}
	if (data->err || data->len >= 4096)
		return nserr_set(
			e, E2BIG,
			"mount options of more than 4095 bytes are not supported by this kernel");
	return 0;
}

/* Mounts a new file system on target. Returns 0 or a negative errno with e set. */
static int mount_fs(const char *type, const char *target, const struct mntopt *o, struct nserr *e)
{
	unsigned long flags = mntopt_ms_flags(o->set);
	struct buf data = BUF_INIT;
	int rc = join(o, &data, &flags, e);

	if (rc == 0) {
		rc = sys_mount(type, target, type, flags, data.s ? data.s : "");
		if (rc < 0)
			nserr_set(e, rc, "cannot mount %s", type);
		root_explain_space(rc, e);
		if (rc == -EPERM)
			libmount_explain(type, e);
	}
	buf_free(&data);
	return rc;
}

/* Opens the path of a mount point after a mount on it, and verifies that the mount id has changed.
 * Returns a descriptor or a negative errno with e set. */
static int open_mounted(const struct root *r, const struct root_place *p, unsigned walk,
			struct nserr *e)
{
	cleanup_fd int now = root_open_named(r, p->path, walk, e);
	int is, was;

	if (now < 0)
		return now;
	is = libmount_id(now);
	was = libmount_id(p->fd);
	if (is < 0 || was < 0)
		return nserr_set(e, MIN(is, was), "cannot examine '%s'", p->path);
	if (is == was)
		return root_mounts_changed(p->path, e);
	return TAKE_FD(now);
}

/*
 * Mounts an empty read-only tmpfs on the mount point, and the file system on this tmpfs, because
 * mount(2) returns EBUSY for a mount point that already shows the same file system. This happens if
 * a bind mount of /sys contains a cgroup2. Returns a descriptor or a negative errno with e set.
 */
static int mount_above_same(const struct root *r, const char *type, const struct root_place *p,
			    const struct mntopt *o, struct nserr *e)
{
	static const struct mntopt empty = { .set = MOUNT_ATTR_RDONLY };
	struct root_place between = *p;
	cleanup_fd int fd = -1;
	int rc = mount_fs("tmpfs", file_fd_path(p->fd).text, &empty, e);

	if (rc < 0)
		return rc;
	fd = open_mounted(r, p, 0, e);
	if (fd < 0)
		return fd;
	between.fd = fd;
	rc = mount_fs(type, file_fd_path(fd).text, o, e);
	return rc < 0 ? rc : open_mounted(r, &between, 0, e);
}

static int mount_on(struct root *r, const char *type, const struct root_place *p,
		    const struct mntopt *o, struct nserr *e)
{
	int rc;

	if (p->fd < 0) {
		rc = mount_fs(type, "/", o, e);
		if (rc == 0)
			rc = take_top(r, -1, e);
		return rc < 0 ? rc : dup_root(r, e);
	}
	rc = mount_fs(type, file_fd_path(p->fd).text, o, e);
	if (rc == 0)
		return open_mounted(r, p, 0, e);
	/* do not use mount_above_same() for a tmpfs, because each tmpfs is a new file system */
	if (rc == -EBUSY && !streq(type, "tmpfs"))
		rc = mount_above_same(r, type, p, o, e);
	if (rc < 0)
		nserr_prefix(e, "%s", p->path);
	return rc;
}

/* Bind mounts the file of src on a mount point, and opens and verifies the result. Returns a
 * descriptor or a negative errno with e set. */
static int bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		   struct nserr *e)
{
	unsigned long rec = o->norec ? 0 : MS_REC;
	cleanup_fd int now = -1;
	int rc;

	if (p->fd < 0) {
		rc = bind(r, src, "/", rec);
		rc = rc < 0 ? nserr_set(e, rc, "cannot bind-mount on '/'") : take_top(r, src, e);
		return rc < 0 ? rc : dup_root(r, e);
	}
	rc = bind(r, src, file_fd_path(p->fd).text, rec);
	if (rc < 0) {
		nserr_set(e, rc, "cannot bind-mount on '%s'", p->path);
		root_explain_space(rc, e);
		if (o->norec)
			root_explain_locked(src, e);
		return rc;
	}
	now = open_mounted(r, p, o->nofollow ? ROOT_RESOLVE_NOFOLLOW : 0, e);
	if (now < 0)
		return now;
	if (!root_is_same_file(now, src))
		return root_mounts_changed(p->path, e);
	rc = sys_mount(NULL, file_fd_path(now).text, NULL,
		       MS_REC | (o->propagation ? o->propagation : MS_PRIVATE), NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot set the propagation of '%s'", p->path)
		      : TAKE_FD(now);
}

static int begin(struct root *r, int dir, struct nserr *e)
{
	const struct mntopt all = { .set = (r->readonly ? MOUNT_ATTR_RDONLY : 0) |
					   (r->nodev ? MOUNT_ATTR_NODEV : 0) };
	static const struct mntopt rw = { .clr = MOUNT_ATTR_RDONLY, .norec = true };
	int rc = cover_root(r, e);

	if (rc < 0)
		return rc;
	rc = bind(r, dir, "/", MS_REC);
	if (rc < 0)
		return nserr_set(e, rc, "cannot bind the new root");
	rc = take_top(r, dir, e);
	if (rc < 0 || !all.set)
		return rc;
	rc = root_remount(r->fd, &all, e);
	if (rc == 0 && r->readonly)
		(void)!root_remount(r->fd, &rw, NULL);
	return rc;
}

static int begin_fs(struct root *r, const char *type, const struct mntopt *o, struct nserr *e)
{
	int rc = cover_root(r, e);

	if (rc == 0)
		rc = mount_fs(type, "/", o, e);
	return rc < 0 ? rc : take_top(r, -1, e);
}

static int bind_with(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		     struct nserr *e)
{
	cleanup_fd int now = bind_on(r, src, p, o, e);
	int rc = 0;

	if (now >= 0 && (o->set || o->clr))
		rc = root_remount(now, o, e);
	if (rc < 0) {
		nserr_prefix(e, "%s", p->path);
		return rc;
	}
	return TAKE_FD(now);
}

static int move(int from, int to)
{
	return sys_mount(file_fd_path(from).text, file_fd_path(to).text, NULL, MS_MOVE, NULL);
}

/* Moves the old root to the directory `to`, which is the working directory. Does not name the
 * descriptors by paths in /proc/self/fd, because the new root may have no /proc. Returns 0 or a
 * negative errno. */
static int move_old(int old, int to)
{
	(void)old;
	(void)to;
	/* "/.." leads to the mount on top of the root directory, which is the old root now */
	return sys_mount("/..", ".", NULL, MS_MOVE, NULL);
}

const struct root_ops root_legacy = {
	.begin = begin,
	.begin_fs = begin_fs,
	.mount = mount_on,
	.bind = bind_with,
	.setattr = root_remount,
	.move = move,
	.move_old = move_old,
	.one_string = true,
};
