/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nslist: declares the command line, the run, rows, cells, columns and views. */
#ifndef NSU_NSLIST_H
#define NSU_NSLIST_H

#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "collect/collect.h"
#include "common/color.h"
#include "kernel/mountinfo.h"
#include "ns/procfs.h"
#include "ns/ref.h"
#include "ns/scan.h"

enum nslist_format { NSLIST_TABLE, NSLIST_RAW, NSLIST_JSON };
enum nslist_tree {
	NSLIST_NO_TREE,
	NSLIST_PROCESS,
	NSLIST_PARENT,
	NSLIST_OWNER,
	NSLIST_USER_PID, /* print user and pid namespaces in one tree */
};
enum nslist_view {
	NSLIST_ROWS,
	NSLIST_MEMBERS, /* list the processes in one namespace */
	NSLIST_SHOW,
	NSLIST_DIFF,
	NSLIST_LIMITS,
	NSLIST_DOT,
	NSLIST_FEATURES,
	NSLIST_WATCH,
	NSLIST_CONTAINERS,
	NSLIST_FIND,
	NSLIST_CAPS,
	NSLIST_STALE,
};

/* A process or namespace that a reference on the command line names. */
struct target {
	pid_t pid;                 /* 0 if the target is a namespace */
	const struct nstype *type; /* NULL if the reference was only an inode */
	uint32_t inode;
};

#define NSLIST_COLUMNS_MAX 96

/* The command line. */
struct opts {
	enum nslist_format format;
	enum nslist_tree tree;
	bool nested; /* true: the rows form a tree; false: they form a list */
	bool headings, truncate, wrap, list, strict, persistent, orphans, list_columns, no_bpf;
	bool all;             /* --all */
	bool limits_of_users; /* --limits=user */
	const char *find;     /* argument of --find, or NULL */
	const char *sort;     /* argument of --sort, or NULL */
	const struct column *sort_col;
	enum color_when color;
	bool sort_down; /* sort from the highest value */
	unsigned types, sources;
	enum nslist_view view;
	const char *of;               /* argument of --show, --members or --diff, or NULL */
	const struct nstype *of_type; /* the type in --type if it names exactly one, or NULL */
	const char *task;             /* argument of --task, or NULL */
	struct timespec interval;     /* interval of --watch */
	const char *filter;           /* argument of --filter, or NULL */
	char **rest;                  /* arguments after the options */
	struct nsref *refs;           /* the parsed references in `of`, `task` and `rest` */
	size_t n_refs;
	const char *output; /* argument of --output, or NULL */
	bool output_all;
	const struct column *cols[NSLIST_COLUMNS_MAX];
	size_t n_cols;
};

/* Files of a process that are read once, when a column first needs them. */
enum detail_text { DETAIL_CMDLINE, DETAIL_CGROUP, DETAIL_STATUS, DETAIL_EXE, DETAIL_TEXTS };

struct detail {
	pid_t pid;
	unsigned asked;       /* bits of the values that have been requested: texts, stat and uid */
	bool stat_ok, uid_ok; /* false if the value could not be read */
	struct proc_stat stat;
	uid_t uid;
	char *text[DETAIL_TEXTS];
	size_t len[DETAIL_TEXTS];
};

struct container;

struct row {
	struct ns *ns;
	pid_t pid;                   /* process that represents the namespace, or 0 */
	bool is_member;              /* the row describes this process */
	const struct container *box; /* the row describes this container, or NULL */
	const char *match;           /* the text of the column MATCH of --find, or NULL */
	struct row *parent, *first, **last, *next;
};

/* An answer of --find. */
struct found {
	struct ns *ns;
	pid_t pid;   /* a process in the namespace, or 0 */
	char *match; /* allocated */
};

/* Names of users that have been looked up. */
struct users {
	struct {
		uid_t uid;
		char *name;
	} known[64];
	size_t n;
};

/* A mount of the caller's mount namespace. The texts belong to run.mountinfo. */
struct own_mount {
	int id, parent;
	const char *target;
	const char *root; /* "net:[4026531840]", or "" if it is not a namespace */
};

/* A symbolic link in /run/netns and the namespace to which it leads. */
struct netns_link {
	char *name;
	uint32_t inode;
};

struct run;

/* A view: functions that select and print its rows. Both exit on errors. */
struct view {
	void (*select)(struct run *run);
	void (*print)(struct run *run);
	const char *key; /* name of the array in JSON */
};

