/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nslist: declares the command line, the data of the tool (struct run), and the types for rows,
 * cells, columns and views. */
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
	NSLIST_USER_PID, /* print user and pid namespaces in a single tree */
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

/* A target: the process or namespace that a reference on the command line names. */
struct target {
	/* pid of the process; 0 if the target is a namespace, -1 if the process has ended */
	pid_t pid;
	/* descriptor of the directory of the process in /proc; -1 if the target is a namespace */
	int procfd;
	/* type of the namespace; NULL if the reference was only an inode */
	const struct nstype *type;
	uint32_t inode;
};

#define NSLIST_COLUMNS_MAX 96

/* The command line. */
struct opts {
	enum nslist_format format;
	enum nslist_tree tree;
	bool nested; /* true if the rows form a tree, false if they form a list */
	bool headings, truncate, wrap, list, strict, persistent, orphans, list_columns, no_bpf;
	bool all;             /* --all was given */
	bool limits_of_users; /* --limits=user was given */
	const char *find;     /* argument of --find, or NULL */
	const char *sort;     /* argument of --sort, or NULL */
	const struct column *sort_col;
	enum color_when color;
	bool sort_down; /* sort in descending order */
	unsigned types, sources;
	enum nslist_view view;
	const char *of; /* argument of --show, --members or --diff, or NULL */
	/* the type that --type names if it names exactly one, or NULL */
	const struct nstype *of_type;
	const char *task;         /* argument of --task, or NULL */
	struct timespec interval; /* interval of --watch */
	const char *filter;       /* argument of --filter, or NULL */
	char **rest;              /* arguments after the options */
	struct nsref *refs;       /* the parsed references in `of`, `task` and `rest` */
	size_t n_refs;
	const char *output; /* the column names of --output, or NULL */
	bool output_all;
	const struct column *cols[NSLIST_COLUMNS_MAX];
	size_t n_cols;
};

/* Strings from /proc/PID. Each file is read only once, when a column first needs it. */
enum detail_text { DETAIL_CMDLINE, DETAIL_CGROUP, DETAIL_STATUS, DETAIL_EXE, DETAIL_TEXTS };

struct detail {
	pid_t pid;
	/* bit mask of the members below that have been requested: elements of `text`, stat, uid */
	unsigned asked;
	bool stat_ok; /* /proc/PID/stat was read */
	bool uid_ok;  /* the uid was read */
	struct proc_stat stat;
	uid_t uid;
	char *text[DETAIL_TEXTS];
	size_t len[DETAIL_TEXTS];
};

struct container;

struct row {
	struct ns *ns;
	pid_t pid; /* the process that represents the namespace, or 0 */
	/* true if the row describes the process `pid` or a container, and not a namespace */
	bool is_member;
	const struct container *box; /* the container that this row describes, or NULL */
	const char *match; /* with --find: the value of the column MATCH; otherwise NULL */
	struct row *parent, *first, **last, *next;
};

/* A namespace that --find has found. */
struct found {
	struct ns *ns;
	pid_t pid;   /* a process in the namespace, or 0 */
	char *match; /* value of the column MATCH, allocated with malloc(3) */
};

/* The names of users that have been looked up. */
struct users {
	struct {
		uid_t uid;
		char *name;
	} known[64];
	size_t n;
};

/* A mount in the caller's mount namespace. The texts belong to run.mountinfo. */
struct own_mount {
	int id, parent;
	const char *target;
	/* root of the mount if it is a namespace, such as "net:[4026531840]"; otherwise "" */
	const char *root;
};

/* A symbolic link in /run/netns and the namespace to which it leads. */
struct netns_link {
	char *name;
	uint32_t inode;
};

struct run;

/* A view: the functions that select and print its rows. Both functions exit on errors. */
struct view {
	void (*select)(struct run *run);
	void (*print)(struct run *run);
	const char *key; /* name of the JSON array that contains the rows */
};

