// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_children: pid and time namespaces that a process has made and is not in itself. */
#include "nscollect_source.h"

int nscollect_children_of(struct nsworker *w, struct nsproc_path *path, const uint32_t *own,
			  pid_t pid, pid_t tid)
{
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_CHILDREN, i, pid, tid, 0, 0 };
		int rc;

		if (!nstypes[i].child_file || !(w->c->types & NSTYPE_BIT(i)))
			continue;
		/* the link of a pid namespace dangles until it has had its first process */
		rc = nsworker_link(w, nsproc_path_at(path, nstypes[i].child_file), &nstypes[i],
				   &f.inode);
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
	return nscollect_children_of(w, &path, m->inode, m->pid, m->pid);
}
