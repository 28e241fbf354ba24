// SPDX-License-Identifier: GPL-2.0-or-later
/* select: which namespaces become rows, and the tree the rows make. */
#include "nslist.h"

#include "cli.h"

static void add_row(struct nslist *l, struct ns *ns, pid_t pid, bool is_member)
{
	struct row *r = &l->rows[l->n_rows++];

	*r = (struct row){ .ns = ns, .pid = pid, .is_member = is_member };
	ns->view = r;
}

static void allocate(struct nslist *l, size_t n)
{
	l->rows = calloc(n + 1, sizeof(*l->rows));
	if (!l->rows)
		cli_die(ENOMEM, "cannot list namespaces");
}

static void select_members(struct nslist *l)
{
	struct ns *ns = nstab_find(&l->c.tab, NULL, l->o->inode);
	size_t type;

	if (!ns)
		cli_die(0, "no namespace has the inode %u", l->o->inode);
	allocate(l, ns->nprocs);
	type = nstype_index(ns->type);
	for (size_t i = 0; i < l->c.n; i++)
		if (l->c.members[i].inode[type] == ns->inode)
			add_row(l, ns, l->c.members[i].pid, true);
}

static bool is_selected(const struct nslist *l, const struct nsmember *task, const struct ns *ns)
{
	size_t type = nstype_index(ns->type);

	if (!(l->o->types & NSTYPE_BIT(type)))
		return false;
	if (l->o->persistent && ns->nprocs > 0)
		return false;
	return !task || task->inode[type] == ns->inode;
}

/* A tree of relations shows the way down to what is selected as well. */
static struct ns *above(const struct nslist *l, const struct ns *ns)
{
	switch (l->o->tree) {
	case NSLIST_OWNER:
		return ns->owner;
	case NSLIST_PARENT:
		return ns->parent;
	case NSLIST_NO_TREE:
	case NSLIST_PROCESS:
		break;
	}
	return NULL;
}

static void add_with_way(struct nslist *l, struct ns *ns)
{
	struct ns *up = above(l, ns);

	if (ns->view)
		return;
	if (up)
		add_with_way(l, up);
	add_row(l, ns, ns->pid, false);
}

static void select_namespaces(struct nslist *l)
{
	const struct nsmember *task = NULL;
	bool any = false;

	if (l->o->task) {
		task = nscollect_member(&l->c, l->o->task);
		for (size_t i = 0; task && i < NSTYPE_COUNT; i++)
			any |= task->inode[i] != 0;
		if (!any)
			cli_die(task && l->c.denied ? EACCES : ESRCH, "process %d",
				(int)l->o->task);
	}
	allocate(l, l->c.tab.n);
	for (size_t i = 0; i < l->c.tab.n; i++)
		if (is_selected(l, task, l->c.tab.all[i]))
			add_with_way(l, l->c.tab.all[i]);
}

/* In a tree of processes a row hangs below the last row so far of the parent process, as in
 * lsns(8). */
static struct row *row_above(struct nslist *l, const struct row *r, struct row **last_of)
{
	const struct nsproc_stat *st;
	const struct ns *up = above(l, r->ns);
	const struct detail *d;

	if (l->o->tree != NSLIST_PROCESS)
		return up ? up->view : NULL;
	st = r->pid ? nslist_stat(l, r->pid) : NULL;
	d = st && st->ppid ? nslist_detail(l, st->ppid) : NULL;
	return d ? last_of[d - l->details] : NULL;
}

static void link_rows(struct nslist *l)
{
	struct row **last_of = calloc(l->n_rows + 1, sizeof(struct row *));

	if (!last_of)
		cli_die(ENOMEM, "cannot list namespaces");
	l->roots_end = &l->roots;
	for (size_t i = 0; i < l->n_rows; i++) {
		struct row *r = &l->rows[i], *up = row_above(l, r, last_of);
		struct row ***end = up ? &up->last : &l->roots_end;
		const struct detail *d = r->pid ? nslist_detail(l, r->pid) : NULL;

		r->parent = up;
		r->last = &r->first;
		**end = r;
		*end = &r->next;
		if (d)
			last_of[d - l->details] = r;
	}
	free(last_of);
}

void nslist_select(struct nslist *l)
{
	if (l->o->inode)
		select_members(l);
	else
		select_namespaces(l);
	link_rows(l);
}
