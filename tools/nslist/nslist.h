/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nslist: collect, relate, select, format, print. */
#ifndef NSU_NSLIST_H
#define NSU_NSLIST_H

#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "collect/collect.h"
#include "ns/procfs.h"
#include "ns/scan.h"

enum nslist_format { NSLIST_TABLE, NSLIST_RAW, NSLIST_JSON };
enum nslist_tree {
	NSLIST_NO_TREE,
	NSLIST_PROCESS,
	NSLIST_PARENT,
	NSLIST_OWNER,
	NSLIST_USER_PID, /* user and pid namespaces in one tree */
};
enum nslist_view {
	NSLIST_ROWS,
	NSLIST_MEMBERS, /* the processes in one namespace */
	NSLIST_SHOW,
	NSLIST_DIFF,
	NSLIST_LIMITS,
	NSLIST_DOT,
	NSLIST_FEATURES,
	NSLIST_WATCH,
};

/* What a reference on the command line turned out to be: a process, or a namespace. */
struct target {
	const char *text;
	pid_t pid;
	const struct nstype *type; /* NULL: a bare inode */
	uint32_t inode;
};

#define NSLIST_COLUMNS_MAX 96

struct nslist_opts {
	enum nslist_format format;
	enum nslist_tree tree;
	bool headings, truncate, wrap, strict, persistent, list_columns;
	unsigned types, sources;
	enum nslist_view view;
	const char *of; /* what the view is of */
	bool orphans;
	pid_t task;               /* --task, or 0 */
	struct timespec interval; /* of --watch */
	const char *filter;       /* --filter, or NULL */
	struct target *targets;   /* only these, or all when there are none */
	size_t n_targets;
	const char *output; /* --output, or NULL */
	bool output_all;
	const struct column *cols[NSLIST_COLUMNS_MAX];
	size_t n_cols;
};

/* Files of a process that is printed, read once and only when a column asks for them. */
enum detail_text { DETAIL_CMDLINE, DETAIL_CGROUP, DETAIL_STATUS, DETAIL_EXE, DETAIL_TEXTS };

struct detail {
	pid_t pid;
	unsigned asked;       /* bits: texts, and then these two */
	bool stat_ok, uid_ok; /* else it has ended meanwhile */
	struct proc_stat stat;
	uid_t uid;
	char *text[DETAIL_TEXTS];
	size_t len[DETAIL_TEXTS];
};

struct row {
	struct ns *ns;
	pid_t pid;      /* the process that stands for it, or 0 */
	bool is_member; /* the row is about that process */
	struct row *parent, *first, **last, *next;
};

struct nslist {
	const struct nslist_opts *o;
	int proc; /* descriptor of /proc */
	struct collect c;
	struct row *rows;
	size_t n_rows;
	struct row **row_of; /* by ns.index: the last row of the namespace, or NULL */
	struct row *roots, **roots_end;
	struct detail *details; /* by pid */
	size_t n_details;
};

/* A value before it has a format. Text is foreign and unescaped. */
enum cell_kind { CELL_NONE, CELL_NUM, CELL_SIGNED, CELL_BOOL, CELL_TEXT, CELL_LIST };
struct cell {
	enum cell_kind kind;
	uint64_t num;    /* CELL_SIGNED: as two's complement */
	struct buf text; /* items of a list end with a NUL */
};

/* What is right is a number for --filter, unless there are words among them. */
enum { COL_RIGHT = 1, COL_TRUNC = 2, COL_WRAP = 4, COL_SIGNED = 8, COL_WORDS = 16 };

struct column {
	const char *name;
	double width;
	unsigned flags;
	unsigned needs; /* sources that must be asked about other processes than that of --task */
	void (*fill)(struct nslist *l, const struct row *r, struct cell *out);
	const char *help;
};

/* columns.c */
extern const struct column nslist_columns[];
extern const size_t nslist_n_columns;
const struct column *nslist_find_column(const char *name, size_t n); /* or NULL */
void nslist_choose_columns(struct nslist_opts *o);                   /* dies */
unsigned nslist_needs(const struct nslist_opts *o);                  /* sources */

/* opts.c: dies on errors, prints nothing else */
void nslist_parse(struct nslist_opts *o, int argc, char **argv);

/*
 * details.c: NULL or false if the process has ended, or if it cannot be read, which is counted in
 * l->c.missed
 */
struct detail *nslist_detail(struct nslist *l, pid_t pid);
const struct proc_stat *nslist_stat(struct nslist *l, pid_t pid);
bool nslist_uid(struct nslist *l, pid_t pid, uid_t *uid);
const char *nslist_text(struct nslist *l, pid_t pid, enum detail_text which, size_t *len);
const char *nslist_user(struct nslist *l, uid_t uid); /* the number where it has no name */

/*
 * Counts a detail that was asked for and could not be read because of the negative errno rc, unless
 * that is because process pid has ended. pid is 0 if it was not read of a process.
 */
void nslist_missed(struct nslist *l, pid_t pid, int rc);
void nslist_details_free(struct nslist *l);

/* targets.c: what references name; dies */
void nslist_add_target(struct nslist_opts *o, const char *ref, const struct nstype *type);
struct ns *nslist_target_ns(const struct nslist *l, const struct target *t);

/* select.c: rows and the tree they make; dies */
void nslist_select(struct nslist *l);
void nslist_free_rows(struct nslist *l);

/* look.c: collect and select, for the first time or once more; end the process on errors */
void nslist_look(struct nslist *l);
void nslist_look_again(struct nslist *l);

/* print.c */
void nslist_fill(struct nslist *l, const struct row *r, const struct column *col,
		 struct cell *cell);
void nslist_json_cell(struct json *j, const struct column *col, const struct cell *cell);
void nslist_add_raw(struct buf *b, const struct cell *cell); /* without a blank or control byte */
void nslist_print(struct nslist *l);

/* bytype.c: a row adds what it knows of the type to an object of JSON, or as a line when j is NULL
 */
typedef void nslist_type_row(struct nslist *l, const struct nstype *type, struct json *j,
			     struct buf *out);
void nslist_by_type(struct nslist *l, const char *key, const char *headings,
		    nslist_type_row *add_row);

/* show.c, diff.c, limits.c, dot.c, watch.c: the other views */
void nslist_show(struct nslist *l);
void nslist_diff(struct nslist *l);
void nslist_limits(struct nslist *l);
void nslist_dot(struct nslist *l);
_Noreturn void nslist_watch(struct nslist *l);

/* filter.c: drops rows that --filter does not want; dies with CLI_EXIT_UNSUPPORTED where it cannot
 */
void nslist_filter(struct nslist *l);

#endif
