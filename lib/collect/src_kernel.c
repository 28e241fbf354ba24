// SPDX-License-Identifier: GPL-2.0-or-later
/* src_kernel: adds the namespaces that the kernel lists: all of them with listns(2), 6.19, or at
 * least the mount namespaces with NS_MNT_GET_NEXT, 6.12. */
#include "collect/worker.h"

#include <sys/stat.h>

#include "kernel/sys_ns.h"

/* Returns true if the list is not available: -EPERM without CAP_SYS_ADMIN over the namespace,
 * -ENOTTY, -EINVAL or -ENOSYS on older kernels. */
static bool is_missing(int rc)
{
	return rc == -EPERM || rc == -EACCES || rc == -ENOTTY || rc == -EINVAL || rc == -ENOSYS ||
	       rc == -EOPNOTSUPP;
}

/* Adds the namespace that fd refers to, with its id, parent and owner. Returns 0, or a negative
 * errno with e set. */
static int add(struct collect *c, int fd, struct nserr *e)
{
	const struct nstype *type;
	int64_t flag = sys_ns_type(fd);
	struct ns *ns;
	struct stat st;

	type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	if (!type) /* a namespace type that lib/ns/type.c does not know */
		return flag < 0 ? nserr_set(e, (int)flag, "cannot read a namespace") : 0;
	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot read a namespace");
	ns = nstab_get(&c->tab, type, (uint32_t)st.st_ino);
	if (!ns)
		return nserr_set(e, ENOMEM, "cannot list namespaces");
	return collect_inspect(c, ns, fd, e);
}

/* Adds the mount namespaces in one direction from start, and closes start. Returns 0, or a negative
 * errno (with e set unless step failed). */
static int walk_mnt(struct collect *c, int start, int (*step)(int fd), struct nserr *e)
{
	int fd = start, rc = 0;

	for (;;) {
		int next = step(fd);

		close(fd);
		if (next < 0)
			return next == -ENOENT ? 0 : next;
		rc = add(c, next, e);
		if (rc < 0) {
			close(next);
			return rc;
		}
		fd = next;
	}
}

/* Adds all mount namespaces and sets c->all_mnt. Returns 0 or a negative errno, perhaps with e set.
 */
static int list_mnt(struct collect *c, struct nserr *e)
{
	static int (*const steps[])(int fd) = { sys_ns_mnt_next, sys_ns_mnt_prev };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && rc == 0; i++) {
		int fd = nsfile_open_proc(c->q.proc, "self/ns/mnt");

		if (fd < 0)
			return scan_gone(fd) || is_missing(fd) ? -EOPNOTSUPP : fd;
		rc = add(c, fd, e);
		if (rc < 0)
			close(fd);
		else
			rc = walk_mnt(c, fd, steps[i], e);
	}
	if (rc == 0)
		c->all_mnt = true;
	return rc;
}

/* Adds all namespaces. Returns 0 or a negative errno, perhaps with e set. */
static int list_all(struct collect *c, struct nserr *e)
{
	struct sys_ns_id_req req = { .size = sizeof(req) };
	uint64_t ids[512];

	for (;;) {
		/* all types: early 6.19 kernels could not page through a single type */
		ssize_t n = sys_listns(&req, ids, ARRAY_SIZE(ids));

		if (n <= 0)
			return (int)n;
		for (ssize_t i = 0; i < n; i++) {
			cleanup_fd int fd = sys_ns_open_id(ids[i], 0, 0);
			int rc;

			req.ns_id = ids[i];
			if (fd == -ESTALE) /* it has vanished, or the caller may not see it */
				continue;
			if (fd < 0)
				return fd;
			rc = add(c, fd, e);
			if (rc < 0)
				return rc;
		}
	}
}

int collect_kernel(struct collect *c, struct nserr *e)
{
	static int (*const lists[])(struct collect * c, struct nserr * e) = { list_all, list_mnt };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		int rc = lists[i](c, e);

		if (rc < 0 && !is_missing(rc))
			return e->what[0] ? rc : nserr_set(e, rc, "cannot list namespaces");
	}
	return 0;
}
