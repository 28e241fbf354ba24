// SPDX-License-Identifier: GPL-2.0-or-later
/* relate: opens each namespace once and adds its parents and owners to the table. */
#include "collect/worker.h"

#include <sys/stat.h>

#include "kernel/sys_ns.h"

/* Sets e to the message that the namespace cannot be examined. Returns the negative errno. */
static int cannot(int err, const struct ns *ns, struct nserr *e)
{
	return nserr_set(e, err, "cannot examine %s namespace %u", ns->type->name, ns->inode);
}

/* Returns true if the error rc of ioctl_ns(2) means that there is no such namespace, that it is not
 * visible to the caller, or that the kernel is too old. */
static bool is_answer(int rc)
{
	return rc == -EPERM || rc == -EINVAL || rc == -ENOTTY || rc == -EOPNOTSUPP || rc == -ENOSYS;
}

/*
 * Adds the parent or the owner of ns, to which the descriptor `up` refers, and the ancestors of
 * this namespace. Stores the parent or owner in *out. If `up` is a negative errno that means that
 * the parent or owner does not exist or is not visible, leaves *out unchanged. Closes `up`. Returns
 * 0, or a negative errno with e set.
 */
static int climb(struct collect *c, const struct ns *ns, const struct nstype *type, int up,
		 enum nshold_kind kind, struct ns **out, struct nserr *e)
{
	cleanup_fd int fd = up;
	struct stat st;

	if (fd < 0)
		return is_answer(fd) ? 0 : cannot(fd, ns, e);
	if (fstat(fd, &st) < 0)
		return cannot(errno, ns, e);
	*out = nstab_get(&c->tab, type, (uint32_t)st.st_ino);
	if (!*out)
		return cannot(ENOMEM, ns, e);
	(*out)->held |= NSHOLD_BIT(kind);
	return collect_inspect(c, *out, fd, e);
}

/* Reads the ids and the creator of a namespace if the kernel reports them. Returns 0 or a negative
 * errno. */
static int read_ids(struct ns *ns, int fd)
{
	int rc = sys_ns_id(fd, &ns->id);

	if (ns->type == &nstypes[NSTYPE_MNT] && (rc == 0 || is_answer(rc)))
		rc = sys_ns_mnt_id(fd, &ns->mnt_id);
	if (ns->type == &nstypes[NSTYPE_USER] && (rc == 0 || is_answer(rc)))
		rc = sys_ns_owner_uid(fd, &ns->creator);
	return rc < 0 && is_answer(rc) ? 0 : rc;
}

/* The recursion ends, because the kernel limits the nesting of namespaces to 32 levels. */
int collect_inspect(struct collect *c, struct ns *ns, int fd, struct nserr *e)
{
	int rc;

	if (ns->opened)
		return 0;
	ns->opened = true;
	rc = read_ids(ns, fd);
	if (rc < 0)
		return cannot(rc, ns, e);
	if (ns->type->hierarchical)
		rc = climb(c, ns, ns->type, sys_ns_parent(fd), NSHOLD_PARENT, &ns->parent, e);
	if (rc == 0)
		rc = climb(c, ns, &nstypes[NSTYPE_USER], sys_ns_owner(fd), NSHOLD_OWNER, &ns->owner,
			   e);
	return rc;
}

/* Opens ns, and adds its parents and owners to the table. Returns 0, or a negative errno with e
 * set. */
static int relate_one(struct collect *c, struct ns *ns, struct nserr *e)
{
	cleanup_fd int fd = collect_open(c, ns);

	if (fd < 0 && !collect_is_gone(fd))
		return cannot(fd, ns, e);
	if (fd >= 0)
		ns->closed = 0;
	else if (fd == -EACCES || fd == -EPERM || fd == -EAGAIN || fd == -ENOSYS)
		ns->closed = fd;
	return fd < 0 ? 0 : collect_inspect(c, ns, fd, e);
}

int collect_relate(struct collect *c, struct nserr *e)
{
	int rc = 0;

	if (!c->tab.untried)
		return 0;
	/* the loop skips the parents and owners that it appends to the table, because they were
	 * opened already */
	for (size_t i = 0; i < c->tab.n && rc == 0; i++) {
		struct ns *ns = c->tab.all[i];

		if (!ns->untried)
			continue;
		ns->untried = false;
		if (!ns->opened &&
		    (!c->q.related || c->q.related & NSTYPE_BIT(nstype_index(ns->type))))
			rc = relate_one(c, ns, e);
	}
	c->tab.untried = false;
	return rc;
}

void collect_count_closed(struct collect *c)
{
	for (size_t i = 0; i < c->tab.n; i++)
		if (c->tab.all[i]->closed)
			nsmissed_add(&c->missed, NSMISSED_NS, c->tab.all[i]->closed);
}
