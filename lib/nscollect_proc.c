// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_proc: the namespaces that processes are in. Nothing but one readlinkat(2) a type. */
#include "nscollect_source.h"

int nscollect_proc(struct nsworker *w, struct nsmember *m)
{
	struct nsproc_path path;
	bool any = false;

	nsproc_path_set(&path, m->pid);
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		int rc;

		if (!(w->c->types & NSTYPE_BIT(i)))
			continue;
		rc = nsworker_link(w, nsproc_path_at(&path, nstypes[i].file), &nstypes[i],
				   &m->inode[i]);
		if (rc < 0 || rc == NSWORKER_DENIED)
			return rc;
		any |= rc == NSWORKER_OK;
	}
	return any ? 0 : NSWORKER_GONE;
}
