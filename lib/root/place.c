// SPDX-License-Identifier: GPL-2.0-or-later
/* place: finds or creates a path in a root under construction, and mounts on it. */
#include "root/place.h"

#include <sys/stat.h>

#include "kernel/sys_mount.h"
#include "root/legacy.h"
#include "root/lookup.h"

bool root_place_is_root(const char *path)
{
	while (*path) {
		size_t n = strspn(path, "/"), name = strcspn(path + n, "/");

		if (name && !(path[n] == '.' && (name == 1 || (name == 2 && path[n + 1] == '.'))))
			return false;
		path += n + name;
	}
	return true;
}

const char *root_place_plain(const char *path)
{
	const char *plain = path;

	for (;;) {
		const char *name = path + strspn(path, "/"), *end = strchrnul(name, '/');
		size_t n = (size_t)(end - name);
		bool up = n == 2 && name[0] == '.' && name[1] == '.';

		if (n == 0)
			return *plain ? plain : "/";
		if (up && path != plain)
			return NULL;
		if (up || (n == 1 && *name == '.' && path == plain))
			plain = end;
		path = end;
	}
}

/* Opens path inside the new root with O_PATH. Returns a descriptor or a negative errno with e set.
 */
static int open_place(const struct root *r, const char *path, struct nserr *e)
{
	int fd = root_open(r, path, 0, NULL);

	return fd < 0 ? nserr_set(e, fd, "cannot open '%s' in the new root", path) : fd;
}

/* Sets the type and the mount of an open place. Returns 0, or a negative errno with e set. */
static int look(const struct root *r, struct root_place *p, struct nserr *e)
{
	struct statx st;

	if (statx(p->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, &st) < 0)
		return nserr_set(e, errno, "cannot query '%s'", p->path);
	p->dir = S_ISDIR(st.stx_mode);
	p->mount = st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	p->ours = false;
	for (size_t i = 0;
	     i < r->nfresh && r->state == ROOT_DETACHED && (st.stx_mask & STATX_MNT_ID); i++)
		p->ours |= r->fresh[i] == st.stx_mnt_id;
	return 0;
}

int root_place_find(struct root *r, const char *path, struct root_place *p, struct nserr *e)
{
	int rc;

	*p = (struct root_place){ .fd = -1, .path = path, .dir = true, .mount = true };
	if (root_place_is_root(path))
		return 0;
	p->fd = open_place(r, path, e);
	rc = p->fd < 0 ? p->fd : look(r, p, e);
	return rc;
}

/* Opens the place for a mount. Creates it if it is missing, with the type of src, or as a directory
 * if src is negative. Returns 0, or a negative errno with e set. */
static int place(struct root *r, int src, const char *path, const struct mntopt *o,
		 struct root_place *p, struct nserr *e)
{
	unsigned flags = o->nofollow ? ROOT_RESOLVE_NOFOLLOW : 0;
	struct stat st;

	*p = (struct root_place){ .fd = -1, .path = path };
	if (root_place_is_root(path))
		return 0;
	if (src < 0 || (fstat(src, &st) == 0 && S_ISDIR(st.st_mode)))
		flags |= ROOT_RESOLVE_DIR;
	else
		flags |= ROOT_RESOLVE_FILE;
	p->fd = root_open(r, path, flags, &r->log);
	if (p->fd >= 0)
		return look(r, p, e);
	nserr_set(e, p->fd, "cannot create '%s' in the new root", path);
	if (p->fd == -EROFS)
		nserr_hint(e, "create this mount point in the root, which is read-only");
	return p->fd;
}

/*
 * Verifies that path now leads to the mount mnt. If it leads to another file, another process
 * changes the tree. If `fresh` is set, adds the mount to r->fresh. Returns 0, or a negative errno
 * with e set.
 */
