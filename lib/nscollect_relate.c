// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_relate: opens each distinct namespace once and climbs to parents and owners. */
#include "nscollect_source.h"

#include <stdio.h>
#include <sys/stat.h>

#include "file.h"
#include "sys_ns.h"

static int out_of(int err, struct nserr *e)
{
	return nserr_set(e, err, "cannot open a namespace");
}

/* Whether an error of a namespace file means that no more can be opened, rather than this one. */
static bool is_shortage(int rc)
{
	return rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM;
}

static int inspect(struct nscollect *c, struct ns *ns, int fd, struct nserr *e);

/* The namespace behind fd, one step up; takes fd. */
static int climb(struct nscollect *c, const struct nstype *type, int up, enum nshold_kind kind,
		 struct ns **out, struct nserr *e)
{
	cleanup_fd int fd = up;
	struct stat st;

	/* -EPERM: none, or outside of what the caller may see; ioctl_ns(2) */
	if (fd < 0)
		return is_shortage(fd) ? out_of(fd, e) : 0;
	if (fstat(fd, &st) < 0)
		return out_of(errno, e);
	*out = nstab_get(&c->tab, type, (uint32_t)st.st_ino);
	if (!*out)
		return out_of(ENOMEM, e);
	(*out)->held |= NSHOLD_BIT(kind);
	return inspect(c, *out, fd, e);
}

/* Asks the kernel all about one namespace. The kernel nests them at most 32 deep. */
static int inspect(struct nscollect *c, struct ns *ns, int fd, struct nserr *e)
{
	int rc = 0;

	if (ns->opened)
		return 0;
	ns->opened = true;
	if (sys_ns_id(fd, &ns->id) < 0 && ns->type == &nstypes[NSTYPE_MNT])
		(void)!sys_ns_mnt_id(fd, &ns->id);
	if (ns->type == &nstypes[NSTYPE_USER])
		(void)!sys_ns_owner_uid(fd, &ns->creator);
	if (ns->type->hierarchical)
		rc = climb(c, ns->type, sys_ns_parent(fd), NSHOLD_PARENT, &ns->parent, e);
	if (rc == 0)
		rc = climb(c, &nstypes[NSTYPE_USER], sys_ns_owner(fd), NSHOLD_OWNER, &ns->owner, e);
	return rc;
}

/* Opens path below the proc tree if it is that namespace. A descriptor or a negative errno. */
static int open_as(const struct nscollect *c, const struct ns *ns, const char *path)
{
	cleanup_fd int fd = file_open_at(c->proc, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || st.st_ino != ns->inode || sys_ns_type(fd) < 0)
		return -ENOENT;
	return TAKE_FD(fd);
}

static int open_held(const struct nscollect *c, const struct ns *ns, const struct nshold *h)
{
	struct nsproc_path path;

	const char *file = h->kind == NSHOLD_TASK ? ns->type->file : ns->type->child_file;

	if (h->kind != NSHOLD_TASK && h->kind != NSHOLD_CHILDREN)
		return -ENOENT;
	nsproc_path_set_task(&path, h->pid, h->num);
	return open_as(c, ns, nsproc_path_at(&path, file));
}

/* By the lowest process, which may have ended, then by the others and by what else holds it. */
static int open_ns(const struct nscollect *c, const struct ns *ns)
{
	const struct nsmember *first = ns->pid ? nscollect_member(c, ns->pid) : NULL;
	size_t type = nstype_index(ns->type), left = ns->nprocs;
	struct nsproc_path path;
	int fd = -ENOENT;

	for (size_t i = first ? (size_t)(first - c->members) : 0;
	     fd < 0 && !is_shortage(fd) && left > 0 && i < c->n; i++) {
		if (c->members[i].inode[type] != ns->inode)
			continue;
		left--;
		nsproc_path_set(&path, c->members[i].pid);
		fd = open_as(c, ns, nsproc_path_at(&path, ns->type->file));
	}
	for (const struct nshold *h = ns->holders; fd < 0 && !is_shortage(fd) && h; h = h->next)
		fd = open_held(c, ns, h);
	return fd;
}

int nscollect_relate(struct nscollect *c, struct nserr *e)
{
	/* what is added on the way has been opened already */
	for (size_t i = 0; i < c->tab.n; i++) {
		struct ns *ns = c->tab.all[i];
		cleanup_fd int fd = ns->opened ? -1 : open_ns(c, ns);
		int rc;

		if (is_shortage(fd))
			return out_of(fd, e);
		rc = fd < 0 ? 0 : inspect(c, ns, fd, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}
