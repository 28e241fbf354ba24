// SPDX-License-Identifier: GPL-2.0-or-later
/* collect_proc: the namespaces that processes are in. Nothing but one readlinkat(2) a type. */
#include "collect/worker.h"

/*
 * Where the children to come will be in the topmost namespace that there is, the process is in it
 * as well: they are elsewhere than the process only after unshare(2), which makes a new one, or, in
 * the case of a pid namespace, after setns(2), which goes down only (pid_namespaces(7),
 * time_namespaces(7)). So one look does for both, where both are asked for.
 */
static int look(struct worker *w, struct procfs_path *path, struct nsmember *m, size_t i)
{
	const struct nstype *type = &nstypes[i];
	uint32_t top = w->c->top[i];

	if (top && w->c->sources & NSTYPE_BIT(COLLECT_CHILDREN)) {
		int rc = worker_link(w, procfs_path_at(path, type->child_file), type,
				     &w->children[i]);

		if (rc < 0)
			return rc;
		if (w->children[i] == top) {
			m->inode[i] = top;
			return WORKER_OK;
		}
	}
	return worker_link(w, procfs_path_at(path, type->file), type, &m->inode[i]);
}

int collect_proc(struct worker *w, struct nsmember *m)
{
	struct procfs_path path;
	bool any = false;

	procfs_path_set(&path, m->pid);
	memset(w->children, 0, sizeof(w->children));
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc;

		if (!(w->c->types & NSTYPE_BIT(i)))
			continue;
		rc = look(w, &path, m, i);
		if (rc < 0 || rc == WORKER_DENIED)
			return rc;
		any |= rc == WORKER_OK;
	}
	return any ? 0 : WORKER_GONE;
}
