// SPDX-License-Identifier: GPL-2.0-or-later
/* dot: prints a graph for dot(1), with solid arrows from parents and dashed ones from owners. */
#include "containers.h"

#include "common/cli.h"
#include "common/dot.h"

/* A graph of the namespaces in `run`. */
struct graph {
	struct run *run;
	struct buf out;
	/* Two flags for each ns.index. drawn: the node of the namespace has been added. framed: the
	 * namespace is in a frame. */
	bool *drawn, *framed;
};

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot print a graph");
}

/* Appends a line of a label with the pid and the name of a process. */
static void add_process(struct graph *g, pid_t pid)
{
	const struct proc_stat *st = nslist_stat(g->run, pid);

	if (!st)
		return;
	buf_printf(&g->out, "\\n%d ", (int)pid);
	dot_label(&g->out, st->comm, st->comm_len);
}

/* Appends the node of a namespace. In a frame, its process is omitted: the label of the frame has a
 * process that is in all namespaces of the frame. */
static void add_node(struct graph *g, const struct row *r, bool framed)
{
	const struct ns *ns = r->ns;

	g->drawn[ns->index] = true;
	g->framed[ns->index] = framed;
	buf_printf(&g->out, "  n%u [label=\"%s %u", ns->inode, ns->type->name, ns->inode);
	if (!framed)
		add_process(g, r->pid);
	buf_printf(&g->out, "\"%s];\n", ns->nprocs ? "" : ", style=dotted");
}

/* Returns true if the caller is in the namespace. */
static bool is_own(const struct run *run, const struct ns *ns)
{
	const struct nsmember *me = collect_member(&run->c, run->c.q.self);

	return me && me->inode[nstype_index(ns->type)] == ns->inode;
}

/* Appends an arrow. Omits an arrow from a namespace of the caller into a frame: each frame has such
 * arrows, which would cover the picture. */
static void add_arrow(struct graph *g, const struct ns *from, const struct ns *to,
		      const char *style)
{
	if (!g->framed[to->index] || !is_own(g->run, from))
		buf_printf(&g->out, "  n%u -> n%u%s;\n", from->inode, to->inode, style);
}

/* Appends the arrows from the parent and owner of a namespace. */
static void add_arrows(struct graph *g, const struct ns *ns)
{
	if (ns->parent)
		add_arrow(g, ns->parent, ns, "");
	if (ns->owner && ns->owner != ns->parent)
		add_arrow(g, ns->owner, ns, " [style=dashed]");
}

/* Begins the frame of the container `box`, or of the caller if `box` is NULL, with the given label.
 * add_process() can add a line to the label, and begin_nodes() ends it. */
static void begin_frame(struct graph *g, const struct container *box, const char *label, size_t len)
{
	buf_printf(&g->out, "  subgraph cluster_%d {\n    label=\"", box ? (int)box->pid : 0);
	dot_label(&g->out, label, len);
}

static void begin_nodes(struct graph *g)
{
	buf_adds(&g->out, "\";\n");
}

static void end_frame(struct graph *g)
{
	buf_adds(&g->out, "  }\n");
}

/* Appends a node in a frame. */
static void add_framed(struct graph *g, const struct row *r)
{
	buf_adds(&g->out, "  ");
	add_node(g, r, true);
}

/* Appends a frame with the namespaces of a container that are in no frame yet, and with the frames
 * of the containers in it. */
static void add_container(struct graph *g, const struct container *box)
{
	const struct containers *l = &g->run->boxes->l;
	cleanup_buf struct buf name = BUF_INIT;

	boxes_name(g->run, box, &name);
	begin_frame(g, box, name.s ? name.s : "", name.len);
	add_process(g, box->pid);
	begin_nodes(g);
	for (int type = 0; type < NSTYPE_COUNT; type++) {
		const struct ns *ns = boxes_ns(g->run, box, type);
		const struct row *r = ns ? g->run->row_of[ns->index] : NULL;

		if (r && !g->drawn[ns->index])
			add_framed(g, r);
	}
	/* a container comes after its parent */
	for (const struct container *in = box + 1; in < l->v + l->n; in++)
		if (in->parent == box)
			add_container(g, in);
	end_frame(g);
}

/* Appends a frame with the namespaces of the caller. */
static void add_own(struct graph *g)
{
	const char *hostname = boxes_own_hostname(g->run);

	begin_frame(g, NULL, hostname, strlen(hostname));
	begin_nodes(g);
	buf_adds(&g->out, "    style=\"rounded,bold\";\n");
	for (size_t i = 0; i < g->run->n_rows; i++)
		if (is_own(g->run, g->run->rows[i].ns))
			add_framed(g, &g->run->rows[i]);
	end_frame(g);
}

/*
 * Adds a frame for the caller and for each container. dot(1) places frames that no arrow connects
 * in an array with about as many rows as columns. It fills each row from the left, but begins with
 * the bottom row. People read from the top, so the frames of the bottom row, which are the last
 * ones, are added first. If the array is not full, the top row has fewer frames.
 */
static void add_frames(struct graph *g)
{
	const struct containers *l = &g->run->boxes->l;
	cleanup_free const struct container **frames = calloc(l->n + 1,
							      sizeof(const struct container *));
	size_t n = 1, columns = 1, first;

	if (!frames)
		no_memory();
	/* the first frame is that of the caller */
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].parent)
			frames[n++] = &l->v[i];
	while (columns * columns < n)
		columns++;
	buf_printf(&g->out, "  pack=48; packmode=\"array_cutr%zu\";\n", columns);
	for (size_t end = n; end > 0; end = first) {
		first = end > columns ? end - columns : 0;
		for (size_t i = first; i < end; i++)
			if (frames[i])
				add_container(g, frames[i]);
			else
				add_own(g);
	}
}

/* Prints the frames, the other namespaces, and the arrows. */
void nslist_dot(struct run *run)
{
	cleanup_free bool *drawn = calloc(run->c.tab.n + 1, sizeof(*drawn));
	cleanup_free bool *framed = calloc(run->c.tab.n + 1, sizeof(*framed));
	struct graph g = { .run = run, .drawn = drawn, .framed = framed };

	if (!drawn || !framed)
		no_memory();
	buf_adds(&g.out, "digraph namespaces {\n  rankdir=LR; ranksep=0.3; nodesep=0.08;\n"
			 "  graph [fontname=\"sans-serif\", fontsize=11, style=rounded];\n"
			 "  node [shape=box, fontname=\"sans-serif\", fontsize=10, height=0.2, "
			 "margin=\"0.06,0.02\"];\n");
	add_frames(&g);
	for (size_t i = 0; i < run->n_rows; i++)
		if (!drawn[run->rows[i].ns->index])
			add_node(&g, &run->rows[i], false);
	for (size_t i = 0; i < run->n_rows; i++)
		add_arrows(&g, run->rows[i].ns);
	buf_adds(&g.out, "}\n");
	cli_print(&g.out);
}

void nslist_select_dot(struct run *run)
{
	boxes_find(run, true);
	nslist_select_namespaces(run);
}
