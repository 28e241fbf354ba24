// SPDX-License-Identifier: GPL-2.0-or-later
/* filter: implements --filter with the expressions of libsmartcols, 2.40 or later. */
#include "nslist.h"

#include "common/cli.h"

#ifdef HAVE_SCOLS_FILTER

#include <libsmartcols.h>

struct filling {
	struct run *run;
	const struct row *row;
	const struct column *
		/* the columns that the expression names, in the order of the table */
		cols[NSLIST_COLUMNS_MAX];
	size_t n_cols;
};

/* Callback of the library that fills a column of the expression. Returns 0 or a negative errno. */
static int fill_column(struct libscols_filter *f, struct libscols_line *line, size_t n, void *data)
{
	struct filling *x = data;
	struct cell cell = { 0 };
	struct buf b = BUF_INIT;
	int rc = 0;

	(void)f;
	nslist_fill(x->run, x->row, x->cols[n], &cell);
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

static void add_columns(struct filling *x, struct libscols_table *tb, struct libscols_filter *f)
{
	struct libscols_iter *it = scols_new_iter(SCOLS_ITER_FORWARD);
	const char *name;

	while (it && scols_filter_next_holder(f, it, &name, 0) == 0) {
		struct libscols_column *col = scols_table_get_column_by_name(tb, name);

		if (!col) {
			const struct column *c = nslist_find_column_of(x->run->o->view, name,
								       strlen(name));

			if (!c)
				nslist_unknown_column("--filter: ", name, strlen(name));
			x->cols[x->n_cols++] = c;
			col = scols_table_new_column(tb, name, 0, 0);
			if (col && c->flags & COL_RIGHT && !(c->flags & COL_WORDS))
				/* the library has no signed integer type, so use a floating-point
				 * type */
				scols_column_set_data_type(col, c->flags & COL_SIGNED
									? SCOLS_DATA_FLOAT
									: SCOLS_DATA_U64);
		}
		if (!col || scols_filter_assign_column(f, it, name, col) != 0)
			cli_die(ENOMEM, "cannot filter namespaces");
	}
	scols_free_iter(it);
}

/* Removes the rows that do not match the expression. */
static void sieve(struct filling *x, struct libscols_table *tb, struct libscols_filter *f)
{
	struct run *run = x->run;
	size_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++) {
		struct libscols_line *line = scols_table_new_line(tb, NULL);
		int wanted = 0;

		x->row = &run->rows[i];
		if (!line || scols_line_apply_filter(line, f, &wanted) != 0)
			cli_die(0, "--filter: cannot apply '%s'", run->o->filter);
		run->row_of[run->rows[i].ns->index] = NULL;
		if (wanted)
			run->rows[n++] = run->rows[i];
	}
	run->n_rows = n;
	for (size_t i = 0; i < n; i++)
		run->row_of[run->rows[i].ns->index] = &run->rows[i];
}

void nslist_filter(struct run *run)
{
	struct libscols_filter *f = scols_new_filter(NULL);
	struct libscols_table *tb = scols_new_table();
	struct filling x = { .run = run };

	/* set the locale first, because the regular expressions of the filter depend on it */
	nslist_set_locale();
	if (!f || !tb)
		cli_die(ENOMEM, "cannot filter namespaces");
	if (scols_filter_parse_string(f, run->o->filter) != 0)
		cli_die_usage("--filter: %s", scols_filter_get_errmsg(f));
	add_columns(&x, tb, f);
	scols_filter_set_filler_cb(f, fill_column, &x);
	sieve(&x, tb, f);
	scols_unref_filter(f);
	scols_unref_table(tb);
}

#else

void nslist_filter(struct run *run)
{
	struct nserr e = { .status = CLI_EXIT_UNSUPPORTED };

	(void)run;
	nserr_set(&e, 0, "--filter is not supported: nslist was built without libsmartcols 2.40");
	e.status = CLI_EXIT_UNSUPPORTED;
	cli_die_nserr(&e);
}

#endif
