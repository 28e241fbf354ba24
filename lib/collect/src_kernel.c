// SPDX-License-Identifier: GPL-2.0-or-later
/* src_kernel: adds the namespaces that the kernel lists. listns(2) lists all namespaces since Linux
 * 6.19, and NS_MNT_GET_NEXT lists the mount namespaces since Linux 6.12. */
#include "collect/src_bpf.h"

#include <sys/stat.h>

#include "kernel/sys_ns.h"

/* Returns true if rc means that the kernel does not provide the list: it returns -EPERM without
 * CAP_SYS_ADMIN over the namespace, and older kernels return -ENOTTY, -EINVAL or -ENOSYS. */
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
	if (!type) /* ignore a namespace type that is missing in lib/ns/type.c */
		return flag < 0 ? nserr_set(e, (int)flag, "cannot examine a namespace") : 0;
	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot examine a namespace");
	ns = nstab_get(&c->tab, type, (uint32_t)st.st_ino);
	if (!ns)
		return nserr_set(e, ENOMEM, "cannot list namespaces");
	return collect_inspect(c, ns, fd, e);
}

/* Adds the mount namespaces that step() returns, from start to the end of the kernel's list. Closes
 * start. Returns 0 or a negative errno. Sets e unless step() has failed. */
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

/* Adds all mount namespaces and sets c->all_mnt. Returns 0 or a negative errno. Sets e only if
 * add() fails; collect_kernel() sets it after other errors. */
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

/* Adds the mount namespaces that the BPF iterators have listed (Linux 6.18) and that are not in the
 * table yet. Sets c->all_mnt. Returns 0 or a negative errno. Sets e only if add() fails. */
static int list_mnt_by_bpf(struct collect *c, struct nserr *e)
{
	const struct nstype *mnt = &nstypes[NSTYPE_MNT];
	const struct bpf_pairs *list = &c->bpf->mnt_ns;

	for (size_t i = 0; i < list->n; i++) {
		uint32_t inode = (uint32_t)list->pair[i].of;
		const struct ns *ns = nstab_find(&c->tab, mnt, inode);
		cleanup_fd int fd = -1;
		int rc;

		if (ns && ns->opened && ns->mnt_id == list->pair[i].id)
			continue;
		fd = sys_ns_open_id(list->pair[i].id, (uint32_t)mnt->flag, inode);
		if (fd == -ESTALE ||
		    /* the namespace has vanished, or the entry is the head of the list */
		    fd == -ENOENT)
			continue;
		rc = fd < 0 ? fd : add(c, fd, e);
		if (rc < 0)
			return rc;
	}
	c->all_mnt = true;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The sorted ids of the namespaces that need not be opened. */
struct known {
	uint64_t *id;
	size_t n;
};

/* Collects the ids that BPF iterators found. Returns 0 or -ENOMEM. */
static int collect_known(const struct collect *c, struct known *known)
{
	known->id = calloc(c->tab.n + 1, sizeof(*known->id));
	if (!known->id)
		return -ENOMEM;
	for (size_t i = 0; c->bpf && i < c->tab.n; i++)
		if (c->tab.all[i]->opened && c->tab.all[i]->id)
			known->id[known->n++] = c->tab.all[i]->id;
	qsort(known->id, known->n, sizeof(*known->id), by_number);
	return 0;
}

/* Adds the namespaces with the n ids, except those in `known`. Returns 0 or a negative errno. Sets
 * e only if add() fails. */
static int add_ids(struct collect *c, const struct known *known, const uint64_t *ids, size_t n,
		   struct nserr *e)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_fd int fd = -1;
		int rc;

		if (known->n && bsearch(&ids[i], known->id, known->n, sizeof(ids[i]), by_number))
			continue;
		fd = sys_ns_open_id(ids[i], 0, 0);
		if (fd == -ESTALE) /* the namespace has vanished, or is not visible to the caller */
			continue;
		rc = fd < 0 ? fd : add(c, fd, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Adds all namespaces. Returns 0 or a negative errno. Sets e only if add() fails; collect_kernel()
 * sets it after other errors. */
static int list_all(struct collect *c, struct nserr *e)
{
	struct sys_ns_id_req req = { .size = sizeof(req) };
	struct known known = { 0 };
	uint64_t ids[512];
	ssize_t n;
	int rc = 0;

	/* list all types, because early 6.19 kernels could not list a single type in several
	 * calls */
	while (rc == 0 && (n = sys_listns(&req, ids, ARRAY_SIZE(ids))) != 0) {
		if (n < 0)
			rc = (int)n;
		else if (!known.id)
			rc = collect_known(c, &known);
		if (rc == 0)
			rc = add_ids(c, &known, ids, (size_t)n, e);
		if (rc == 0)
			req.ns_id = ids[n - 1];
	}
	free(known.id);
	return rc;
}

int collect_kernel(struct collect *c, struct nserr *e)
{
	int (*const lists[])(struct collect * c, struct nserr * e) = {
		list_all, c->bpf && c->bpf->mnt_ns.known ? list_mnt_by_bpf : list_mnt
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		int rc = lists[i](c, e);

		if (rc < 0 && e->what[0])
			return rc;
		if (rc < 0 && !is_missing(rc))
			return nserr_set(e, rc, "cannot list namespaces");
	}
	return 0;
}
