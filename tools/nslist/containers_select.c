// SPDX-License-Identifier: GPL-2.0-or-later
/* containers_select: selects the rows of --containers. */
#include "containers.h"

/* Returns true if the target is a process in the container, or a namespace that the first process
 * of the container does not share with the caller. */
static bool is_in(const struct run *run, const struct target *t, const struct container *box)
{
	const struct nsmember *m = collect_member(&run->c, t->pid ? t->pid : box->pid);

	if (t->pid)
		return m && containers_of(&run->boxes->l, &run->c, m) == box;
	for (int type = 0; type < NSTYPE_COUNT; type++)
		if (box->types & NSTYPE_BIT(type) && m && m->inode[type] == t->inode &&
		    (!t->type || t->type == &nstypes[type]))
			return true;
	return false;
}

static bool is_selected(const struct run *run, const struct container *box)
{
	for (size_t i = 0; i < run->n_targets; i++)
		if (is_in(run, &run->targets[i], box))
			return true;
	return run->n_targets == 0;
}

void nslist_select_containers(struct run *run)
{
	boxes_find(run, run->o->all);
	nslist_allocate_rows(run, run->boxes->l.n);
	for (size_t i = 0; i < run->boxes->l.n; i++) {
		const struct container *box = &run->boxes->l.v[i];

		if (!is_selected(run, box))
			continue;
		run->rows[run->n_rows] = (struct row){
			.ns = box->ns, .pid = box->pid, .is_member = true, .box = box
		};
		run->row_of[box->ns->index] = &run->rows[run->n_rows++];
	}
}
