// SPDX-License-Identifier: GPL-2.0-or-later
/* legacy: builds a tree with mount(2), on top of "/" from the beginning. Names each target by its
 * descriptor, and opens and compares the result of each mount. */
#include "root/legacy.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/buf.h"
#include "base/file.h"
#include "kernel/sys_mount.h"
#include "root/libmount.h"
#include "root/lookup.h"

#define FD_PATH 32

/* Writes the path that names fd in /proc to path and returns path. */
static const char *fd_path(int fd, char path[FD_PATH])
{
	snprintf(path, FD_PATH, "/proc/self/fd/%d", fd);
	return path;
}

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
	return nserr_set(e, ENOSYS, "cannot build a root without /proc on this kernel");
}

/* Mounts the tmpfs for the contents of files on the old root, below the new root. It is detached
 * together with the old root. Returns 0, or a negative errno with e set. */
static int begin(struct root *r, struct nserr *e)
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
		nserr_set(e, r->files, "cannot mount a tmpfs");
		root_explain_space(r->files, e);
		return r->files;
	}
	r->state = ROOT_ATTACHED;
	r->files_attached = true;
	return 0;
}

/* Opens the mount that now covers "/" as the new root and makes it private. Verifies that it shows
 * the file of `want`, unless that is negative. Returns 0 or a negative errno with e set. */
