// SPDX-License-Identifier: GPL-2.0-or-later
/* table: aligned columns, or raw ones. libsmartcols would cost more than all else here. */
#include "verb.h"

void table_init(struct table *t, const struct table_col *cols, size_t n, const char *chosen)
{
	*t = (struct table){ .cols = cols, .n_cols = n, .headings = true };
	table_choose(t, chosen);
}

void table_choose(struct table *t, const char *list)
{
	if (*list == '+')
		list++;
	else
		t->n_show = 0;
	for (;;) {
		size_t n = strcspn(list, ","), i = 0;

		while (i < t->n_cols &&
		       (strlen(t->cols[i].name) != n || strncasecmp(t->cols[i].name, list, n) != 0))
			i++;
		if (i == t->n_cols)
			cli_die_usage("unknown column '%.*s'", (int)n, list);
		if (t->n_show == ARRAY_SIZE(t->show))
			cli_die_usage("too many columns");
		t->show[t->n_show++] = i;
		if (!list[n])
			return;
		list += n + 1;
	}
}

void table_list(const struct table *t)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < t->n_cols; i++)
		buf_printf(&b, "%-10s %s\n", t->cols[i].name, t->cols[i].help);
	cli_print(&b);
}

void table_cell(struct table *t, const char *text)
{
	text = text ? text : "-";
	buf_add(&t->cells, text, strlen(text) + 1);
}

void table_cell_u64(struct table *t, uint64_t v)
{
	buf_addu(&t->cells, v);
	buf_addc(&t->cells, '\0');
}

/* All cells as an array, row by row. */
static const char **index_cells(const struct table *t, size_t *n)
{
	const char **cells, *s = t->cells.s;

	*n = 0;
	for (size_t i = 0; i < t->cells.len; i++)
		*n += t->cells.s[i] == '\0';
	cells = calloc(*n + 1, sizeof(*cells));
	for (size_t i = 0; cells && i < *n; i++, s += strlen(s) + 1)
		cells[i] = s;
	return cells;
}

static void print_row(const struct table *t, const char *const *row, const size_t *width,
		      struct buf *b)
{
	for (size_t i = 0; i < t->n_show; i++) {
		const struct table_col *c = &t->cols[t->show[i]];
		const char *text = row ? row[t->show[i]] : c->name;
		size_t pad = t->raw ? 0 : width[i] - strlen(text);

		if (i > 0)
			buf_addc(b, ' ');
		for (size_t k = 0; c->right && k < pad; k++)
			buf_addc(b, ' ');
		buf_adds(b, *text ? text : t->raw ? "-" : "");
		for (size_t k = 0; !c->right && k < pad && i + 1 < t->n_show; k++)
			buf_addc(b, ' ');
	}
	buf_addc(b, '\n');
}

void table_print(struct table *t)
{
	size_t n, width[ARRAY_SIZE(t->show)];
	cleanup_free const char **cells = index_cells(t, &n);
	struct buf b = BUF_INIT;

	if (!cells || t->cells.err)
		cli_die(ENOMEM, "cannot hold the table");
	for (size_t i = 0; i < t->n_show; i++) {
		width[i] = t->headings ? strlen(t->cols[t->show[i]].name) : 0;
		for (size_t r = 0; r < n; r += t->n_cols)
			width[i] = MAX(width[i], strlen(cells[r + t->show[i]]));
	}
	if (t->headings)
		print_row(t, NULL, width, &b);
	for (size_t r = 0; r < n; r += t->n_cols)
		print_row(t, cells + r, width, &b);
	buf_free(&t->cells);
	cli_print(&b);
}
