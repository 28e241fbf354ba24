// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_children: pid and time namespaces that a process has made and is not in itself. */
#include "nscollect_source.h"

#include <sys/stat.h>

#include "sys_pidfd.h"

/* Before 6.11 nothing tells of such a namespace (for threads 6.9), only that there is one: a
 * process without it that is no zombie, which has none of either kind. */
static void note_unknown(struct nsworker *w, const struct nsfind *f)
{
	struct nsproc_path path;
	uint32_t inode;

	nsproc_path_set(&path, f->num);
	if (f->type == NSTYPE_PID &&
	    nsproc_link(w->c->proc, nsproc_path_at(&path, "ns/time_for_children"),
			&nstypes[NSTYPE_TIME], &inode) == 0)
		nsmissed_add(&w->missed, NSMISSED_NS, -ENOSYS);
}

/* A pid namespace is not in /proc before it has had its first process, but a pidfd shows it. */
static int by_pidfd(struct nsworker *w, struct nsfind *f)
{
	cleanup_fd int pidfd = sys_pidfd_open_task(f->num);
	cleanup_fd int ns = pidfd < 0 ? pidfd : sys_pidfd_child_ns(pidfd, nstypes[f->type].flag);
	struct stat st;

	if (ns == -EMFILE || ns == -ENFILE || ns == -ENOMEM || ns == -EIO)
		return nserr_set(&w->e, ns, "cannot look at process %d", (int)f->pid);
	if (ns == -ENOTTY || ns == -ENOSYS || ns == -EINVAL)
		note_unknown(w, f);
	if (ns < 0 || fstat(ns, &st) < 0)
		return NSWORKER_GONE;
	f->inode = (uint32_t)st.st_ino;
	return NSWORKER_OK;
}

int nscollect_children_of(struct nsworker *w, struct nsproc_path *path, const uint32_t *own,
			  const uint32_t *known, pid_t pid, pid_t tid)
{
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_CHILDREN, i, pid, tid, known ? known[i] : 0, 0 };
		int rc = NSWORKER_OK;

		if (!nstypes[i].child_file || own[i] == 0)
			continue;
		if (!f.inode)
			rc = nsworker_link(w, nsproc_path_at(path, nstypes[i].child_file),
					   &nstypes[i], &f.inode);
		if (rc == NSWORKER_GONE && w->c->self)
			rc = by_pidfd(w, &f);
		if (rc == NSWORKER_OK && f.inode != own[i])
			rc = nsworker_found(w, &f);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int nscollect_children(struct nsworker *w, struct nsmember *m)
{
	struct nsproc_path path;

	nsproc_path_set(&path, m->pid);
	return nscollect_children_of(w, &path, m->inode, w->children, m->pid, m->pid);
}