static int take_top(struct root *r, int want, struct nserr *e)
{
	int fd = open_top();
	char path[FD_PATH];
	int rc;

	if (fd < 0)
		return nserr_set(e, fd, "cannot open the new root");
	if (r->fd >= 0)
		close(r->fd);
	r->fd = fd;
	if (want >= 0 && !root_is_same_file(fd, want))
		return nserr_set(e, 0, "the new root is not the directory that was mounted");
	rc = sys_mount(NULL, fd_path(fd, path), NULL, MS_REC | MS_PRIVATE, NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot make the new root private") : 0;
}

/* Binds the file of src on target. Opens src again if it is from another mount namespace, which
 * mount(2) refuses with EINVAL. Returns 0 or a negative errno. */
static int bind(int src, const char *target, unsigned long rec)
{
	char from[FD_PATH];
	int rc = sys_mount(fd_path(src, from), target, NULL, MS_BIND | rec, NULL);
	cleanup_fd int again = rc == -EINVAL ? root_reopen(src) : -1;

	if (again >= 0)
		rc = sys_mount(fd_path(again, from), target, NULL, MS_BIND | rec, NULL);
	return rc;
}

int root_legacy_begin(struct root *r, int dir, struct nserr *e)
{
	const struct mntopt all = { .set = (r->readonly ? MOUNT_ATTR_RDONLY : 0) |
					   (r->nodev ? MOUNT_ATTR_NODEV : 0) };
	static const struct mntopt rw = { .clr = MOUNT_ATTR_RDONLY, .norec = true };
	int rc = begin(r, e);

	if (rc < 0)
		return rc;
	rc = bind(dir, "/", MS_REC);
	if (rc < 0)
		return nserr_set(e, rc, "cannot bind the new root");
	rc = take_top(r, dir, e);
	if (rc < 0 || !all.set)
		return rc;
	rc = root_legacy_setattr(r->fd, &all, e);
	if (rc == 0 && r->readonly)
		(void)!root_legacy_setattr(r->fd, &rw, NULL);
	return rc;
}

/* Joins the options of the file system in data, for mount(2), and adds MS_* flags to *flags.
 * Returns 0, or a negative errno with e set. */
static int join(const struct mntopt *o, struct buf *data, unsigned long *flags, struct nserr *e)
{
	for (size_t i = 0; i < o->n; i++) {
		if (mntopt_is_super(o->param[i], flags))
			continue;
		/* only overlay decodes backslashes; other file systems cannot take a comma */
		if (strchr(o->param[i], ',') && !strstr(o->param[i], "\\,"))
			return nserr_set(e, 0, "this kernel cannot take a comma in '%s'",
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

int root_legacy_begin_fs(struct root *r, const char *type, const struct mntopt *o, struct nserr *e)
{
	int rc = begin(r, e);

	if (rc == 0)
		rc = mount_fs(type, "/", o, e);
	return rc < 0 ? rc : take_top(r, -1, e);
}

/* Opens the path of a place after a mount on it, and verifies that the mount id has changed.
 * Returns a descriptor or a negative errno with e set. */
static int open_mounted(const struct root *r, const struct root_place *p, unsigned walk,
			struct nserr *e)
{
	cleanup_fd int now = root_open(r, p->path, walk, NULL);
	int is, was;

	if (now < 0)
		return nserr_set(e, now, "cannot open '%s' in the new root", p->path);
	is = libmount_id(now);
	was = libmount_id(p->fd);
	if (is < 0 || was < 0)
		return nserr_set(e, MIN(is, was), "cannot query '%s'", p->path);
	if (is == was)
		return nserr_set(e, 0,
				 "'%s' does not show the new mount: the root is being changed",
				 p->path);
	return TAKE_FD(now);
}

int root_legacy_mount(struct root *r, const char *type, const struct root_place *p,
		      const struct mntopt *o, struct nserr *e)
{
	char target[FD_PATH];
	int rc;

	if (p->fd < 0) {
		rc = mount_fs(type, "/", o, e);
		if (rc == 0)
			rc = take_top(r, -1, e);
		return rc < 0 ? rc : fcntl(r->fd, F_DUPFD_CLOEXEC, 3);
	}
	rc = mount_fs(type, fd_path(p->fd, target), o, e);
	if (rc < 0) {
		nserr_prefix(e, "%s", p->path);
		return rc;
	}
	return open_mounted(r, p, 0, e);
}

/* Binds the file of src on a place, and opens and verifies the result. Returns a descriptor or a
 * negative errno with e set. */
static int bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		   struct nserr *e)
{
	unsigned long rec = o->norec ? 0 : MS_REC;
	cleanup_fd int now = -1;
	char target[FD_PATH];
	int rc;

	if (p->fd < 0) {
		rc = bind(src, "/", rec);
		rc = rc < 0 ? nserr_set(e, rc, "cannot bind on '/'") : take_top(r, src, e);
		return rc < 0 ? rc : fcntl(r->fd, F_DUPFD_CLOEXEC, 3);
	}
	rc = bind(src, fd_path(p->fd, target), rec);
	if (rc < 0) {
		nserr_set(e, rc, "cannot bind on '%s'", p->path);
		root_explain_space(rc, e);
		if (rc == -EINVAL && o->norec)
			nserr_hint(e, "omit norec: a user namespace must bind inherited mounts "
				      "together with the mounts below them");
		return rc;
	}
	now = open_mounted(r, p, o->nofollow ? ROOT_RESOLVE_NOFOLLOW : 0, e);
	if (now < 0)
		return now;
	if (!root_is_same_file(now, src))
		return nserr_set(e, 0,
				 "'%s' does not show the new mount: the root is being changed",
				 p->path);
	rc = sys_mount(NULL, fd_path(now, target), NULL, MS_REC | MS_PRIVATE, NULL);
	return rc < 0 ? nserr_set(e, rc, "cannot make the mount on '%s' private", p->path)
		      : TAKE_FD(now);
}

int root_legacy_bind(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		     struct nserr *e)
{
	cleanup_fd int now = bind_on(r, src, p, o, e);
	int rc = 0;

	if (now >= 0 && (o->set || o->clr))
		rc = root_legacy_setattr(now, o, e);
	if (rc < 0) {
		nserr_prefix(e, "%s", p->path);
		return rc;
	}
	return TAKE_FD(now);
}

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

/* Applies o to the mount at fd only. mount(2) ignores most flags of a bind, so each mount needs a
 * second call with MS_REMOUNT. Returns 0 or a negative errno. */
static int remount(int fd, const struct mntopt *o)
{
	unsigned long set = mntopt_ms_flags(o->set), clr = mntopt_ms_flags(o->clr & ~o->set), now;
	char path[FD_PATH];
	int rc = flags_of(fd, &now);

	if (rc < 0)
		return rc;
	if (o->set & MOUNT_ATTR_NOATIME)
		now &= ~(unsigned long)MS_RELATIME;
	rc = sys_mount(NULL, fd_path(fd, path), NULL, MS_REMOUNT | MS_BIND | ((now & ~clr) | set),
		       NULL);
	if (rc == 0)
		rc = flags_of(fd, &now);
	/* statvfs(3) does not report all flags, but it reports those that restrict access */
	set &= MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	if (rc == 0 && (now & set) != set)
		rc = -EPERM;
	return rc;
}

void root_legacy_make_writable(int dir)
{
	unsigned long now;

	/* use the working directory, because the new root may have no /proc to name descriptors */
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

/* Applies o to the mount m in the tree `top`, whose root directory is fd. Skips m if another mount
 * hides it. Returns 0, or a negative errno with e set. */
static int remount_below(int fd, const struct mnt_table *t, const struct mnt *m,
			 const struct mnt *top, const struct mntopt *o, struct nserr *e)
{
	const char *below = str_after(m->target, top->target);
	cleanup_fd int mnt = root_resolve(fd, below ? below : m->target,
					  ROOT_RESOLVE_NOFOLLOW | ROOT_RESOLVE_SLOW, NULL);
	int id = mnt < 0 ? mnt : libmount_id(mnt), rc;

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

/* Applies o to all mounts of the table that are below the mount with this id, whose root directory
 * is fd. Returns 0, or a negative errno with e set. */
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

int root_legacy_setattr(int fd, const struct mntopt *o, struct nserr *e)
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
