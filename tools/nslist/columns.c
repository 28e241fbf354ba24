// SPDX-License-Identifier: GPL-2.0-or-later
/* columns: the table of columns, and the choice of columns by the options. */
#include "containers.h"

#include "base/choice.h"
#include "base/str.h"
#include "common/cli.h"

/* The sources (COLLECT_*) that a scan must read to fill a column. */
#define PROCS    NSTYPE_BIT(COLLECT_PROC)
#define TASKS    (PROCS | NSTYPE_BIT(COLLECT_TASK))
#define FDS      (PROCS | NSTYPE_BIT(COLLECT_FD))
#define SOCKS    (PROCS | NSTYPE_BIT(COLLECT_SOCK))
#define MOUNTS   (PROCS | NSTYPE_BIT(COLLECT_MNT) | NSTYPE_BIT(COLLECT_KERNEL))
#define ANYTHING COLLECT_ALL

#define SIGNED (COL_RIGHT | COL_SIGNED)
#define WORDS  (COL_RIGHT | COL_WORDS)
#define AGE    (COL_RIGHT | COL_DURATION)

/* clang-format off */
const struct column nslist_columns[] = {
	{ "NS",        10,  COL_RIGHT, 0,        fill_ns,        "inode number of the namespace" },
	{ "TYPE",      5,   0,         0,        fill_type,      "type of the namespace" },
	{ "PATH",      0,   0,         PROCS,    fill_path,      "path of the namespace file in /proc" },
	{ "NPROCS",    5,   COL_RIGHT, PROCS,    fill_nprocs,    "number of processes in the namespace" },
	{ "PID",       5,   COL_RIGHT, PROCS,    fill_pid,       "lowest PID in the namespace" },
	{ "PPID",      5,   COL_RIGHT, PROCS,    fill_ppid,      "parent process of PID" },
	{ "COMMAND",   0,   COL_TRUNC, PROCS,    fill_holder_or_command, "command line of PID, or a holder" },
	{ "UID",       0,   COL_RIGHT, PROCS,    fill_uid,       "user ID of PID, or of the creator" },
	{ "USER",      0,   0,         PROCS,    fill_user,      "user name of PID, or of the creator" },
	{ "NETNSID",   0,   WORDS,     0,        fill_netnsid,   "ID (nsid) in the caller's network namespace" },
	{ "NSFS",      0,   COL_WRAP,  MOUNTS,   fill_nsfs,      "mount point in the caller's mount namespace" },
	{ "PNS",       10,  COL_RIGHT, 0,        fill_pns,       "inode number of the parent namespace" },
	{ "ONS",       10,  COL_RIGHT, 0,        fill_ons,       "inode number of the owning user namespace" },
	{ "REF",       0,   0,         0,        fill_ref,       "most stable reference that nsenter2 accepts" },
	{ "ID",        0,   COL_RIGHT, 0,        fill_id,        "64-bit ID, which is never used again (Linux 6.18)" },
	{ "OWNERID",   0,   COL_RIGHT, 0,        fill_ownerid,   "ID of ONS" },
	{ "PARENTID",  0,   COL_RIGHT, 0,        fill_parentid,  "ID of PNS" },
	{ "CREATOR",   0,   0,         0,        fill_creator,   "creator of a user namespace" },
	{ "LEVEL",     0,   COL_RIGHT, 0,        fill_level,     "number of visible ancestors" },
	{ "NCHILD",    0,   COL_RIGHT, ANYTHING, fill_nchild,    "number of child namespaces" },
	{ "NOWNED",    0,   COL_RIGHT, ANYTHING, fill_nowned,    "number of namespaces that the namespace owns" },
	{ "NTHREADS",  0,   COL_RIGHT, TASKS,    fill_nthreads,  "number of threads in the namespace" },
	{ "NFDS",      0,   COL_RIGHT, FDS,      fill_nfds,      "number of descriptors of the namespace" },
	{ "NSOCKS",    0,   COL_RIGHT, SOCKS,    fill_nsocks,    "number of sockets in the namespace" },
	{ "HELD",      0,   0,         ANYTHING, fill_held,      "reasons why the namespace exists" },
	{ "HOLDERS",   0,   COL_WRAP,  ANYTHING, fill_holders,   "objects other than processes that hold it" },
	{ "NAME",      0,   0,         MOUNTS,   fill_name,      "name in /run/netns, of a mount or a container" },
	{ "SELF",      0,   0,         0,        fill_self,      "whether nslist is in the namespace" },
	{ "INIT",      0,   0,         0,        fill_init,      "whether it is an initial namespace" },
	{ "LPID",      0,   COL_RIGHT, PROCS,    fill_lpid,      "PID of the process in its own pid namespace" },
	{ "START",     0,   0,         PROCS,    fill_start,     "start time of PID" },
	{ "AGE",       0,   AGE,       PROCS,    fill_age,       "time since START" },
	{ "COMM",      0,   0,         PROCS,    fill_comm,      "program name of PID" },
	{ "EXE",       0,   0,         PROCS,    fill_exe,       "program path of PID" },
	{ "CGROUP",    0,   0,         PROCS,    fill_cgroup,    "control group of PID" },
	{ "CONTAINER", 0,   0,         PROCS,    fill_container, "container, from the control group name" },
	{ "UNIT",      0,   0,         PROCS,    fill_unit,      "systemd unit, from the control group name" },
	{ "UIDMAP",    0,   COL_WRAP,  0,        fill_uidmap,    "user ID map: inside, outside, count" },
	{ "GIDMAP",    0,   COL_WRAP,  0,        fill_gidmap,    "group ID map: inside, outside, count" },
	{ "SETGROUPS", 0,   0,         PROCS,    fill_setgroups, "whether setgroups(2) is allowed" },
	{ "MAXNS",     0,   COL_RIGHT, 0,        fill_maxns,     "limit that applies in the caller's user namespace" },
	{ "NMOUNTS",   0,   COL_RIGHT, MOUNTS,   fill_nmounts,   "number of mounts in the namespace" },
	{ "ROOTFS",    0,   0,         MOUNTS,   fill_rootfs,    "file system type of the root" },
	{ "HOSTNAME",  0,   0,         0,        fill_hostname,  "host name" },
	{ "DOMAIN",    0,   0,         0,        fill_domain,    "NIS domain name" },
	{ "BOOTOFF",   0,   SIGNED,    PROCS,    fill_bootoff,   "offset of the boot clock, in seconds" },
	{ "MONOOFF",   0,   SIGNED,    PROCS,    fill_monooff,   "offset of the monotonic clock, in seconds" },
	{ "NIFS",      0,   COL_RIGHT, 0,        fill_nifs,      "number of network interfaces" },
	{ "CGROOT",    0,   0,         PROCS,    fill_cgroot,    "control group that is the namespace's root" },
	{ "MATCH",     0,   0,         0,        fill_match,     "object that --find has found" },
};
/* clang-format on */
const size_t nslist_n_columns = ARRAY_SIZE(nslist_columns);

