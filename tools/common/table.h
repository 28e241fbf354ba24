/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table: prints small tables without libsmartcols: aligned columns, raw rows or JSON. */
#ifndef NSU_COMMON_TABLE_H
#define NSU_COMMON_TABLE_H

#include "common/cli.h"

struct table_col {
	const char *name;
	bool right;       /* the cells are numbers: aligned to the right, numbers in JSON */
	const char *help; /* printed by --list-columns; may be NULL without TABLE_OPTS */
};

#define TABLE_COLS_MAX 16 /* columns that can be chosen */

/* The caller may set complete and read strict; everything else is private. */
struct table {
	const struct table_col *cols;
	size_t n_cols;
	size_t show[TABLE_COLS_MAX], n_show; /* the chosen columns, in their order */
	bool headings, raw, json;
	bool complete; /* false: the tool could not collect all rows */
	bool strict;   /* --strict was given */
	struct buf cells;
};

enum { TABLE_STRICT = CLI_LONG + 64 };

/* clang-format off */
/* The option of verbs that may give an incomplete answer. */
#define TABLE_STRICT_OPT \
	{ TABLE_STRICT, "strict", CLI_NONE, NULL, "exit with status 3 if the answer is incomplete" }

/* The options of a command that prints a table. */
#define TABLE_OPTS \
	{ 'o', "output", CLI_ARG, "[+]<list>", "print these columns; +<list> adds columns" }, \
	{ 'H', "list-columns", CLI_NONE, NULL, "list the available columns" }, \
	{ 'n', "noheadings", CLI_NONE, NULL, "do not print headings" }, \
	{ 'r', "raw", CLI_NONE, NULL, "print rows for scripts, separated by one blank" }, \
	{ 'J', "json", CLI_NONE, NULL, "print JSON" }, \
	TABLE_STRICT_OPT
/* clang-format on */

/* Prepares a table of the n columns cols, which must outlive it, with the columns of the list
 * chosen
 * ("NAME,NAME"). table_print() frees it. */
void table_init(struct table *t, const struct table_col *cols, size_t n, const char *chosen);

/* Takes an option of TABLE_OPTS. Returns false if key is another option. Ends the process for an
 * invalid column, and after --list-columns. */
bool table_option(struct table *t, int key, const char *arg);

/* Append the next cell. Rows are filled in the order of cols, with all columns; table_option() must
 * not be called afterwards. Foreign bytes are escaped. NULL stands for an unknown value ("-", null
 * in JSON). */
void table_cell(struct table *t, const char *text);
void table_cell_u64(struct table *t, uint64_t v);

/* Prints the table to standard output and frees it. JSON has the rows as an array named key. Ends
 * the process if that fails. */
void table_print(struct table *t, const char *key);

/* Returns CLI_EXIT_INCOMPLETE with --strict if the table is incomplete, otherwise status. */
int table_status(const struct table *t, int status);

#endif
