// SPDX-License-Identifier: GPL-2.0-or-later
/* src_children: finds pid and time namespaces of future children (*_for_children). */
#include "collect/worker.h"

#include <sys/stat.h>

#include "kernel/sys_pidfd.h"

/*
 * Counts a pid namespace for future children that cannot be opened on this kernel. Its existence is
 * known only because the link pid_for_children is missing. A pidfd gives access to it since Linux
 * 6.11, and pidfds of threads exist since Linux 6.9. A zombie, which also lacks time_for_children,
 * is not counted.
 */
static void note_unknown(struct worker *w, const struct nsfind *f)
{
	struct procfs_path path;
	uint32_t inode;

	procfs_path_set(&path, f->num);
	if (f->type == NSTYPE_PID &&
	    procfs_link(w->c->q.proc, procfs_path_at(&path, "ns/time_for_children"),
			&nstypes[NSTYPE_TIME], &inode) == 0)
		nsmissed_add(&w->missed, NSMISSED_NS, -ENOSYS);
}

/* Finds a pid namespace that has no process yet. /proc does not show this namespace, but a pidfd
 * gives access to it. Returns WORKER_*, or a negative errno with w->e set. */
static int by_pidfd(struct worker *w, struct nsfind *f)
{
	cleanup_fd int pidfd = sys_pidfd_open_task(f->num);
	cleanup_fd int ns = pidfd < 0 ? pidfd : sys_pidfd_child_ns(pidfd, nstypes[f->type].flag);
	struct stat st;

	if (ns == -EMFILE || ns == -ENFILE || ns == -ENOMEM || ns == -EIO)
		return nserr_set(&w->e, ns, "cannot read the namespaces of process %d",
				 (int)f->pid);
	if (ns == -ENOTTY || ns == -ENOSYS || ns == -EINVAL)
		note_unknown(w, f);
	if (ns < 0 || fstat(ns, &st) < 0)
		return WORKER_GONE;
	f->inode = (uint32_t)st.st_ino;
	return WORKER_OK;
}

int collect_child(struct worker *w, struct procfs_path *path, struct nsfind *f)
{
	int rc = worker_link(w, procfs_path_at(path, nstypes[f->type].child_file),
			     &nstypes[f->type], &f->inode);

	return rc == WORKER_GONE && w->c->q.self ? by_pidfd(w, f) : rc;
}

int collect_children_of(struct worker *w, struct procfs_path *path, const uint32_t *own,
			const uint32_t *known, pid_t pid, pid_t tid)
{
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_CHILDREN, i, pid, tid, known ? known[i] : 0, 0 };
		int rc = WORKER_OK;

		if (!nstypes[i].child_file || own[i] == 0)
			continue;
		if (!f.inode)
			rc = collect_child(w, path, &f);
		if (rc == WORKER_OK && f.inode != own[i])
			rc = worker_found(w, &f);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int collect_children(struct worker *w, struct nsmember *m)
{
	struct procfs_path path;

	procfs_path_set(&path, m->pid);
	return collect_children_of(w, &path, m->inode, w->children, m->pid, m->pid);
}