/* The data of nslist: the command line, the namespaces that were found, and the rows. */
struct run {
	const struct opts *o;
	const struct view *view; /* the view that the options select */
	/* one target for each reference on the command line; if there are no references,
	 * all namespaces are listed */
	struct target *targets;
	size_t n_targets;
	int proc; /* descriptor of /proc */
	struct collect c;
	/* BPF programs that stay loaded between the scans of --watch */
	struct collect_programs programs;
	struct row *rows;
	size_t n_rows;
	/* indexed by ns.index: the last row of the namespace, or NULL if it has no row */
	struct row **row_of;
	struct row *roots, **roots_end;
	struct detail *details; /* details of processes, sorted by pid */
	size_t n_details;
	struct users users;
	/* colours of the rows of the table; NULL if nothing is coloured */
	char *orphan_color, *self_color;
	/* with --containers and --find: the containers; otherwise NULL */
	struct boxes *boxes;
	struct found *found; /* with --find: the answers that were found */
	size_t n_found;
	int netlink; /* socket for netnsid_get(), or 0 if it is not open */
	bool hidden; /* only with --strict: true if /proc hides processes of other users */
	struct mountinfo mountinfo;
	struct own_mount *mounts; /* the caller's mounts, valid if mounts_read is set */
	size_t n_mounts;
	bool mounts_read;
	struct netns_link *links; /* the links in /run/netns, valid if links_read is set */
	size_t n_links;
	bool links_read;
	/* used by tails.c: for each row, the string that replaces a placeholder in the last column,
	 * or an empty string; each string ends with a NUL */
	struct buf tails;
	bool has_tails;
	int64_t boot_ns; /* boot time on the real-time clock, or 0 if not computed */
};

/* A cell: a value that is not formatted yet. The text of a cell is untrusted and must be escaped
 * before it is printed. */
enum cell_kind { CELL_NONE, CELL_NUM, CELL_SIGNED, CELL_BOOL, CELL_TEXT, CELL_LIST };
struct cell {
	enum cell_kind kind;
	uint64_t num;    /* the number; in two's complement if the cell is CELL_SIGNED */
	struct buf text; /* the text; in a list, each item ends with a NUL */
};

/* COL_RIGHT aligns the cells to the right. --filter treats such cells as numbers, unless COL_WORDS
 * says that some cells are words. */
enum {
	COL_RIGHT = 1,
	COL_TRUNC = 2,
	COL_WRAP = 4,
	COL_SIGNED = 8,
	COL_WORDS = 16,
	COL_DURATION = 32, /* a number of seconds, which a table shows in the form "22m" */
	COL_SIZE = 64,     /* a number of bytes, which a table shows in the form "12M" */
};

struct column {
	const char *name;
	double width;
	unsigned flags;
	/* bit mask of the sources (COLLECT_*) from which this column needs the data of all
	 * processes, even with --task */
	unsigned needs;
	void (*fill)(struct run *run, const struct row *r, struct cell *out);
	const char *help;
};

/* The views, indexed by enum nslist_view and defined in views.c. There is no view for
 * NSLIST_FEATURES. */
extern const struct view nslist_views[];

/* The tables and functions below are defined in columns.c. */
extern const struct column nslist_columns[];
extern const size_t nslist_n_columns;

/* Returns the columns that a view can print, and sets *n to their number. */
const struct column *nslist_columns_of(enum nslist_view view, size_t *n);

/* Return the column whose name is the n bytes at `name`, in upper or lower case, or NULL.
 * nslist_find_column() searches nslist_columns, and nslist_find_column_of() searches the columns of
 * a view. */
const struct column *nslist_find_column(const char *name, size_t n);
const struct column *nslist_find_column_of(enum nslist_view view, const char *name, size_t n);

/* Ends the process with the message "unknown column 'NAME'" after prefix, and with the nearest
 * column as the hint. */
_Noreturn void nslist_unknown_column(const char *prefix, const char *name, size_t n);

/* Sets o->cols from --output and the view. Exits if a column is unknown. */
void nslist_choose_columns(struct opts *o);

/* Sets o->sort_col to the column that --sort names. Exits if the column is unknown. */
void nslist_choose_sort(struct opts *o);

