// SPDX-License-Identifier: GPL-2.0-or-later
/* table: prints small tables as aligned columns, raw rows or JSON. It does not use libsmartcols,
 * because loading the library takes longer than all other work of these tools. */
#include "common/table.h"

#include "base/choice.h"
#include "base/json.h"
#include "base/num.h"
#include "base/str.h"

/* Text of an unknown cell. Other cells do not contain this byte, because control bytes are
 * escaped. */
static const char unknown[] = "\1";

static _Noreturn void unknown_column(const struct table *t, const char *name, size_t n)
{
	struct nserr e = NSERR_INIT;
	struct choice choice;

	choice_init(&choice, name, n);
	for (size_t i = 0; i < t->n_cols; i++)
		choice_add(&choice, t->cols[i].name);
	choice_unknown(&choice, "column", &e);
	cli_die_usage_nserr(&e);
}

/* Sets the columns to print to those in the list. If the list begins with "+", adds the listed
 * columns to the current columns. */
static void choose(struct table *t, const char *list)
{
	if (*list == '+')
		list++;
	else
		t->n_show = 0;
	for (;;) {
		size_t n = strcspn(list, ","), i = 0;

		while (i < t->n_cols &&
		       (strlen(t->cols[i].name) != n || !str_same_name(t->cols[i].name, list, n)))
			i++;
		if (i == t->n_cols)
			unknown_column(t, list, n);
		if (t->n_show == ARRAY_SIZE(t->show))
			cli_die_usage("too many columns");
		t->show[t->n_show++] = i;
		if (!list[n])
			return;
		list += n + 1;
	}
}

void table_init(struct table *t, const struct table_col *cols, size_t n, const char *chosen)
{
	*t = (struct table){ .cols = cols, .n_cols = n, .headings = true, .complete = true };
	choose(t, chosen);
}

static _Noreturn void list_columns(const struct table *t)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < t->n_cols; i++)
		buf_printf(&b, "%-10s %s\n", t->cols[i].name, t->cols[i].help);
	cli_print(&b);
	exit(0);
}

void table_option(struct table *t, int key, const char *arg)
{
	switch (key) {
	case 'o':
		choose(t, arg);
		break;
	case 'H':
		list_columns(t);
	case 'n':
		t->headings = false;
		break;
	case 'r':
		t->raw = true;
		break;
	case 'J':
		t->json = true;
		break;
	case TABLE_STRICT:
		t->strict = true;
		break;
	}
}

void table_cell(struct table *t, const char *text)
{
	cleanup_free char *safe = NULL;

	t->n_cells++;
	if (!text) {
		buf_add(&t->cells, unknown, sizeof(unknown));
		return;
	}
	if (!t->json) {
		safe = str_escape_dup(text, strlen(text));
		text = safe ? safe : "";
	}
	buf_add(&t->cells, text, strlen(text) + 1);
}

void table_cell_u64(struct table *t, uint64_t v)
{
	t->n_cells++;
	buf_addu(&t->cells, v);
	buf_addc(&t->cells, '\0');
}

bool table_shows_next(const struct table *t)
{
	for (size_t i = 0; i < t->n_show; i++)
		if (t->show[i] == t->n_cells % t->n_cols)
			return true;
	return false;
}

/* Returns an array of all cells, row by row, or NULL. The caller frees the array. */
static const char **index_cells(const struct table *t)
{
	const char **cells = t->cells.err ? NULL : calloc(t->n_cells + 1, sizeof(*cells));
	const char *s = t->cells.s;

	for (size_t i = 0; cells && i < t->n_cells; i++, s += strlen(s) + 1)
		cells[i] = s;
	return cells;
}

/* Appends the text of a cell to b. In raw output, blanks separate cells, so a blank in the text is
 * escaped. */
static void add_text(const struct table *t, const char *text, struct buf *b)
{
	for (; t->raw && *text; text++)
		if (*text == ' ')
			buf_adds(b, "\\x20");
		else
			buf_addc(b, *text);
	buf_adds(b, text);
}

static const char *shown(const struct table *t, const char *cell)
{
	return streq(cell, unknown) || (t->raw && !*cell) ? "-" : cell;
}

static void print_row(const struct table *t, const char *const *row, const size_t *width,
		      struct buf *b)
{
	for (size_t i = 0; i < t->n_show; i++) {
		const struct table_col *c = &t->cols[t->show[i]];
		const char *text = row ? shown(t, row[t->show[i]]) : c->name;
		size_t pad = t->raw ? 0 : width[i] - strlen(text);

		if (i > 0)
			buf_addc(b, ' ');
		for (size_t k = 0; c->right && k < pad; k++)
			buf_addc(b, ' ');
		add_text(t, text, b);
		for (size_t k = 0; !c->right && k < pad && i + 1 < t->n_show; k++)
			buf_addc(b, ' ');
	}
	buf_addc(b, '\n');
}

static void print_plain(const struct table *t, const char *const *cells, size_t n, struct buf *b)
{
	size_t width[ARRAY_SIZE(t->show)];

	/* an empty table has no headings, as in the tools that use libsmartcols */
	if (n == 0)
		return;
	for (size_t i = 0; i < t->n_show; i++) {
		width[i] = t->headings ? strlen(t->cols[t->show[i]].name) : 0;
		for (size_t r = 0; r < n; r += t->n_cols)
			width[i] = MAX(width[i], strlen(shown(t, cells[r + t->show[i]])));
	}
	if (t->headings)
		print_row(t, NULL, width, b);
	for (size_t r = 0; r < n; r += t->n_cols)
		print_row(t, cells + r, width, b);
}

static void print_member(struct json *j, const struct table_col *c, const char *cell)
{
	char key[32];
	uint64_t v;

	str_lower(key, sizeof(key), c->name);
	if (streq(cell, unknown))
		json_null(j, key);
	else if (c->right && num_u64(cell, 0, UINT64_MAX, &v) == 0)
		json_u64(j, key, v);
	else
		json_str(j, key, *cell ? cell : NULL);
}

static void print_json(const struct table *t, const char *name, const char *const *cells, size_t n,
		       struct buf *b)
{
	struct json j = JSON_INIT(b, true);

	json_object(&j, NULL);
	json_array(&j, name);
	for (size_t r = 0; r < n; r += t->n_cols) {
		json_object(&j, NULL);
		for (size_t i = 0; i < t->n_show; i++)
			print_member(&j, &t->cols[t->show[i]], cells[r + t->show[i]]);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_bool(&j, "complete", t->complete);
	json_object_end(&j);
	buf_addc(b, '\n');
}

void table_print(struct table *t, const char *key)
{
	cleanup_free const char **cells = index_cells(t);
	struct buf b = BUF_INIT;

	if (!cells)
		cli_die(ENOMEM, "cannot allocate memory for the table");
	if (t->json)
		print_json(t, key, cells, t->n_cells, &b);
	else
		print_plain(t, cells, t->n_cells, &b);
	buf_free(&t->cells);
	cli_print(&b);
}

int table_status(const struct table *t, int status)
{
	return t->strict && !t->complete ? CLI_EXIT_INCOMPLETE : status;
}