static int verify(struct root *r, int mnt, const char *path, bool fresh, struct nserr *e)
{
	int now = open_place(r, path, e), rc = 0;
	struct statx want, got;

	if (now < 0)
		return now;
	if (statx(mnt, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &want) < 0 ||
	    statx(now, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &got) < 0)
		rc = nserr_set(e, errno, "cannot verify '%s'", path);
	else if (!root_mounts_is_same(&want, &got))
		rc = nserr_set(e, 0, "'%s' does not show the new mount: the root is being changed",
			       path);
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

/* Attaches the detached mount mnt to a place. Takes ownership of mnt. If mnt is negative, it is the
 * error of its creation. Returns mnt, or a negative errno with e set. */
static int move_to(struct root *r, int mnt, const struct root_place *p, bool fresh, struct nserr *e)
{
	bool ours = p->ours;
	int rc;

	if (mnt < 0) {
		nserr_prefix(e, "%s", p->path);
		return mnt;
	}
	rc = p->fd < 0 ? become_root(r, mnt, e) : sys_move_mount(mnt, "", p->fd, "", SYS_FD_TO_FD);
	/* Before Linux 6.15, mounting on a detached tree fails with EINVAL. Then attach the tree
	 * now; only this mount namespace sees it. */
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

int root_place_mount_on(struct root *r, const char *type, const struct root_place *p,
			const struct mntopt *o, struct nserr *e)
{
	struct mntopt all = *o;

	all.set = root_attributes(r, o);
	if (r->legacy)
		return root_legacy_mount(r, type, p, &all, e);
	return move_to(r, root_new_fs(r, type, &all, e), p, true, e);
}

/* Records the mount mnt on path in r->mounts. Takes ownership of mnt. If mnt is negative, it is the
 * error of its creation. Returns mnt, or a negative errno with e set. */
static int note(struct root *r, const char *path, int mnt, struct nserr *e)
{
	int rc = mnt < 0 || root_place_is_root(path) ? 0
						     : root_mounts_note(&r->mounts, path, mnt, e);

	if (rc < 0)
		close(mnt);
	return rc < 0 ? rc : mnt;
}

int root_place_mount(struct root *r, const char *type, const char *path, const struct mntopt *o,
		     struct nserr *e)
{
	struct root_place p;
	int rc = place(r, -1, path, o, &p, e);

	if (rc == 0)
		rc = note(r, path, root_place_mount_on(r, type, &p, o, e), e);
	root_done(r, p.fd);
	return rc;
}

/* Clones the mount of src and applies o to the clone. Returns a descriptor of the detached clone,
 * or a negative errno with e set. */
static int clone_tree(struct root *r, int src, const struct mntopt *o, struct nserr *e)
{
	unsigned rec = o->norec ? 0 : AT_RECURSIVE;
	int mnt = root_clone(src, rec, o->set, o->clr);

	/* before Linux 6.15, a part of a detached tree cannot be cloned */
	if (mnt == -EINVAL && r->state == ROOT_DETACHED && !o->norec) {
		mnt = root_attach(r, true, e);
		if (mnt < 0)
			return mnt;
		mnt = root_clone(src, rec, o->set, o->clr);
	}
	if (mnt >= 0)
		return mnt;
	nserr_set(e, mnt, "cannot clone the mount with its options");
	if (mnt == -EINVAL && o->norec)
		nserr_hint(
			e,
			"omit norec: a user namespace must bind inherited mounts together with the "
			"mounts below them");
	return mnt;
}

int root_place_bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		       struct nserr *e)
{
	struct mntopt all = *o;
	struct stat st;

	if (r->nodev && fstat(src, &st) < 0)
		return nserr_set(e, errno, "cannot query the source of '%s'", p->path);
	/* nodev on the bind of a device node would make the node itself inaccessible */
	if (r->nodev && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		all.set = root_attributes(r, o);
	if (r->legacy)
		return root_legacy_bind(r, src, p, &all, e);
	return move_to(r, clone_tree(r, src, &all, e), p, false, e);
}

int root_place_bind(struct root *r, int src, const char *path, const struct mntopt *o,
		    struct nserr *e)
{
	struct root_place p = { .fd = -1 };
	int rc;

	if (o->n > 0)
		return nserr_set(e, 0, "%s: unknown option '%s' for a bind", path, o->param[0]);
	rc = place(r, src, path, o, &p, e);
	if (rc == 0)
		rc = note(r, path, root_place_bind_on(r, src, &p, o, e), e);
	root_done(r, p.fd);
	return rc;
}
