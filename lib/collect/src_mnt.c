// SPDX-License-Identifier: GPL-2.0-or-later
/* src_mnt: finds namespace files that are mounted in any mount namespace. */
#include "collect/src_bpf.h"

#include <linux/capability.h>
#include <stdio.h>

#include "kernel/mountinfo.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "ns/inside.h"

/* Records an nsfs mount: root is "net:[inode]", path is relative to the root of the mount namespace
 * `where`. Returns 0, or a negative errno with e set. */
static int add_mount(struct collect *c, struct ns *where, const char *root, const char *path,
		     struct nserr *e)
{
	const struct nstype *type;
	uint64_t inode;
	struct ns *ns;

	if (nstype_parse_link(root, strlen(root), &type, &inode) < 0 ||
	    !(c->types & NSTYPE_BIT(nstype_index(type))))
		return 0;
	ns = nstab_get(&c->tab, type, (uint32_t)inode);
	if (!ns || nstab_hold(ns, NSHOLD_MNT, 0, 0, path) < 0)
		return nserr_set(e, ENOMEM, "cannot list namespaces");
	nstab_last_holder(ns)->where = where;
	ns->nmounts++;
	/* try again to open the namespace, because its other holders may have ended, for example
	 * if they were descriptors of another nslist */
	if (!ns->opened)
		ns->untried = c->tab.untried = true;
	return 0;
}

/* Records the file system type of the last mount on "/", which is the visible mount. Returns 0, or
 * a negative errno with e set. */
static int note_root(struct ns *where, const char *path, const char *fstype, struct nserr *e)
{
	if (!streq(path, "/"))
		return 0;
	free(where->rootfs);
	where->rootfs = strdup(fstype);
	return where->rootfs ? 0 : nserr_set(e, ENOMEM, "cannot list namespaces");
}

/* ---- statmount(2) and listmount(2), which accept the id of any mount namespace since 6.11 ---- */

/* Records one mount of the mount namespace `where`. Returns 0 or a negative errno. Sets e unless
 * statmount(2) has failed. */
static int stat_one(struct collect *c, struct ns *where, uint64_t id, struct nserr *e)
{
	union {
		struct sys_statmount m;
		char space[sizeof(struct sys_statmount) + 2 * 4096 + 256];
	} u;
	int rc = sys_statmount(where->mnt_id, id,
			       SYS_STATMOUNT_FS_TYPE | SYS_STATMOUNT_MNT_ROOT |
				       SYS_STATMOUNT_MNT_POINT,
			       &u.m, sizeof(u));

	/* the mount has vanished, or its path is longer than PATH_MAX */
	if (rc == -ENOENT || rc == -EOVERFLOW)
		return 0;
	if (rc < 0)
		return rc;
	where->mounts++;
	rc = note_root(where, u.m.str + u.m.mnt_point, u.m.str + u.m.fs_type, e);
	if (rc < 0)
		return rc;
	if (!streq(u.m.str + u.m.fs_type, "nsfs"))
		return 0;
	return add_mount(c, where, u.m.str + u.m.mnt_root, u.m.str + u.m.mnt_point, e);
}

/* Records all mounts of `where` with listmount(2). Returns 0 or a negative errno: -EOPNOTSUPP if
 * the id of `where` is unknown. Sets e only for -ENOMEM; scan() sets it after other errors. */
static int by_listmount(struct collect *c, struct ns *where, struct nserr *e)
{
	uint64_t ids[512], last = 0;
	int rc = 0;

	if (!where->mnt_id)
		return -EOPNOTSUPP;
	while (rc == 0) {
		ssize_t n = sys_listmount(where->mnt_id, SYS_LSMT_ROOT, last, ids, ARRAY_SIZE(ids));

		if (n <= 0)
			return (int)n;
		for (ssize_t i = 0; i < n && rc == 0; i++)
			rc = stat_one(c, where, ids[i], e);
		last = ids[n - 1];
	}
	return rc;
}

/* ---- mountinfo of a process in the mount namespace ---- */

/* Records a line of mountinfo. Returns 0, or a negative errno with e set. */
static int add_line(struct collect *c, struct ns *where, const struct mountinfo_line *l,
		    struct nserr *e)
{
	int rc = note_root(where, l->target, l->fstype, e);

	where->mounts++;
	if (rc < 0 || !streq(l->fstype, "nsfs"))
		return rc;
	return add_mount(c, where, l->root, l->target, e);
}

struct own_mountinfo {
	const struct collect *c;
	struct mountinfo *m;
};

/* Reads the mountinfo of the calling thread, which nsinside_call() has moved to another mount
 * namespace. Returns 0 or a negative errno. */
static int read_own_mountinfo(void *arg)
{
	const struct own_mountinfo *own = arg;

	return mountinfo_read_at(own->m, own->c->q.proc, "thread-self/mountinfo");
}

