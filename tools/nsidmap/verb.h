/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb: what the verbs of nsidmap share. A verb is one function in a file of its own, with its own
 * table of options, and a row in main.c. */
#ifndef NSU_NSIDMAP_VERB_H
#define NSU_NSIDMAP_VERB_H

#include "common/cli.h"
#include "idmap/idmap.h"

/* Each gets argc and argv with the verb at argv[0] and returns the exit status. */
int verb_algebra(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_mount(int argc, char **argv);
int verb_plan(int argc, char **argv);
int verb_run(int argc, char **argv);
int verb_scan(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_subids(int argc, char **argv);
int verb_translate(int argc, char **argv);
int verb_write(int argc, char **argv);

/* How a map is printed; the two rows that every verb has which prints one. */
struct map_out {
	int format;
	int only; /* enum idmap_kind, or -1 for both */
};

#define MAP_OUT_INIT ((struct map_out){ 0, -1 })

enum { MAP_OPT_FORMAT = CLI_LONG + 128, MAP_OPT_ONLY };

/* clang-format off */
#define MAP_OUT_OPTS \
	{ MAP_OPT_FORMAT, "format", CLI_ARG, "<format>", \
	  "stream, arg, kernel, newuidmap, unshare, oci or json" }, \
	{ MAP_OPT_ONLY, "only", CLI_ARG, "uid|gid", "print one of the two maps" }, \
	{ 'J', "json", CLI_NONE, NULL, "the same as --format json" }
/* clang-format on */

/* Takes an option of MAP_OUT_OPTS; false when the key is not one. Dies for a bad argument. */
bool map_out_option(struct map_out *o, int key, const char *arg);

/* Prints the maps in the chosen format. */
void map_print(const struct idmaps *m, const struct map_out *o);

/* Reads a map: its one-word form, like:REF, "-", fd:N or a path. Dies when there is none. */
void map_load(const char *arg, struct idmaps *m);

/* "uid" or "gid" of option --only, --kind. Dies for anything else. */
enum idmap_kind map_kind(const char *option, const char *arg);

/* The words of a verb that are no options. Unlike those of a program's command line they may stand
 * before options ("translate 0 --from self"); behind "--" comes a program, or words again. */
struct words {
	char **v; /* n of them, then NULL */
	int n;
	char **program; /* what follows "--", NULL when there was none */
};

#define VERB_WORDS_MAX INT32_MAX

/* cli_next() that puts words aside on the way. */
int verb_next(struct cli *c, struct words *w);

/* Dies unless there are from min to max words; what says which are meant. */
void verb_count(const struct words *w, int min, int max, const char *what);

/* A small table: columns by name, cells as text, numbers to the right. */
struct table_col {
	const char *name;
	bool right; /* its cells are numbers */
	const char *help;
};

struct table {
	const struct table_col *cols;
	size_t n_cols;
	size_t show[16], n_show; /* the columns chosen, in their order */
	bool headings, raw, json;
	bool complete; /* true unless the verb says otherwise */
	bool strict;
	struct buf cells; /* each terminated, row by row, all columns */
};

/* What other verbs that may know their answer to be incomplete have, too. */
enum { OPT_STRICT = CLI_LONG + 64 };

/* clang-format off */
#define STRICT_OPT \
	{ OPT_STRICT, "strict", CLI_NONE, NULL, "exit 3 when something could not be looked at" }
/* clang-format on */

/* The rows of every verb that prints one. */
/* clang-format off */
#define TABLE_OPTS \
	{ 'o', "output", CLI_ARG, "[+]<list>", "print these columns, or these (+) as well" }, \
	{ 'H', "list-columns", CLI_NONE, NULL, "list the columns" }, \
	{ 'n', "noheadings", CLI_NONE, NULL, "print no headings" }, \
	{ 'r', "raw", CLI_NONE, NULL, "print rows that are easy to split" }, \
	{ 'J', "json", CLI_NONE, NULL, "print JSON" }, \
	STRICT_OPT
/* clang-format on */

void table_init(struct table *t, const struct table_col *cols, size_t n, const char *chosen);
bool table_option(struct table *t, int key, const char *arg); /* false: not one of TABLE_OPTS */
void table_cell(struct table *t, const char *text);           /* NULL: unknown */
void table_cell_u64(struct table *t, uint64_t v);
void table_cell_id(struct table *t, uint32_t id);   /* IDMAP_NONE: unknown */
void table_print(struct table *t, const char *key); /* key of the array in JSON */

/* The exit status of the verb, given that of a complete answer. */
int table_status(const struct table *t, int status);

#endif