/* The state of a run. */
struct run {
	const struct opts *o;
	const struct view *view; /* the view that the options select */
	struct target
		/* one target for each reference; if there are no targets, all namespaces are
		 * listed */
		*targets;
	size_t n_targets;
	int proc; /* descriptor of /proc */
	struct collect c;
	/* BPF programs that remain loaded between the scans of --watch */
	struct collect_programs programs;
	struct row *rows;
	size_t n_rows;
	struct row **row_of; /* the last row of each namespace, indexed by ns.index, or NULL */
	struct row *roots, **roots_end;
	struct detail *details; /* details of processes, sorted by pid */
	size_t n_details;
	struct users users;
	char *orphan_color, *self_color; /* colours of rows of the table; NULL: no colours */
	struct boxes *boxes;             /* the containers of --containers and --find, or NULL */
	struct found *found;             /* the answers of --find */
	size_t n_found;
	int netlink; /* socket for netnsid_get(), or 0 if not open */
	bool hidden; /* with --strict: /proc hides processes */
	struct mountinfo mountinfo;
	struct own_mount *mounts; /* the caller's mounts, valid if mounts_read is set */
	size_t n_mounts;
	bool mounts_read;
	struct netns_link *links; /* the links in /run/netns, valid if links_read is set */
	size_t n_links;
	bool links_read;
	bool needs_locale; /* the table has characters beyond ASCII */
	int64_t boot_ns;   /* boot time on the real-time clock, or 0 if not computed */
};

/* A value that is not formatted yet. Its text comes from outside and must be escaped before it is
 * printed. */
enum cell_kind { CELL_NONE, CELL_NUM, CELL_SIGNED, CELL_BOOL, CELL_TEXT, CELL_LIST };
struct cell {
	enum cell_kind kind;
	uint64_t num;    /* the number; in two's complement for CELL_SIGNED */
	struct buf text; /* each item of a list ends with a NUL */
};

/* COL_RIGHT also means a number for --filter, unless COL_WORDS says that some cells are words. */
enum {
	COL_RIGHT = 1,
	COL_TRUNC = 2,
	COL_WRAP = 4,
	COL_SIGNED = 8,
	COL_WORDS = 16,
	COL_DURATION = 32, /* seconds, which a table shows as "22m" */
	COL_SIZE = 64,     /* bytes, which a table shows as "12M" */
};

struct column {
	const char *name;
	double width;
	unsigned flags;
	unsigned needs; /* sources that the column needs about all processes, even with --task */
	void (*fill)(struct run *run, const struct row *r, struct cell *out);
	const char *help;
};

/* The views, indexed by enum nslist_view; views.c. NSLIST_FEATURES has no entry. */
extern const struct view nslist_views[];

/* columns.c */
extern const struct column nslist_columns[];
extern const size_t nslist_n_columns;

/* Returns the columns of a view, and sets *n to their number. */
const struct column *nslist_columns_of(enum nslist_view view, size_t *n);

/* Returns the column with the name of n bytes, in any case, or NULL. nslist_find_column_of()
 * searches the columns of a view. */
const struct column *nslist_find_column(const char *name, size_t n);
const struct column *nslist_find_column_of(enum nslist_view view, const char *name, size_t n);

/* Prints "unknown column 'NAME'" after prefix, with the nearest column as the hint, and ends the
 * process. */
_Noreturn void nslist_unknown_column(const char *prefix, const char *name, size_t n);

/* Sets o->cols from --output and the view. Exits if a column is unknown. */
void nslist_choose_columns(struct opts *o);

/* Sets the column of --sort. Exits if it is unknown. */
void nslist_choose_sort(struct opts *o);

/* Returns the name of the column in which a tree is drawn: containers in NAME, a tree of processes
 * in COMMAND, others in NS. */
const char *nslist_tree_column(const struct opts *o);

/* Returns the sources that the selected columns need about all processes. */
unsigned nslist_needs(const struct opts *o);

/* Returns true if the number of mounts or the root of a mount namespace may be needed, which takes
 * a call for each mount. */
bool nslist_needs_mounts(const struct opts *o);

/* opts.c: parses the command line without a side effect. Exits on errors. The caller frees o->refs.
 */
void opts_parse(struct opts *o, int argc, char **argv);

/* check.c: returns 0, or -EINVAL with e set if the options do not go together. Has no side effects.
 */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* resolve.c: sets run->targets, which the caller frees. Opens a pidfd for each process among the
 * targets and closes it only at exit, so that the pid cannot be reused. Returns 0, or a negative
 * errno with e set. */
int resolve(struct run *run, struct nserr *e) must_check;

/* resolve.c: returns the namespace of a target. Exits if the scan did not find it. */
struct ns *nslist_target_ns(const struct run *run, const struct target *t);

/* select.c: select rows for nslist_views. Exit on errors. */
void nslist_select_namespaces(struct run *run);
/* selects the processes in the namespace of the first target */
void nslist_select_members(struct run *run);
void nslist_select_containers(struct run *run); /* containers_select.c */
void nslist_select_nothing(struct run *run);    /* stale.c */
void nslist_select_dot(struct run *run);        /* dot.c */
void nslist_select_found(struct run *run);      /* find.c */
/* selects the namespace of --show, and then the processes in it */
void nslist_select_show(struct run *run);

