// SPDX-License-Identifier: GPL-2.0-or-later
/* dot: prints a graph for dot(1), with solid arrows from parents and dashed ones from owners. */
#include "nslist.h"

#include "common/cli.h"

/* Appends the node of a namespace and the arrows from its parent and owner. */
static void add_node(struct run *run, const struct row *r, struct buf *b)
{
	const struct proc_stat *st = nslist_stat(run, r->pid);
	const struct ns *ns = r->ns;

	buf_printf(b, "  n%u [label=\"%s %u", ns->inode, ns->type->name, ns->inode);
	if (st) {
		/* the program name is untrusted, and backslash and quote have a special meaning in
		 * a label */
		buf_printf(b, "\\n%d ", (int)r->pid);
		for (size_t i = 0; i < st->comm_len; i++) {
			unsigned char c = (unsigned char)st->comm[i];

			if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
				c = '?';
			buf_addc(b, (char)c);
		}
	}
	buf_printf(b, "\"%s];\n", ns->nprocs ? "" : ", style=dotted");
	if (ns->parent)
		buf_printf(b, "  n%u -> n%u;\n", ns->parent->inode, ns->inode);
	if (ns->owner && ns->owner != ns->parent)
		buf_printf(b, "  n%u -> n%u [style=dashed];\n", ns->owner->inode, ns->inode);
}

void nslist_dot(struct run *run)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "digraph namespaces {\n  rankdir=LR;\n  node [shape=box];\n");
	for (size_t i = 0; i < run->n_rows; i++)
		add_node(run, &run->rows[i], &b);
	buf_adds(&b, "}\n");
	cli_print(&b);
}