const struct column *nslist_columns_of(enum nslist_view view, size_t *n)
{
	*n = view == NSLIST_CONTAINERS ? nslist_n_box_columns : nslist_n_columns;
	return view == NSLIST_CONTAINERS ? nslist_box_columns : nslist_columns;
}

const struct column *nslist_find_column_of(enum nslist_view view, const char *name, size_t n)
{
	size_t n_cols;
	const struct column *cols = nslist_columns_of(view, &n_cols);

	for (size_t i = 0; i < n_cols; i++)
		if (str_same_name(cols[i].name, name, n) && !cols[i].name[n])
			return &cols[i];
	return NULL;
}

const struct column *nslist_find_column(const char *name, size_t n)
{
	return nslist_find_column_of(NSLIST_ROWS, name, n);
}

void nslist_unknown_column(const char *prefix, const char *name, size_t n)
{
	struct nserr e = NSERR_INIT;
	struct choice choice;

	choice_init(&choice, name, n);
	for (size_t i = 0; i < nslist_n_columns; i++)
		choice_add(&choice, nslist_columns[i].name);
	nserr_set(&e, 0, "%sunknown column '%.*s'", prefix, (int)MIN(n, 80u), name);
	choice_hint(&choice, &e);
	cli_die_usage_nserr(&e);
}

