// SPDX-License-Identifier: GPL-2.0-or-later
/* mountapi: builds a tree that is detached from "/", by descriptors alone. */
#include "root/mountapi.h"

#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"
#include "root/cause.h"
#include "root/libmount.h"
#include "root/lookup.h"
#include "root/place.h"

static int begin(struct root *r, int dir, struct nserr *e)
{
	uint64_t ro = r->readonly ? MOUNT_ATTR_RDONLY : 0;
	int rc = root_clone(dir, AT_RECURSIVE, ro | (r->nodev ? MOUNT_ATTR_NODEV : 0), 0,
			    r->propagation ? r->propagation : MS_PRIVATE);

	if (rc < 0) {
		nserr_set(e, rc, "cannot clone the mounts of the new root");
		if (rc == -EPERM)
			libmount_explain("", e);
		return rc;
	}
	r->fd = rc;
	/* root_finish() makes the root read-only later, because mount points must be created in it
	 * first */
	if (ro)
		(void)!sys_mount_setattr(r->fd, "", AT_EMPTY_PATH, 0, ro, 0, -1);
	return 0;
}

static int begin_fs(struct root *r, const char *type, const struct mntopt *o, struct nserr *e)
{
	cleanup_fd int fd = root_new_fs(r, type, o, e);
	int rc;

	if (fd < 0)
		return fd;
	/* check for mount_setattr(2) (Linux 5.12), which is newer than the rest of the mount API
	 * and is needed for bind mounts */
	rc = sys_mount_setattr(fd, "", AT_EMPTY_PATH, 0, 0, 0, -1);
	if (rc < 0)
		return nserr_set(e, rc, "cannot set mount options");
	r->fd = TAKE_FD(fd);
	return 0;
}

/*
 * Verifies that path now leads to the mount mnt, and fails if another process has changed the tree.
 * If `fresh` is set, adds the mount to r->fresh. Returns 0, or a negative errno with e set.
 */
static int verify(struct root *r, int mnt, const char *path, bool fresh, struct nserr *e)
{
	int now = root_open_named(r, path, 0, e), rc = 0;
	struct statx want, got;

	if (now < 0)
		return now;
	if (statx(mnt, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &want) < 0 ||
	    statx(now, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &got) < 0)
		rc = nserr_set(e, errno, "cannot verify the mount on '%s'", path);
	else if (!root_mounts_is_same(&want, &got))
		rc = root_mounts_changed(path, e);
	else if (fresh && r->nfresh < ROOT_FRESH)
		r->fresh[r->nfresh++] = want.stx_mnt_id;
	root_done(r, now);
	return rc;
}

/* Makes mnt (borrowed) the root of the tree and removes the previous root of the tree. Returns 0,
 * or a negative errno with e set. */
static int become_root(struct root *r, int mnt, struct nserr *e)
{
	int fd = fcntl(mnt, F_DUPFD_CLOEXEC, 3), rc = 0;

	if (fd < 0)
		return nserr_set(e, errno, "cannot duplicate the descriptor of the new root");
	if (r->state == ROOT_ATTACHED)
		rc = sys_move_mount(mnt, "", r->old, "", SYS_FD_TO_FD);
	close(r->fd);
	r->fd = fd;
	r->nfresh = 0;
	root_mounts_forget(&r->mounts);
	return rc < 0 ? nserr_set(e, rc, "cannot mount on '/'") : 0;
}

/* Attaches the detached mount mnt to a mount point. Takes ownership of mnt. A negative mnt is the
 * error with which its creation failed. Returns mnt, or a negative errno with e set. */
static int move_to(struct root *r, int mnt, const struct root_place *p, bool fresh, struct nserr *e)
{
	bool ours = p->ours;
	int rc;

	if (mnt < 0) {
		nserr_prefix(e, "%s", p->path);
		return mnt;
	}
	rc = p->fd < 0 ? become_root(r, mnt, e) : sys_move_mount(mnt, "", p->fd, "", SYS_FD_TO_FD);
	/* Before Linux 6.15, mounting on a detached tree fails with EINVAL. In this case, attach
	 * the tree now; it is visible only in this mount namespace. */
	if (rc == -EINVAL && p->fd >= 0 && r->state == ROOT_DETACHED) {
		ours = false;
		rc = root_attach(r, true, e);
		if (rc == 0)
			rc = sys_move_mount(mnt, "", p->fd, "", SYS_FD_TO_FD);
	}
	if (rc < 0 && p->fd >= 0) {
		nserr_set(e, rc, "cannot mount on '%s'", p->path);
		root_explain_space(rc, e);
	}
	if (rc == 0 && p->fd >= 0 && !ours)
		rc = verify(r, mnt, p->path, fresh, e);
	if (rc < 0)
		close(mnt);
	return rc < 0 ? rc : mnt;
}

static int mount_fs(struct root *r, const char *type, const struct root_place *p,
		    const struct mntopt *o, struct nserr *e)
{
	return move_to(r, root_new_fs(r, type, o, e), p, true, e);
}

/* Clones the mount of src and applies o to the clone. Returns a descriptor of the detached clone,
 * or a negative errno with e set. */
static int clone_tree(struct root *r, int src, const struct mntopt *o, struct nserr *e)
{
	unsigned rec = o->norec ? 0 : AT_RECURSIVE;
	unsigned long propagation = o->propagation ? o->propagation : MS_PRIVATE;
	int mnt = root_clone(src, rec, o->set, o->clr, propagation);

	/* attach the tree first, because a part of a detached tree cannot be cloned before Linux
	 * 6.15 */
	if (mnt == -EINVAL && r->state == ROOT_DETACHED) {
		mnt = root_attach(r, true, e);
		if (mnt < 0)
			return mnt;
		mnt = root_clone(src, rec, o->set, o->clr, propagation);
	}
	if (mnt >= 0)
		return mnt;
	return nserr_set(e, mnt, "cannot clone the mount with its options");
}

static int bind(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		struct nserr *e)
{
	int rc = move_to(r, clone_tree(r, src, o, e), p, false, e);

	/* if root_clone() cannot clone the mount, it returns the mount itself, so the move in
	 * move_to() may fail */
	if (rc < 0 && o->norec)
		root_explain_locked(src, e);
	return rc;
}

static int setattr(int fd, const struct mntopt *o, struct nserr *e)
{
	int rc = sys_mount_setattr(fd, "", AT_EMPTY_PATH | (o->norec ? 0 : AT_RECURSIVE), o->set,
				   o->clr, 0, -1);

	return rc < 0 ? nserr_set(e, rc, "cannot set mount options") : 0;
}

static int move(int from, int to)
{
	return sys_move_mount(from, "", to, "", SYS_FD_TO_FD);
}

const struct root_ops root_mountapi = {
	.begin = begin,
	.begin_fs = begin_fs,
	.mount = mount_fs,
	.bind = bind,
	.setattr = setattr,
	.move = move,
	.move_old = move,
};