/* Returns the name of the column that contains the branches of a tree: NAME for containers, COMMAND
 * for a tree of processes, otherwise NS. */
const char *nslist_tree_column(const struct opts *o);

/* Returns the bit mask of the sources from which the selected columns need the data of all
 * processes. */
unsigned nslist_needs(const struct opts *o);

/* Returns true if the number of mounts or the root of a mount namespace may be needed. To determine
 * them, nslist makes a system call for each mount. */
bool nslist_needs_mounts(const struct opts *o);

/* Defined in opts.c: parses the command line without a side effect. Exits on errors. The caller
 * frees o->refs. */
void opts_parse(struct opts *o, int argc, char **argv);

/* Defined in check.c: returns 0, or -EINVAL with e set if the options cannot be combined. Has no
 * side effects. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Defined in resolve.c: checks the references of the command line and sets run->targets, which the
 * caller frees. The directories in /proc of the targets that are processes stay open until nslist
 * exits. Returns 0, or a negative errno with e set. */
int resolve(struct run *run, struct nserr *e) must_check;

/* Defined in resolve.c: returns the namespace of a target. Exits if the scan did not find the
 * namespace. */
struct ns *nslist_target_ns(const struct run *run, const struct target *t);

/* Defined in select.c, containers_select.c, stale.c, dot.c and find.c: functions of nslist_views
 * that select rows. They exit on errors. */
void nslist_select_namespaces(struct run *run);
/* selects the processes in the namespace of the first target */
void nslist_select_members(struct run *run);
void nslist_select_containers(struct run *run);
void nslist_select_nothing(struct run *run);
void nslist_select_dot(struct run *run);
void nslist_select_found(struct run *run);
/* selects the row of the namespace that --show names, and then the processes in this namespace */
void nslist_select_show(struct run *run);

/* Defined in select.c: allocates run->rows for n rows. The caller must fill in the rows. Exits if
 * memory allocation fails. */
void nslist_allocate_rows(struct run *run, size_t n);

/* Defined in limits_user.c: returns the number in /proc/sys/user/max_*_namespaces: how many
 * namespaces of this type each user may create in the caller's user namespace. Exits if the file
 * cannot be read. */
uint64_t nslist_limit(const struct run *run, const struct nstype *type);

/* Defined in sort.c: sorts the rows by the column of --sort. Exits if memory allocation fails. */
void nslist_sort(struct run *run);

/* Defined in select.c: calls the function of the view that selects rows, applies --filter, and
 * links the rows as a tree. */
void nslist_select(struct run *run);
void nslist_free_rows(struct run *run);

/* Defined in look.c: functions that find the namespaces and create the rows of the output.
 * nslist_look() does this for the first time, and nslist_look_again() each further time, for which
 * it frees the old rows. Both exit on errors. */
void nslist_look(struct run *run);
void nslist_look_again(struct run *run);

/*
 * Defined in details.c: return details of a process. Return NULL or false if the process has ended
 * or the detail cannot be read; a failed read is counted in run->c.missed. The results belong to
 * run.
 */
struct detail *nslist_detail(struct run *run, pid_t pid);
const struct proc_stat *nslist_stat(struct run *run, pid_t pid);
bool nslist_ppid(struct run *run, pid_t pid, pid_t *ppid);
bool nslist_uid(struct run *run, pid_t pid, uid_t *uid);
const char *nslist_text(struct run *run, pid_t pid, enum detail_text which, size_t *len);

/*
 * Defined in details.c: counts a value that could not be read because of the negative errno rc,
 * unless process pid has ended. pid is 0 if the value is not about a process.
 */
void nslist_missed(struct run *run, pid_t pid, int rc);

/* Defined in details.c: counts a value that is missing because the namespace could not be
 * opened. */
void nslist_need_opened(struct run *run, const struct ns *ns);
void nslist_details_free(struct run *run);

/* Defined in names.c: returns true if the path, a mount point of ns, leads to ns and can be opened
 * without a request to a file server. */
bool nslist_opens(struct run *run, const struct ns *ns, const char *path);

/* Defined in names.c: returns true if ns is mounted on the path in the caller's mount namespace and
 * no other mount covers it. */