/* Selects one more column. Exits if the column is unknown or if there are too many columns. */
static void add_column(struct opts *o, const char *name, size_t n)
{
	const struct column *col = nslist_find_column_of(o->view, name, n);

	if (!col)
		nslist_unknown_column("", name, n);
	if (o->n_cols == NSLIST_COLUMNS_MAX)
		cli_die_usage("too many columns");
	o->cols[o->n_cols++] = col;
}

static void add_columns(struct opts *o, const char *list)
{
	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ",");

		add_column(o, s, n);
		s += n;
		if (!*s)
			break;
	}
}

static const char *default_columns(const struct opts *o)
{
	if (o->view == NSLIST_MEMBERS)
		return o->of ? "PID,LPID,PPID,USER,COMMAND" : "PID,PPID,USER,COMMAND";
	if (o->view == NSLIST_CONTAINERS)
		return "NAME,PID,USER,NPROCS,TYPES,HOSTNAME,AGE,MEMORY,ADDRESS,ROOTFS,CGROUP,"
		       "COMMAND";
	if (o->view == NSLIST_FIND)
		return "REF,TYPE,PID,NAME,MATCH,COMMAND";
	if (o->orphans)
		return "NS,TYPE,HELD,USER,HOLDERS";
	if (o->types & NSTYPE_BIT(NSTYPE_NET))
		return "NS,TYPE,NPROCS,PID,USER,NETNSID,NSFS,COMMAND";
	return "NS,TYPE,NPROCS,PID,USER,COMMAND";
}

static void add_all_columns(struct opts *o)
{
	size_t n;
	const struct column *cols = nslist_columns_of(o->view, &n);

	for (size_t i = 0; i < n; i++)
		o->cols[o->n_cols++] = &cols[i];
}

void nslist_choose_columns(struct opts *o)
{
	const char *list = o->output;
	bool defaults = !list || *list == '+';

	/* --containers prints all columns as JSON, because a script needs REF, and the width of
	 * JSON does not matter */
	if ((defaults && (o->output_all || o->view == NSLIST_SHOW)) ||
	    (!list && o->view == NSLIST_CONTAINERS && o->format == NSLIST_JSON))
		add_all_columns(o);
	else if (defaults)
		add_columns(o, default_columns(o));
	if (list)
		add_columns(o, list + (*list == '+'));
}

const char *nslist_tree_column(const struct opts *o)
{
	if (o->view == NSLIST_CONTAINERS)
		return "NAME";
	return o->tree == NSLIST_PROCESS ? "COMMAND" : "NS";
}

void nslist_choose_sort(struct opts *o)
{
	const char *name = o->sort;

	if (!name)
		return;
	o->sort_down = *name == '-';
	name += o->sort_down;
	o->sort_col = nslist_find_column_of(o->view, name, strlen(name));
	if (!o->sort_col)
		nslist_unknown_column("--sort: ", name, strlen(name));
}

unsigned nslist_needs(const struct opts *o)
{
	unsigned needs = o->sort_col ? o->sort_col->needs : 0;

	for (size_t i = 0; i < o->n_cols; i++)
		needs |= o->cols[i]->needs;
	return needs;
}

bool nslist_needs_mounts(const struct opts *o)
{
	if (o->filter || o->view == NSLIST_SHOW)
		return true;
	if (o->sort_col && (o->sort_col->fill == fill_nmounts || o->sort_col->fill == fill_rootfs))
		return true;
	for (size_t i = 0; i < o->n_cols; i++)
		if (o->cols[i]->fill == fill_nmounts || o->cols[i]->fill == fill_rootfs)
			return true;
	return false;
}
