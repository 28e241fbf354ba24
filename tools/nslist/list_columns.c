// SPDX-License-Identifier: GPL-2.0-or-later
/* list_columns: prints the columns and their types for --list-columns, as lsns(8) does. */
#include <libsmartcols.h>

#include "columns.h"
#include "common/cli.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot list the columns");
}

/* Returns the JSON type of the values in the column. The elements of an array are strings. */
static const char *type_of(const struct column *col)
{
	if (col->fill == fill_self || col->fill == fill_init)
		return "<boolean>";
	return col->flags & COL_RIGHT && !(col->flags & COL_WORDS) ? "<integer>" : "<string>";
}

static char *print_to_string(const struct opts *o, struct libscols_table *tb)
{
	static const struct {
		const char *name;
		int flags;
	} heads[] = { { "HOLDER", SCOLS_FL_RIGHT }, { "TYPE", 0 }, { "DESCRIPTION", 0 } };
	size_t n;
	const struct column *cols = nslist_columns_of(o->view, &n);
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (!scols_table_new_column(tb, heads[i].name, 0, heads[i].flags))
			no_memory();
	for (size_t i = 0; i < n; i++) {
		const struct column *col = &cols[i];
		struct libscols_line *line = scols_table_new_line(tb, NULL);

		if (!line || scols_line_set_data(line, 0, col->name) != 0 ||
		    scols_line_set_data(line, 1, type_of(col)) != 0 ||
		    scols_line_set_data(line, 2, col->help) != 0)
			no_memory();
	}
	if (scols_print_table_to_string(tb, &text) != 0 || !text)
		no_memory();
	return text;
}

int nslist_list_columns(const struct opts *o)
{
	struct libscols_table *tb = scols_new_table();
	struct buf b = BUF_INIT;
	char *text;

	if (!tb || scols_table_set_name(tb, "lsns-columns") != 0)
		no_memory();
	scols_table_enable_noheadings(tb, 1);
	scols_table_enable_raw(tb, o->format == NSLIST_RAW);
	scols_table_enable_json(tb, o->format == NSLIST_JSON);
	text = print_to_string(o, tb);
	scols_unref_table(tb);
	buf_adds(&b, text);
	free(text);
	if (b.len > 0 && b.s[b.len - 1] != '\n')
		buf_addc(&b, '\n');
	cli_print(&b);
	return 0;
}