bool nslist_is_visible(struct run *run, const struct ns *ns, const char *path);

/* Defined in names.c: returns the name of a symbolic link in /run/netns that leads to ns, or NULL.
 * The result belongs to run. */
const char *nslist_link_name(struct run *run, const struct ns *ns);
void nslist_names_free(struct run *run);

/* Defined in users.c: returns the name of a user, or the uid as a decimal string if the user has no
 * name. The result is valid until the next call. */
const char *nslist_user(struct run *run, uid_t uid);
void nslist_users_free(struct run *run);

/* The functions below are defined in print.c unless their comment names another file. */

/* Stores in *cell the value of the column `col` for the row r. The caller frees cell->text. */
void nslist_fill(struct run *run, const struct row *r, const struct column *col, struct cell *cell);

/*
 * Sets the locale for libsmartcols, so that all output is valid UTF-8. In a locale with another
 * encoding, libsmartcols could cut or escape a part of a character. In this case the locale C is
 * used, in which a table escapes all bytes above 0x7e. Reading the files of the locale takes more
 * than ten system calls, so the function is called only if a table or a regular expression needs
 * the locale. Later calls do nothing.
 */
void nslist_set_locale(void);

/* Defined in tails.c: begins a table. Sets run->has_tails to true if libsmartcols can get
 * placeholders instead of the texts in the last column, which is faster. Empties run->tails. */
void nslist_tails_begin(struct run *run);

/* Defined in tails.c: handles s, the text in the last column of the next row; s may be NULL.
 * Returns the string to pass to libsmartcols: s itself, or a placeholder that nslist_tails_end()
 * replaces by s. */
const char *nslist_tail(struct run *run, const char *s);

/* Defined in tails.c: appends `text`, the table that libsmartcols has printed, to out, and replaces
 * the placeholders by the recorded texts. Exits if memory allocation fails. */
void nslist_tails_end(struct run *run, struct buf *out, const char *text);

/* Adds a cell to the JSON object j, as a member with the name of the column. */
void nslist_json_cell(struct json *j, const struct column *col, const struct cell *cell);

/* Appends to b the text of a cell, without blanks and control bytes. Appends nothing if the value
 * is unknown. */
void nslist_add_raw(struct buf *b, const struct cell *cell);

/* Defined in list_columns.c: prints the names, types and descriptions of the columns for
 * --list-columns. Returns the exit status. */
int nslist_list_columns(const struct opts *o);

/*
 * Defined in missed.c: prints one warning that counts the values that could not be read. With
 * --strict, the warning also counts all other objects that could not be read. Returns the exit
 * status.
 */
int nslist_report_missed(const struct run *run);

/* Defined in missed.c: ends the outermost JSON object and its line. With --strict, first adds the
 * members `complete` and `missed`. */
void nslist_json_end(const struct run *run, struct json *j);

/* Defined in bytype.c: adds the facts about one namespace type. Adds a JSON object to j or, if j is
 * NULL, a line to out. */
typedef void nslist_type_row(struct run *run, const struct nstype *type, struct json *j,
			     struct buf *out);

/* Defined in bytype.c: prints one row for each selected type. In JSON, the rows are an array with
 * the name `key`. */
void nslist_by_type(struct run *run, const char *key, const char *headings,
		    nslist_type_row *add_row);

/* Defined in print.c, show.c, diff.c, limits.c, dot.c and watch.c: functions of nslist_views that
 * print the output. */
void nslist_print(struct run *run);
void nslist_show(struct run *run);
void nslist_diff(struct run *run);
void nslist_limits(struct run *run);
void nslist_caps(struct run *run);
void nslist_stale(struct run *run);
void nslist_limits_of_users(struct run *run);
void nslist_dot(struct run *run);
void nslist_watch(struct run *run); /* prints changes until nslist ends; never returns */

/* Defined in filter.c: removes the rows that do not match --filter. Exits with CLI_EXIT_UNSUPPORTED
 * if libsmartcols is too old for filters. */
void nslist_filter(struct run *run);

#endif
