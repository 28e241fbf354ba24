// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_task: threads that are elsewhere than their process. Only where there is more than one.
 */
#include "nscollect_source.h"

#include <sys/stat.h>

#include "file.h"

static int look_at_thread(struct nsworker *w, const struct nsmember *m, pid_t tid)
{
	struct nsproc_path path;
	uint32_t own[NSTYPE_COUNT] = { 0 };

	nsproc_path_set_task(&path, m->pid, tid);
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_TASK, i, m->pid, tid, 0, m->inode[i] };
		int rc;

		if (!(w->c->types & NSTYPE_BIT(i)))
			continue;
		rc = nsworker_link(w, nsproc_path_at(&path, nstypes[i].file), &nstypes[i],
				   &f.inode);
		own[i] = f.inode;
		if (rc == NSWORKER_OK && f.inode != m->inode[i])
			rc = nsworker_found(w, &f);
		if (rc < 0)
			return rc;
	}
	if (!(w->c->sources & NSTYPE_BIT(NSCOLLECT_CHILDREN)))
		return 0;
	return nscollect_children_of(w, &path, own, NULL, m->pid, tid);
}

int nscollect_task(struct nsworker *w, struct nsmember *m)
{
	struct nsproc_path path;
	struct stat st;
	cleanup_fd int dir = -1;
	int rc = 0;

	nsproc_path_set(&path, m->pid);
	if (fstatat(w->c->proc, nsproc_path_at(&path, "task"), &st, 0) < 0)
		return MIN(nsworker_error(w, -errno, path.s), 0);
	/* a directory of directories: two links and one for each thread; not so in a fixture */
	m->nthreads = st.st_nlink > 2 ? (uint32_t)st.st_nlink - 2 : 1;
	if (m->nthreads == 1 && w->c->self)
		return 0;
	dir = file_open_at(w->c->proc, path.s, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return MIN(nsworker_error(w, dir, path.s), 0);
	rc = nsproc_numbers(dir, 0, &w->ids);
	if (rc < 0)
		return MIN(nsworker_error(w, rc, path.s), 0);
	m->nthreads = MAX((uint32_t)w->ids.n, 1u);
	for (size_t i = 0; i < w->ids.n && rc == 0; i++)
		if (w->ids.id[i] != m->pid)
			rc = look_at_thread(w, m, w->ids.id[i]);
	return rc;
}
