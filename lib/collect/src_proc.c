// SPDX-License-Identifier: GPL-2.0-or-later
/* src_proc: reads the namespaces of a process, with one readlinkat(2) per type. */
#include "collect/worker.h"

/*
 * Reads the inode of one namespace type. For pid and time namespaces, reads the link of future
 * children first. If that namespace is the topmost one, the process itself is in it, too, and the
 * second link need not be read. The two links differ only after unshare(2), which creates a new
 * namespace, or after setns(2), which enters only descendants of a pid namespace
 * (pid_namespaces(7), time_namespaces(7)). Returns WORKER_*, or a negative errno with w->e set.
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
