/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nslist: collect, relate, select, format, print. */
#ifndef NSU_NSLIST_H
#define NSU_NSLIST_H

#include "buf.h"
#include "nscollect.h"
#include "nsproc.h"

enum nslist_format { NSLIST_TABLE, NSLIST_RAW, NSLIST_JSON };
enum nslist_tree { NSLIST_NO_TREE, NSLIST_PROCESS, NSLIST_PARENT, NSLIST_OWNER };

#define NSLIST_COLUMNS_MAX 96

struct nslist_opts {
	enum nslist_format format;
	enum nslist_tree tree;
	bool headings, truncate, wrap, strict, persistent, list_columns;
	unsigned types, sources;
	pid_t task;         /* --task, or 0 */
	uint32_t inode;     /* the one namespace whose processes are asked for, or 0 */
	const char *output; /* --output, or NULL */
	bool output_all;
	const struct column *cols[NSLIST_COLUMNS_MAX];
	size_t n_cols;
};

/* What is read of a process that is printed, once and only what a column asks for. */
struct detail {
	pid_t pid;
	bool has_stat, has_uid, has_cmdline; /* asked for; it may have ended meanwhile */
	bool stat_ok, uid_ok;
	struct nsproc_stat stat;
	uid_t uid;
	struct buf cmdline;
};

struct row {
	struct ns *ns;
	pid_t pid; /* the process that stands for it, or 0 */
	struct row *parent, *first, **last, *next;
};

struct nslist {
	const struct nslist_opts *o;
	struct nscollect c;
	struct row *rows;
	size_t n_rows;
	struct row *roots, **roots_end;
	struct detail *details; /* by pid */
	size_t n_details;
};

/* A value before it has a format. Text is foreign and unescaped. */
enum cell_kind { CELL_NONE, CELL_NUM, CELL_TEXT, CELL_LIST };
struct cell {
	enum cell_kind kind;
	uint64_t num;
	struct buf text; /* items of a list end with a NUL */
};

enum { COL_RIGHT = 1, COL_TRUNC = 2, COL_TREE = 4, COL_WRAP = 8 };

/* What a column needs that -p alone does not read. */
enum { NEED_MEMBERS = 1 };

struct column {
	const char *name;
	double width;
	unsigned flags, needs;
	void (*fill)(struct nslist *l, const struct row *r, struct cell *out);
	const char *help;
};

/* columns.c */
extern const struct column nslist_columns[];
extern const size_t nslist_n_columns;
void nslist_choose_columns(struct nslist_opts *o); /* dies */
unsigned nslist_needs(const struct nslist_opts *o);

/* opts.c: dies on errors, prints nothing else */
void nslist_parse(struct nslist_opts *o, int argc, char **argv);

/* details.c: NULL or false when the process has ended */
struct detail *nslist_detail(struct nslist *l, pid_t pid);
const struct nsproc_stat *nslist_stat(struct nslist *l, pid_t pid);
bool nslist_uid(struct nslist *l, pid_t pid, uid_t *uid);
const struct buf *nslist_cmdline(struct nslist *l, pid_t pid); /* or comm */
const char *nslist_user(uid_t uid);                            /* the number where it has no name */
void nslist_details_free(struct nslist *l);

/* select.c: rows and the tree they make; dies */
void nslist_select(struct nslist *l);

/* print.c */
void nslist_print(struct nslist *l);

#endif
