// SPDX-License-Identifier: GPL-2.0-or-later
/* place: finds or creates a path in a root under construction, and mounts on it. */
#include "root/place.h"

#include <fcntl.h>

#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"
#include "root/cause.h"
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

/* Examines the open mount point p->fd and sets the members dir, mount and ours of p. Returns 0, or
 * a negative errno with e set. */
static int look(const struct root *r, struct root_place *p, struct nserr *e)
{
	struct statx st;

	if (statx(p->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MNT_ID, &st) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", p->path);
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
	p->fd = root_open_named(r, path, 0, e);
	if (p->fd < 0)
		return p->fd;
	rc = look(r, p, e);
	if (rc < 0)
		util_close(&p->fd);
	return rc;
}

/* Checks that a mount on this mount point would not cover the mount of an earlier option, for
 * example because two paths lead to the same directory. Returns 0, or -EBUSY with e set. */
static int refuse_cover(const struct root *r, const struct root_place *p, struct nserr *e)
{
	const char *hidden = p->mount ? root_mounts_at(&r->mounts, p->fd) : NULL;

	if (!hidden)
		return 0;
	nserr_set(e, 0, "a mount on '%s' would hide the earlier mount on '%s'", p->path, hidden);
	return -EBUSY;
}

/* Opens the mount point. Creates it if it is missing, with the type of src, or as a directory if
 * src is negative. Returns 0, or a negative errno with e set. */
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
	if (p->fd >= 0) {
		int rc = look(r, p, e);

		return rc < 0 ? rc : refuse_cover(r, p, e);
	}
	nserr_set(e, p->fd, "cannot create '%s' in the new root", path);
	root_explain_readonly(r, path, e);
	return p->fd;
}

int root_place_mount_on(struct root *r, const char *type, const struct root_place *p,
			const struct mntopt *o, struct nserr *e)
{
	struct mntopt all = *o;
	int rc;

	all.set = root_attributes(r, o);
	rc = r->ops->mount(r, type, p, &all, e);
	if (rc < 0)
		root_explain_type(-1, p, e);
	return rc;
}

/* Records the mount mnt on path in r->mounts. Takes ownership of mnt. A negative mnt is the error
 * with which its creation failed. Returns mnt, or a negative errno with e set. */
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

int root_place_bind_on(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		       struct nserr *e)
{
	struct mntopt all = *o;
	struct stat st;
	int rc;

	if (r->nodev && fstat(src, &st) < 0)
		return nserr_set(e, errno, "cannot examine the source of the mount on '%s'",
				 p->path);
	/* do not set nodev on the bind mount of a device node, because the node would become
	 * inaccessible */
	if (r->nodev && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		all.set = root_attributes(r, o);
	rc = r->ops->bind(r, src, p, &all, e);
	if (rc < 0)
		root_explain_type(src, p, e);
	return rc;
}

int root_place_bind(struct root *r, int src, const char *path, const struct mntopt *o,
		    struct nserr *e)
{
	struct root_place p = { .fd = -1 };
	int rc;

	if (o->n > 0)
		return nserr_set(e, 0, "%s: unknown option '%s' for a bind mount", path,
				 o->param[0]);
	/* Refuse a shared bind mount on an attached tree: the mounts of the old root are slaves by
	 * then, so a clone would not be a peer of the caller's mount. Before Linux 6.15, the first
	 * mount on a detached tree attaches the tree. */
	if (o->propagation == MS_SHARED && r->state == ROOT_ATTACHED)
		return nserr_set(e, 0, "%s: a shared bind mount needs Linux 6.15", path);
	rc = place(r, src, path, o, &p, e);
	if (rc == 0)
		rc = note(r, path, root_place_bind_on(r, src, &p, o, e), e);
	root_done(r, p.fd);
	return rc;
}
