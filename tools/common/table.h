/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table: declares functions that print small tables without libsmartcols, as aligned columns, raw
 * rows or JSON. */
#ifndef NSU_COMMON_TABLE_H
#define NSU_COMMON_TABLE_H

#include "common/cli.h"

struct table_col {
	const char *name;
	/* the cells of the column are numbers, which are right-aligned, and not quoted in JSON */
	bool right;
	/* description of the column for --list-columns; may be NULL if the tool does not use
	 * TABLE_OPTS */
	const char *help;
};

#define TABLE_COLS_MAX 16 /* maximum number of columns that table_print() can print */

/* A table. The caller may set `complete` and read `strict`. All other members are private. */
struct table {
	const struct table_col *cols;
	size_t n_cols;
	/* the columns to print, in the order in which they are printed */
	size_t show[TABLE_COLS_MAX], n_show;
	bool headings, raw, json;
	bool complete; /* false if the tool could not collect all rows */
	bool strict;   /* true if --strict was given */
	struct buf cells;
	size_t n_cells;
};

enum { TABLE_STRICT = CLI_LONG + 64 };

/* clang-format off */
/* The option --strict, for verbs whose output may be incomplete. */
#define TABLE_STRICT_OPT \
	{ TABLE_STRICT, "strict", CLI_NONE, NULL, "exit with status 3 if the output is incomplete" }

/* The options of a verb that prints a table. */
#define TABLE_OPTS \
	{ 'o', "output", CLI_ARG, "[+]<list>", "print these columns; +<list> adds columns" }, \
	{ 'H', "list-columns", CLI_NONE, NULL, "list the available columns" }, \
	{ 'n', "noheadings", CLI_NONE, NULL, "do not print headings" }, \
	{ 'r', "raw", CLI_NONE, NULL, "separate the columns by one blank, for scripts" }, \
	{ 'J', "json", CLI_NONE, NULL, "print JSON" }, \
	TABLE_STRICT_OPT
/* clang-format on */

/* Prepares a table of the n columns in cols. cols must stay valid as long as the table. `chosen` is
 * the list of columns ("NAME,NAME") that are printed by default. table_print() frees the table. */
void table_init(struct table *t, const struct table_col *cols, size_t n, const char *chosen);

/* Processes the option `key` if it is one of TABLE_OPTS. Ends the process after --list-columns, or
 * if a column is unknown. */
void table_option(struct table *t, int key, const char *arg);

/*
 * Append the next cell. The caller appends the cells of all columns, row by row in the order of
 * cols. table_option() must not be called after the first cell. Control characters and invalid
 * UTF-8 in the text are escaped. NULL means that the value is unknown; it is printed as "-", or as
 * null in JSON.
 */
void table_cell(struct table *t, const char *text);
void table_cell_u64(struct table *t, uint64_t v);

/* Returns true if the column of the next cell is printed. */
bool table_shows_next(const struct table *t);

/* Prints the table to standard output and frees it. In JSON, the rows are the elements of an array
 * with the name `key`. Ends the process if the write fails. */
void table_print(struct table *t, const char *key);

/* Returns CLI_EXIT_INCOMPLETE if --strict was given and the table is incomplete, otherwise
 * status. */
int table_status(const struct table *t, int status);

#endif
