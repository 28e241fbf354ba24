// SPDX-License-Identifier: GPL-2.0-or-later
/* select: selects the namespaces that become rows and links the rows as a tree. */
#include "containers.h"

#include "common/cli.h"

/* Appends a row for a namespace. */
static void add_row(struct run *run, struct ns *ns, pid_t pid, bool is_member)
{
	struct row *r = &run->rows[run->n_rows++];

	*r = (struct row){ .ns = ns, .pid = pid, .is_member = is_member };
	run->row_of[ns->index] = r;
}

void nslist_allocate_rows(struct run *run, size_t n)
{
	run->rows = calloc(n + 1, sizeof(*run->rows));
	run->row_of = calloc(run->c.tab.n + 1, sizeof(struct row *));
	if (!run->rows || !run->row_of)
		cli_die(ENOMEM, "cannot list namespaces");
}

/* Adds a row for each process in ns. */
static void add_members(struct run *run, struct ns *ns)
{
	size_t type = nstype_index(ns->type);

	for (size_t i = 0; i < run->c.n; i++)
		if (run->c.members[i].inode[type] == ns->inode)
			add_row(run, ns, run->c.members[i].pid, true);
}

void nslist_select_members(struct run *run)
{
	struct ns *ns = nslist_target_ns(run, &run->targets[0]);

	nslist_allocate_rows(run, ns->nprocs);
	add_members(run, ns);
}

void nslist_select_show(struct run *run)
{
	struct ns *ns = nslist_target_ns(run, &run->targets[0]);

	nslist_allocate_rows(run, ns->nprocs + 1);
	add_row(run, ns, ns->pid, false);
	add_members(run, ns);
}

/* Returns true if the target is ns or a process in ns. */
static bool is_target(const struct run *run, const struct target *t, const struct ns *ns)
{
	const struct nsmember *m;

	if (!t->pid)
		return t->inode == ns->inode && (!t->type || t->type == ns->type);
	m = collect_member(&run->c, t->pid);
	return m && m->inode[nstype_index(ns->type)] == ns->inode;
}

/* Returns true if the options select ns. */
static bool is_selected(const struct run *run, const struct ns *ns)
{
	if (!(run->o->types & NSTYPE_BIT(nstype_index(ns->type))))
		return false;
	if (run->o->persistent && ns->nprocs > 0)
		return false;
	if (run->o->orphans && ns->held & (NSHOLD_BIT(NSHOLD_PROC) | NSHOLD_BIT(NSHOLD_TASK)))
		return false;
	for (size_t i = 0; i < run->n_targets; i++)
		if (is_target(run, &run->targets[i], ns))
			return true;
	return run->n_targets == 0;
}

/* Returns the namespace above ns in the tree, or NULL. */
static struct ns *above(const struct run *run, const struct ns *ns)
{
	switch (run->o->tree) {
	case NSLIST_OWNER:
		return ns->owner;
	case NSLIST_PARENT:
		return ns->parent;
	case NSLIST_USER_PID:
		/* a pid namespace is below its parent if both have the same owner, otherwise below
		 * its owner */
		return ns->parent && ns->parent->owner == ns->owner ? ns->parent : ns->owner;
	case NSLIST_NO_TREE:
	case NSLIST_PROCESS:
		break;
	}
	return NULL;
}

/* Adds a row for ns, after adding the missing rows of its ancestors in the tree. As in lsns(8), a
 * tree of parents also contains the owner of a namespace without a parent, as another root. */
static void add_with_ancestors(struct run *run, struct ns *ns)
{
	struct ns *up = above(run, ns);

	if (!up && run->o->tree == NSLIST_PARENT)
		up = ns->owner;

	if (run->row_of[ns->index])
		return;
	if (up)
		add_with_ancestors(run, up);
	add_row(run, ns, ns->pid, false);
}

/* Fails if a process or namespace of the command line was not found, except with --task. */
static void check_processes(const struct run *run)
{
	if (run->o->task)
		return;
	for (size_t i = 0; i < run->n_targets; i++) {
		pid_t pid = run->targets[i].pid;
		const struct nsmember *m = collect_member(&run->c, pid);
		bool any = !pid;

		for (size_t k = 0; m && k < NSTYPE_COUNT; k++)
			any |= m->inode[k] != 0;
		if (!any)
			cli_die(m && run->c.missed.n[NSMISSED_DENIED][NSMISSED_PROC] ? EACCES
										     : ESRCH,
				"cannot read process %d", (int)pid);
		if (!pid)
			nslist_target_ns(run, &run->targets[i]);
	}
}

void nslist_select_namespaces(struct run *run)
{
	check_processes(run);
	nslist_allocate_rows(run, run->c.tab.n);
	for (size_t i = 0; i < run->c.tab.n; i++)
		if (is_selected(run, run->c.tab.all[i]))
			add_with_ancestors(run, run->c.tab.all[i]);
}

/* Returns the parent row of r, or NULL. In a tree of processes this is the last row of the parent
 * process before r, as in lsns(8). */
static struct row *row_above(struct run *run, const struct row *r, struct row **last_of)
{
	const struct ns *up = above(run, r->ns);
	const struct detail *d;
	pid_t ppid;

	if (r->box)
		return boxes_row_above(run, r);
	if (run->o->tree != NSLIST_PROCESS)
		return up && !r->is_member ? run->row_of[up->index] : NULL;
	d = nslist_ppid(run, r->pid, &ppid) ? nslist_detail(run, ppid) : NULL;
	return d ? last_of[d - run->details] : NULL;
}

/* Links the rows as a tree, or as a list if the options select no tree. */
static void link_rows(struct run *run)
{
	struct row **last_of = calloc(run->n_rows + 1, sizeof(struct row *));

	if (!last_of)
		cli_die(ENOMEM, "cannot list namespaces");
	run->roots_end = &run->roots;
	for (size_t i = 0; i < run->n_rows; i++) {
		struct row *r = &run->rows[i];
		struct row *up = run->o->nested ? row_above(run, r, last_of) : NULL;
		struct row ***end = up ? &up->last : &run->roots_end;
		const struct detail *d = run->o->nested ? nslist_detail(run, r->pid) : NULL;

		r->parent = up;
		r->last = &r->first;
		**end = r;
		*end = &r->next;
		if (d)
			last_of[d - run->details] = r;
	}
	free(last_of);
}

void nslist_select(struct run *run)
{
	run->view->select(run);
	if (run->o->filter)
		nslist_filter(run);
	if (run->o->sort_col)
		nslist_sort(run);
	link_rows(run);
}

void nslist_free_rows(struct run *run)
{
	nslist_details_free(run);
	nslist_names_free(run);
	free(run->rows);
	run->rows = NULL;
	free(run->row_of);
	run->row_of = NULL;
	boxes_free(run);
	for (size_t i = 0; i < run->n_found; i++)
		free(run->found[i].match);
	free(run->found);
	run->found = NULL;
	run->n_found = 0;
	run->n_rows = 0;
	run->roots = NULL;
}
