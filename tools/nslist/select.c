// SPDX-License-Identifier: GPL-2.0-or-later
/* select: selects the namespaces that become rows and links the rows as a tree. */
#include "nslist.h"

#include "common/cli.h"

static void add_row(struct nslist *l, struct ns *ns, pid_t pid, bool is_member)
{
	struct row *r = &l->rows[l->n_rows++];

	*r = (struct row){ .ns = ns, .pid = pid, .is_member = is_member };
	l->row_of[ns->index] = r;
}

static void allocate(struct nslist *l, size_t n)
{
	l->rows = calloc(n + 1, sizeof(*l->rows));
	l->row_of = calloc(l->c.tab.n + 1, sizeof(struct row *));
	if (!l->rows || !l->row_of)
		cli_die(ENOMEM, "cannot list namespaces");
}

/* Adds a row for the namespace itself if own_row is set, and a row for each process in it. */
static void select_members(struct nslist *l, bool own_row)
{
	struct ns *ns = nslist_target_ns(l, &l->o->targets[0]);
	size_t type = nstype_index(ns->type);

	allocate(l, ns->nprocs + own_row);
	if (own_row)
		add_row(l, ns, ns->pid, false);
	for (size_t i = 0; i < l->c.n; i++)
		if (l->c.members[i].inode[type] == ns->inode)
			add_row(l, ns, l->c.members[i].pid, true);
}

static bool is_target(const struct nslist *l, const struct target *t, const struct ns *ns)
{
	const struct nsmember *m;

	if (!t->pid)
		return t->inode == ns->inode && (!t->type || t->type == ns->type);
	m = collect_member(&l->c, t->pid);
	return m && m->inode[nstype_index(ns->type)] == ns->inode;
}

static bool is_selected(const struct nslist *l, const struct ns *ns)
{
	if (!(l->o->types & NSTYPE_BIT(nstype_index(ns->type))))
		return false;
	if (l->o->persistent && ns->nprocs > 0)
		return false;
	if (l->o->orphans && ns->held & (NSHOLD_BIT(NSHOLD_PROC) | NSHOLD_BIT(NSHOLD_TASK)))
		return false;
	for (size_t i = 0; i < l->o->n_targets; i++)
		if (is_target(l, &l->o->targets[i], ns))
			return true;
	return l->o->n_targets == 0;
}

/* Returns the namespace above ns in the tree, or NULL. */
static struct ns *above(const struct nslist *l, const struct ns *ns)
{
	switch (l->o->tree) {
	case NSLIST_OWNER:
		return ns->owner;
	case NSLIST_PARENT:
		return ns->parent;
	case NSLIST_USER_PID:
		/* a pid namespace is a child of its parent if both have the same owner */
		return ns->parent && ns->parent->owner == ns->owner ? ns->parent : ns->owner;
	case NSLIST_NO_TREE:
	case NSLIST_PROCESS:
		break;
	}
	return NULL;
}

/* Adds a row for ns after rows for its ancestors in the tree, each once. */
static void add_with_ancestors(struct nslist *l, struct ns *ns)
{
	struct ns *up = above(l, ns);

	if (l->row_of[ns->index])
		return;
	if (up)
		add_with_ancestors(l, up);
	add_row(l, ns, ns->pid, false);
}

/* Fails if a process or namespace of the command line was not found. */
static void check_processes(const struct nslist *l)
{
	for (size_t i = 0; i < l->o->n_targets; i++) {
		pid_t pid = l->o->targets[i].pid;
		const struct nsmember *m = collect_member(&l->c, pid);
		bool any = !pid;

		for (size_t k = 0; m && k < NSTYPE_COUNT; k++)
			any |= m->inode[k] != 0;
		if (!any)
			cli_die(m && l->c.missed.n[NSMISSED_DENIED][NSMISSED_PROC] ? EACCES : ESRCH,
				"process %d", (int)pid);
		if (!pid)
			nslist_target_ns(l, &l->o->targets[i]);
	}
}

static void select_namespaces(struct nslist *l)
{
	check_processes(l);
	allocate(l, l->c.tab.n);
	for (size_t i = 0; i < l->c.tab.n; i++)
		if (is_selected(l, l->c.tab.all[i]))
			add_with_ancestors(l, l->c.tab.all[i]);
}

/* Returns the parent row of r, or NULL. In a tree of processes it is the last row so far of the
 * parent process, as in lsns(8). */
static struct row *row_above(struct nslist *l, const struct row *r, struct row **last_of)
{
	const struct proc_stat *st;
	const struct ns *up = above(l, r->ns);
	const struct detail *d;

	if (l->o->tree != NSLIST_PROCESS)
		return up && !r->is_member ? l->row_of[up->index] : NULL;
	st = nslist_stat(l, r->pid);
	d = st ? nslist_detail(l, st->ppid) : NULL;
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
		const struct detail *d = nslist_detail(l, r->pid);

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
	if (l->o->view == NSLIST_MEMBERS || l->o->view == NSLIST_SHOW)
		select_members(l, l->o->view == NSLIST_SHOW);
	else
		select_namespaces(l);
	if (l->o->filter)
		nslist_filter(l);
	link_rows(l);
}

void nslist_free_rows(struct nslist *l)
{
	nslist_details_free(l);
	free(l->rows);
	l->rows = NULL;
	free(l->row_of);
	l->row_of = NULL;
	l->n_rows = 0;
	l->roots = NULL;
}