/* select.c: allocates run->rows for n rows, which the caller fills in. Exits if memory runs out. */
void nslist_allocate_rows(struct run *run, size_t n);

/* limits_user.c: returns the limit of a type. Exits if it cannot be read. */
uint64_t nslist_limit(const struct run *run, const struct nstype *type);

/* sort.c: sorts the rows by the column of --sort. Exits if memory runs out. */
void nslist_sort(struct run *run);

/* select.c: runs the selection of the view and --filter, and links the rows as a tree. */
void nslist_select(struct run *run);
void nslist_free_rows(struct run *run);

/* look.c: scan the machine and select the rows: nslist_look() for the first time, and the other
 * function for each further scan. Exit on errors. */
void nslist_look(struct run *run);
void nslist_look_again(struct run *run);

/*
 * details.c: return details of a process. Return NULL or false if it has ended or cannot be read; a
 * failed read is counted in run->c.missed. The results belong to run.
 */
struct detail *nslist_detail(struct run *run, pid_t pid);
const struct proc_stat *nslist_stat(struct run *run, pid_t pid);
bool nslist_ppid(struct run *run, pid_t pid, pid_t *ppid);
bool nslist_uid(struct run *run, pid_t pid, uid_t *uid);
const char *nslist_text(struct run *run, pid_t pid, enum detail_text which, size_t *len);

/*
 * details.c: counts a value that could not be read because of the negative errno rc, unless process
 * pid has ended. pid is 0 if the value is not about a process.
 */
void nslist_missed(struct run *run, pid_t pid, int rc);

/* details.c: counts a value that is missing because the namespace could not be opened. */
void nslist_need_opened(struct run *run, const struct ns *ns);
void nslist_details_free(struct run *run);

/* names.c: returns true if the path, a mount point of ns, can be opened without asking a file
 * server, and leads to ns. */
bool nslist_opens(struct run *run, const struct ns *ns, const char *path);

/* names.c: returns true if ns is mounted on the path in the caller's mount namespace and no other
 * mount covers it. */
bool nslist_is_visible(struct run *run, const struct ns *ns, const char *path);

/* names.c: returns the name of a symbolic link in /run/netns that leads to ns, or NULL. The result
 * belongs to run. */
const char *nslist_link_name(struct run *run, const struct ns *ns);
void nslist_names_free(struct run *run);

/* users.c: returns the name of a user, or its number if it has no name. The result is valid until
 * the next call. */
const char *nslist_user(struct run *run, uid_t uid);
void nslist_users_free(struct run *run);

/* print.c */

/* Sets the cell of a row and column. The caller frees cell->text at the end. */
void nslist_fill(struct run *run, const struct row *r, const struct column *col, struct cell *cell);

/*
 * Sets the locale for libsmartcols, so that all output is valid UTF-8. In a locale with another
 * encoding, libsmartcols could cut or escape a part of a character. In this case the locale C is
 * used, in which libsmartcols escapes all bytes above 0x7e. Reading the files of the locale takes
 * more than ten system calls, so it is set only if a table needs it.
 */
void nslist_set_locale(void);

/* Adds a cell as a member of a JSON object. */
void nslist_json_cell(struct json *j, const struct column *col, const struct cell *cell);

/* Appends a cell without blanks and control bytes, nothing if it is unknown. */
void nslist_add_raw(struct buf *b, const struct cell *cell);

/* list_columns.c: prints the names, types and descriptions of the columns for --list-columns.
 * Returns the exit status. */
int nslist_list_columns(const struct opts *o);

/*
 * missed.c: prints one warning that counts the values that could not be read and, with --strict,
 * everything else that could not be read. Returns the exit status.
 */
int nslist_report_missed(const struct run *run);

/* missed.c: ends the outermost JSON object and its line. With --strict, adds the members `complete`
 * and `missed` before. */
void nslist_json_end(const struct run *run, struct json *j);

/* bytype.c: adds the facts of one type to a JSON object, or as a line to out if j is NULL. */
typedef void nslist_type_row(struct run *run, const struct nstype *type, struct json *j,
			     struct buf *out);

/* bytype.c: prints one row per selected type, in JSON as an array `key`. */
void nslist_by_type(struct run *run, const char *key, const char *headings,
		    nslist_type_row *add_row);

/* print.c, show.c, diff.c, limits.c, dot.c, watch.c: print functions for nslist_views. */
void nslist_print(struct run *run);
void nslist_show(struct run *run);
void nslist_diff(struct run *run);
void nslist_limits(struct run *run);
void nslist_caps(struct run *run);
void nslist_stale(struct run *run);
void nslist_limits_of_users(struct run *run);
void nslist_dot(struct run *run);
void nslist_watch(struct run *run); /* never returns */

/* filter.c: removes rows that --filter does not match. Exits with CLI_EXIT_UNSUPPORTED if the
 * library is too old. */
void nslist_filter(struct run *run);

#endif
