// SPDX-License-Identifier: GPL-2.0-or-later
/* show: prints all columns and relations of one namespace, one per line, or as JSON. */
#include "nslist.h"

#include "base/str.h"
#include "common/cli.h"

/* Appends untrusted text, with escapes. */
static void add_escaped(struct buf *b, const char *s, size_t n)
{
	cleanup_free char *text = str_escape_dup(s, n);

	if (!text)
		cli_die(ENOMEM, "cannot print the namespace");
	buf_adds(b, text);
}

/* Appends a line with the name and the value of a cell, or one line per item of a list. */
static void add_fact(struct buf *b, const char *name, const struct cell *cell)
{
	if (cell->kind == CELL_NONE || (cell->kind == CELL_LIST && cell->text.len == 0))
		return;
	if (cell->kind == CELL_LIST) {
		for (size_t at = 0; at < cell->text.len; at += strlen(cell->text.s + at) + 1) {
			buf_printf(b, "%-10s ", at ? "" : name);
			add_escaped(b, cell->text.s + at, strlen(cell->text.s + at));
			buf_addc(b, '\n');
		}
		return;
	}
	buf_printf(b, "%-10s ", name);
	if (cell->kind == CELL_TEXT)
		add_escaped(b, cell->text.s ? cell->text.s : "", cell->text.len);
	else
		nslist_add_raw(b, cell);
	buf_addc(b, '\n');
}

/* Sets the cell to the list of namespaces whose parent or owner is ns. */
static void add_related(const struct run *run, const struct ns *ns, bool owned, struct cell *out)
{
	buf_reset(&out->text);
	out->kind = CELL_LIST;
	for (size_t i = 0; i < run->c.tab.n; i++) {
		const struct ns *x = run->c.tab.all[i];

		if ((owned ? x->owner : x->parent) != ns)
			continue;
		buf_printf(&out->text, "%s:%u", x->type->name, x->inode);
		buf_add(&out->text, "", 1);
	}
}

static const char *const member_columns[] = { "PID", "LPID", "PPID", "USER", "COMMAND" };

/* Returns true if --show prints the relations and processes as well. It omits them if the user has
 * selected columns. */
static bool with_relations(const struct opts *o)
{
	return !o->output || *o->output == '+';
}

static void show_text(struct run *run, const struct row *r, struct cell *cell, struct buf *b)
{
	for (size_t i = 0; i < run->o->n_cols; i++) {
		nslist_fill(run, r, run->o->cols[i], cell);
		add_fact(b, run->o->cols[i]->name, cell);
	}
	if (!with_relations(run->o))
		return;
	add_related(run, r->ns, false, cell);
	add_fact(b, "CHILDREN", cell);
	add_related(run, r->ns, true, cell);
	add_fact(b, "OWNS", cell);
	for (size_t i = 1; i < run->n_rows; i++) {
		buf_printf(b, "%-10s ", i == 1 ? "PROCESSES" : "");
		nslist_fill(run, &run->rows[i], nslist_find_column("PID", 3), cell);
		nslist_add_raw(b, cell);
		buf_addc(b, ' ');
		nslist_fill(run, &run->rows[i], nslist_find_column("COMMAND", 7), cell);
		add_escaped(b, cell->text.s ? cell->text.s : "", cell->text.len);
		buf_addc(b, '\n');
	}
}

static void json_related(const struct run *run, const struct ns *ns, bool owned, struct json *j)
{
	json_array(j, owned ? "owns" : "children");
	for (size_t i = 0; i < run->c.tab.n; i++) {
		const struct ns *x = run->c.tab.all[i];

		if ((owned ? x->owner : x->parent) != ns)
			continue;
		json_object(j, NULL);
		json_str(j, "type", x->type->name);
		json_u64(j, "ns", x->inode);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_processes(struct run *run, struct cell *cell, struct json *j)
{
	json_array(j, "processes");
	for (size_t i = 1; i < run->n_rows; i++) {
		json_object(j, NULL);
		for (size_t k = 0; k < ARRAY_SIZE(member_columns); k++) {
			const char *name = member_columns[k];
			const struct column *col = nslist_find_column(name, strlen(name));

			nslist_fill(run, &run->rows[i], col, cell);
			nslist_json_cell(j, col, cell);
		}
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_json(struct run *run, const struct row *r, struct cell *cell, struct buf *b)
{
	struct json j = JSON_INIT(b, true);

	json_object(&j, NULL);
	for (size_t i = 0; i < run->o->n_cols; i++) {
		nslist_fill(run, r, run->o->cols[i], cell);
		nslist_json_cell(&j, run->o->cols[i], cell);
	}
	if (with_relations(run->o)) {
		json_related(run, r->ns, false, &j);
		json_related(run, r->ns, true, &j);
		json_processes(run, cell, &j);
	}
	nslist_json_end(run, &j);
}

void nslist_show(struct run *run)
{
	struct buf b = BUF_INIT;
	struct cell cell = { 0 };

	if (run->o->format == NSLIST_JSON)
		show_json(run, &run->rows[0], &cell, &b);
	else
		show_text(run, &run->rows[0], &cell, &b);
	buf_free(&cell.text);
	cli_print(&b);
}