int collect_mountinfo(const struct collect *c, const struct ns *where, struct mountinfo *m)
{
	struct own_mountinfo own = { c, m };
	struct procfs_path path;
	cleanup_fd int fd = -1;

	if (where->pid) {
		procfs_path_set(&path, where->pid);
		return mountinfo_read_at(m, c->q.proc, procfs_path_at(&path, "mountinfo"));
	}
	if (!c->q.self)
		return -EOPNOTSUPP;
	fd = collect_open(c, where);
	return fd < 0 ? fd : nsinside_call(fd, where->type, read_own_mountinfo, &own);
}

/* Records all mounts of `where` from mountinfo. Returns 0 or a negative errno. Sets e unless
 * mountinfo cannot be read. */
static int by_mountinfo(struct collect *c, struct ns *where, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	int rc = collect_mountinfo(c, where, &m);

	where->mounts = 0; /* by_listmount() may have counted some mounts before the failure, so
			      count again from 0 */
	while (rc == 0 && mountinfo_next(&m, &line))
		rc = add_line(c, where, &line, e);
	return rc;
}

/* ---- The choice of the method */

/* Records all mounts of `where`. If the caller may not read them, counts the mount namespace as
 * missed. Returns 0, or a negative errno with e set. */
static int scan(struct collect *c, struct ns *where, struct nserr *e)
{
	int rc = by_listmount(c, where, e);

	if (rc == -ENOSYS || rc == -EOPNOTSUPP || rc == -EPERM || rc == -EINVAL)
		rc = by_mountinfo(c, where, e);
	if (e->what[0])
		return rc;
	/* sys_ns_open_id() fails with ESTALE if the namespace has vanished or the caller may not
	 * open it */
	if (rc == -ESTALE)
		rc = sys_cap_has(CAP_SYS_ADMIN) ? -ENOENT : -EPERM;
	switch (rc) {
	case 0:
		return 0;
	case -ENOENT: /* the mount namespace has vanished */
	case -ESRCH:
		return 0;
	case -EPERM:
	case -EACCES:
	/* nsfile_open_mount() returns EAGAIN if the path can only be resolved by a file server */
	case -EAGAIN:
	case -EOPNOTSUPP:
	case -EINVAL:
		nsmissed_add(&c->missed, NSMISSED_MNT, rc);
		return 0;
	default:
		return nserr_set(e, rc, "cannot list the mounts of mount namespace %u",
				 where->inode);
	}
}

/* Returns the mount namespace with the 64-bit id, or NULL. */
static struct ns *find_by_id(const struct collect *c, uint64_t id)
{
	static const struct nstype *const mnt = &nstypes[NSTYPE_MNT];

	for (size_t i = 0; i < c->tab.n; i++)
		if (c->tab.all[i]->type == mnt && c->tab.all[i]->mnt_id == id)
			return c->tab.all[i];
	return NULL;
}

/* Records the mounts that the BPF iterators listed, sorted by mount namespace. Returns 0 or a
 * negative errno. Sets e unless statmount(2) has failed. */
static int by_bpf(struct collect *c, struct nserr *e)
{
	const struct bpf_pairs *list = &c->bpf->mounts;
	cleanup_free bool *done = calloc(list->n + 1, sizeof(*done));
	bool more;

	if (!done)
		return nserr_set(e, ENOMEM, "cannot list namespaces");
	/* repeat the loop until it finds no mount, because some mount namespaces can only be opened
	 * through a mount in another mount namespace */
	do {
		struct ns *where = NULL;
		int rc = 0;

		more = false;
		for (size_t i = 0; i < list->n && rc == 0; i++) {
			if (done[i])
				continue;
			if (!where || where->mnt_id != list->pair[i].id)
				where = find_by_id(c, list->pair[i].id);
			if (!where)
				continue;
			done[i] = more = true;
			rc = stat_one(c, where, list->pair[i].of, e);
		}
		if (rc == 0)
			rc = collect_relate(c, e);
		if (rc < 0)
			return rc;
	} while (more);
	return 0;
}

/* Clears the numbers of mounts, because by_bpf() has counted only mounts of namespace files. */
static void forget_counts(struct collect *c)
{
	for (size_t i = 0; i < c->tab.n; i++)
		c->tab.all[i]->mounts = 0;
}

int collect_mnt(struct collect *c, struct nserr *e)
{
	if (!(c->sources & NSTYPE_BIT(COLLECT_MNT)))
		return 0;
	if (c->bpf && c->bpf->mounts.known && !c->q.mount_details) {
		int rc = by_bpf(c, e);

		forget_counts(c);
		if (rc == 0 || e->what[0])
			return rc;
		/* the caller may not use statmount(2), so nothing was recorded; scan each mount
		 * namespace */
	}
	/* a mount namespace may be mounted in another mount namespace, so the table grows during
	 * the loop */
	for (size_t i = 0; i < c->tab.n; i++) {
		struct ns *ns = c->tab.all[i];
		int rc;

		if (ns->type != &nstypes[NSTYPE_MNT])
			continue;
		rc = scan(c, ns, e);
		if (rc == 0)
			rc = collect_relate(c, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}
