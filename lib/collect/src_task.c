// SPDX-License-Identifier: GPL-2.0-or-later
/* src_task: finds threads that have left the namespaces of their process. */
#include "collect/worker.h"

#include <sys/stat.h>

#include "kernel/sys_pidfd.h"

/* Records the namespaces in which a thread differs from its process. Returns 0, or a negative errno
 * with w->e set. */
static int look_at_thread(struct worker *w, const struct nsmember *m, pid_t tid)
{
	struct procfs_path path;
	uint32_t own[NSTYPE_COUNT] = { 0 };

	procfs_path_set_task(&path, m->pid, tid);
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_TASK, i, m->pid, tid, 0, m->inode[i] };
		int rc;

		if (!(w->c->types & NSTYPE_BIT(i)))
			continue;
		rc = worker_link(w, procfs_path_at(&path, nstypes[i].file), &nstypes[i], &f.inode);
		own[i] = f.inode;
		if (rc == WORKER_OK && f.inode != m->inode[i])
			rc = worker_found(w, &f);
		if (rc < 0)
			return rc;
	}
	if (!(w->c->sources & NSTYPE_BIT(COLLECT_CHILDREN)))
		return 0;
	return collect_children_of(w, &path, own, NULL, m->pid, tid);
}

/*
 * Reads the descriptors of a thread that does not share them with its process, through /proc/TID.
 * This directory exists although /proc does not list it. Compares the thread with its process and
 * with *last, the last thread that was read here, because threads that share descriptors usually
 * follow each other in the list. If the kernel lacks kcmp(2), treats descriptors as shared. Returns
 * 0, or a negative errno with w->e set.
 */
static int look_at_its_fds(struct worker *w, const struct nsmember *m, pid_t tid, pid_t *last)
{
	struct nsmember thread = { .pid = tid };

	if (!(w->c->sources & COLLECT_DESCRIPTORS) || !w->c->q.self || m->pid == w->c->q.self)
		return 0;
	if (sys_same_files(m->pid, tid) != 0 ||
	    (*last != m->pid && sys_same_files(*last, tid) != 0))
		return 0;
	*last = tid;
	return collect_fd(w, &thread);
}

int collect_task(struct worker *w, struct nsmember *m)
{
	struct procfs_path path;
	struct stat st;
	pid_t with_fds = m->pid;
	int rc = 0;

	procfs_path_set(&path, m->pid);
	if (fstatat(w->c->q.proc, procfs_path_at(&path, "task"), &st, 0) < 0)
		return MIN(worker_error(w, -errno, path.s), 0);
	/* the link count of /proc/PID/task is 2 plus the number of threads, except in a fixture */
	m->nthreads = st.st_nlink > 2 ? (uint32_t)st.st_nlink - 2 : 1;
	if (m->nthreads == 1 && w->c->q.self)
		return 0;
	rc = scan_dir(w->c->q.proc, path.s, 0, &w->tids);
	if (rc < 0)
		return MIN(worker_error(w, rc, path.s), 0);
	m->nthreads = MAX((uint32_t)w->tids.n, 1u);
	for (size_t i = 0; i < w->tids.n && rc == 0; i++) {
		if (w->tids.id[i] == m->pid)
			continue;
		rc = look_at_thread(w, m, w->tids.id[i]);
		if (rc == 0)
			rc = look_at_its_fds(w, m, w->tids.id[i], &with_fds);
	}
	return rc;
}
