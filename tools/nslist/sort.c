// SPDX-License-Identifier: GPL-2.0-or-later
/* sort: sorts the rows by a column. */
#include "nslist.h"

#include "common/cli.h"

/* A row and its value. */
struct item {
	struct row row;
	struct cell cell;
	size_t index; /* position before sorting, which decides between equal values */
};

/* Compares two numbers. */
static int by_number(uint64_t a, uint64_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

/* Compares two values. An unknown value is less than any other, and numbers are less than texts.
 * Returns a number as strcmp(3) does. */
static int compare(const struct cell *a, const struct cell *b)
{
	const uint64_t half = UINT64_C(1) << 63;
	int rc;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind) {
	case CELL_NONE:
		return 0;
	case CELL_NUM:
	case CELL_BOOL:
		return by_number(a->num, b->num);
	case CELL_SIGNED:
		return by_number(a->num ^ half, b->num ^ half);
	case CELL_TEXT:
	case CELL_LIST:
		break;
	}
	if (a->text.len == 0 || b->text.len == 0)
		return by_number(a->text.len, b->text.len);
	rc = memcmp(a->text.s, b->text.s, MIN(a->text.len, b->text.len));
	return rc ? rc : by_number(a->text.len, b->text.len);
}

static int up(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int rc = compare(&x->cell, &y->cell);

	return rc ? rc : by_number(x->index, y->index);
}

static int down(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int rc = compare(&y->cell, &x->cell);

	return rc ? rc : by_number(x->index, y->index);
}

void nslist_sort(struct run *run)
{
	struct item *items = calloc(run->n_rows + 1, sizeof(*items));

	if (!items)
		cli_die(ENOMEM, "cannot sort the rows");
	for (size_t i = 0; i < run->n_rows; i++) {
		items[i] = (struct item){ .row = run->rows[i], .index = i };
		nslist_fill(run, &run->rows[i], run->o->sort_col, &items[i].cell);
	}
	qsort(items, run->n_rows, sizeof(*items), run->o->sort_down ? down : up);
	for (size_t i = 0; i < run->n_rows; i++) {
		run->rows[i] = items[i].row;
		run->row_of[run->rows[i].ns->index] = &run->rows[i];
		buf_free(&items[i].cell.text);
	}
	free(items);
}
