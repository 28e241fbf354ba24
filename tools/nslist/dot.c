// SPDX-License-Identifier: GPL-2.0-or-later
/* dot: prints a graph for dot(1), with solid arrows from parents and dashed ones from owners. */
#include "containers.h"

#include "common/cli.h"

/* Appends untrusted text. Replaces backslash and quote, which have a special meaning in a label. */
static void add_label(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		buf_addc(b, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '?' : (char)c);
	}
}

/* Appends the node of a namespace. */
static void add_node(struct run *run, const struct row *r, struct buf *b)
{
	const struct proc_stat *st = nslist_stat(run, r->pid);
	const struct ns *ns = r->ns;

	buf_printf(b, "  n%u [label=\"%s %u", ns->inode, ns->type->name, ns->inode);
	if (st) {
		buf_printf(b, "\\n%d ", (int)r->pid);
		add_label(b, st->comm, st->comm_len);
	}
	buf_printf(b, "\"%s];\n", ns->nprocs ? "" : ", style=dotted");
}

/* Appends the arrows from the parent and owner of a namespace. Omits the arrow from the caller's
 * user namespace to a namespace in a frame. */
static void add_arrows(const struct run *run, const struct ns *ns, bool framed, struct buf *b)
{
	if (ns->parent)
		buf_printf(b, "  n%u -> n%u;\n", ns->parent->inode, ns->inode);
	/* omit the arrows from the caller's user namespace, which would cover the picture */
	if (framed && ns->owner && ns->owner->inode == run->c.own_user)
		return;
	if (ns->owner && ns->owner != ns->parent)
		buf_printf(b, "  n%u -> n%u [style=dashed];\n", ns->owner->inode, ns->inode);
}

/* Appends a cluster with the namespaces of a container that are in no frame yet. */
static void add_container(struct run *run, const struct container *box, bool *framed, struct buf *b)
{
	cleanup_buf struct buf name = BUF_INIT;

	boxes_name(run, box, &name);
	buf_printf(b, "  subgraph cluster_%d {\n    label=\"", (int)box->pid);
	add_label(b, name.s ? name.s : "", name.len);
	buf_adds(b, "\";\n");
	for (int type = 0; type < NSTYPE_COUNT; type++) {
		const struct ns *ns = boxes_ns(run, box, type);
		const struct row *r = ns ? run->row_of[ns->index] : NULL;

		if (!r || framed[ns->index])
			continue;
		framed[ns->index] = true;
		buf_adds(b, "  ");
		add_node(run, r, b);
	}
	buf_adds(b, "  }\n");
}

/* Prints a cluster for each container, then the other namespaces, then the arrows. */
void nslist_dot(struct run *run)
{
	cleanup_free bool *framed = calloc(run->c.tab.n + 1, sizeof(*framed));
	struct buf b = BUF_INIT;

	if (!framed)
		cli_die(ENOMEM, "cannot print a graph");
	buf_adds(&b, "digraph namespaces {\n  rankdir=LR;\n  node [shape=box];\n");
	for (size_t i = 0; i < run->boxes->l.n; i++)
		add_container(run, &run->boxes->l.v[i], framed, &b);
	for (size_t i = 0; i < run->n_rows; i++)
		if (!framed[run->rows[i].ns->index])
			add_node(run, &run->rows[i], &b);
	for (size_t i = 0; i < run->n_rows; i++)
		add_arrows(run, run->rows[i].ns, framed[run->rows[i].ns->index], &b);
	buf_adds(&b, "}\n");
	cli_print(&b);
}

void nslist_select_dot(struct run *run)
{
	boxes_find(run, true);
	nslist_select_namespaces(run);
}
