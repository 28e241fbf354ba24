// SPDX-License-Identifier: GPL-2.0-or-later
/* filter: --filter, by the expressions of libsmartcols from 2.40 on. */
#include "nslist.h"

#include "cli.h"

#ifdef HAVE_SCOLS_FILTER

#include <libsmartcols.h>

struct filling {
	struct nslist *l;
	const struct row *row;
	struct libscols_table *tb;
};

/* The library asks for a column that the expression names. */
static int fill_column(struct libscols_filter *f, struct libscols_line *line, size_t n, void *data)
{
	struct filling *x = data;
	struct cell cell = { 0 };
	struct buf b = BUF_INIT;
	int rc = 0;

	(void)f;
	nslist_fill(x->l, x->row, &nslist_columns[n], &cell);
	if (cell.kind == CELL_TEXT)
		buf_add(&b, cell.text.s, cell.text.len);
	else if (cell.kind != CELL_NONE)
		nslist_add_raw(&b, &cell);
	if (b.s)
		rc = scols_line_set_data(line, n, b.s);
	buf_free(&b);
	buf_free(&cell.text);
	return rc;
}

static void add_columns(struct libscols_table *tb, struct libscols_filter *f)
{
	struct libscols_iter *it = scols_new_iter(SCOLS_ITER_FORWARD);
	const char *name;

	for (size_t i = 0; i < nslist_n_columns; i++) {
		struct libscols_column *col = scols_table_new_column(tb, nslist_columns[i].name, 0,
								     0);

		if (!col || !it)
			cli_die(ENOMEM, "cannot filter namespaces");
		if (nslist_columns[i].flags & COL_RIGHT)
			scols_column_set_data_type(col, SCOLS_DATA_U64);
	}
	while (scols_filter_next_holder(f, it, &name, 0) == 0)
		if (scols_filter_assign_column(f, it, name,
					       scols_table_get_column_by_name(tb, name)))
			cli_die_usage("--filter: unknown column '%s'", name);
	scols_free_iter(it);
}

void nslist_filter(struct nslist *l)
{
	struct libscols_filter *f = scols_new_filter(NULL);
	struct filling x = { .l = l, .tb = scols_new_table() };
	size_t n = 0;

	if (!f || !x.tb)
		cli_die(ENOMEM, "cannot filter namespaces");
	if (scols_filter_parse_string(f, l->o->filter) != 0)
		cli_die_usage("--filter: %s", scols_filter_get_errmsg(f));
	add_columns(x.tb, f);
	scols_filter_set_filler_cb(f, fill_column, &x);
	for (size_t i = 0; i < l->n_rows; i++) {
		struct libscols_line *line = scols_table_new_line(x.tb, NULL);
		int wanted = 0;

		x.row = &l->rows[i];
		if (!line || scols_line_apply_filter(line, f, &wanted) != 0)
			cli_die(0, "--filter: cannot apply '%s'", l->o->filter);
		if (wanted)
			l->rows[n++] = l->rows[i];
		scols_table_remove_line(x.tb, line);
	}
	l->n_rows = n;
	/* rows have moved */
	for (size_t i = 0; i < n; i++)
		l->rows[i].ns->view = &l->rows[i];
	scols_unref_filter(f);
	scols_unref_table(x.tb);
}

#else

void nslist_filter(struct nslist *l)
{
	struct nserr e = { .status = CLI_EXIT_UNSUPPORTED };

	(void)l;
	nserr_set(&e, 0,
		  "--filter needs libsmartcols 2.40, this nslist was built with an older one");
	e.status = CLI_EXIT_UNSUPPORTED;
	cli_die_nserr(&e);
}

#endif
