// SPDX-License-Identifier: GPL-2.0-or-later
/* columns: one row of the table and one function a column. */
#include "columns.h"

#include <strings.h>

#include "common/cli.h"

/* Where a source is what the column shows, or what else there is to go by. */
#define PROCS    NSTYPE_BIT(COLLECT_PROC)
#define TASKS    (PROCS | NSTYPE_BIT(COLLECT_TASK))
#define FDS      (PROCS | NSTYPE_BIT(COLLECT_FD))
#define SOCKS    (PROCS | NSTYPE_BIT(COLLECT_SOCK))
#define MOUNTS   (PROCS | NSTYPE_BIT(COLLECT_MNT) | NSTYPE_BIT(COLLECT_KERNEL))
#define ANYTHING COLLECT_ALL

#define SIGNED (COL_RIGHT | COL_SIGNED)
#define WORDS  (COL_RIGHT | COL_WORDS)

/* clang-format off */
const struct column nslist_columns[] = {
	{ "NS",        10,  COL_RIGHT, 0,        fill_ns,        "namespace: its inode number" },
	{ "TYPE",      5,   0,         0,        fill_type,      "type" },
	{ "PATH",      0,   0,         PROCS,    fill_path,      "path below /proc" },
	{ "NPROCS",    5,   COL_RIGHT, PROCS,    fill_nprocs,    "processes in it" },
	{ "PID",       5,   COL_RIGHT, PROCS,    fill_pid,       "lowest process id in it" },
	{ "PPID",      5,   COL_RIGHT, PROCS,    fill_ppid,      "parent of PID" },
	{ "COMMAND",   0,   COL_TRUNC, PROCS,    fill_command,   "command line of PID" },
	{ "UID",       0,   COL_RIGHT, PROCS,    fill_uid,       "user id of PID, or of who made it" },
	{ "USER",      0,   0,         PROCS,    fill_user,      "user name of PID, or of who made it" },
	{ "NETNSID",   0,   WORDS,     0,        fill_netnsid,   "number by which our network namespace knows it" },
	{ "NSFS",      0,   COL_WRAP,  MOUNTS,   fill_nsfs,      "where it is mounted in our mount namespace" },
	{ "PNS",       10,  COL_RIGHT, 0,        fill_pns,       "parent namespace" },
	{ "ONS",       10,  COL_RIGHT, 0,        fill_ons,       "user namespace that owns it" },
	{ "REF",       0,   0,         0,        fill_ref,       "the stablest name that nsenter2 takes" },
	{ "ID",        0,   COL_RIGHT, 0,        fill_id,        "64-bit id, never used again (Linux 6.18)" },
	{ "OWNERID",   0,   COL_RIGHT, 0,        fill_ownerid,   "id of ONS" },
	{ "PARENTID",  0,   COL_RIGHT, 0,        fill_parentid,  "id of PNS" },
	{ "CREATOR",   0,   0,         0,        fill_creator,   "who made a user namespace" },
	{ "LEVEL",     0,   COL_RIGHT, 0,        fill_level,     "parents above it that can be seen" },
	{ "NCHILD",    0,   COL_RIGHT, ANYTHING, fill_nchild,    "namespaces whose parent it is" },
	{ "NOWNED",    0,   COL_RIGHT, ANYTHING, fill_nowned,    "namespaces that it owns" },
	{ "NTHREADS",  0,   COL_RIGHT, TASKS,    fill_nthreads,  "threads in it" },
	{ "NFDS",      0,   COL_RIGHT, FDS,      fill_nfds,      "descriptors of it" },
	{ "NSOCKS",    0,   COL_RIGHT, SOCKS,    fill_nsocks,    "sockets in it" },
	{ "HELD",      0,   0,         ANYTHING, fill_held,      "why it is alive" },
	{ "HOLDERS",   0,   COL_WRAP,  ANYTHING, fill_holders,   "what holds it beside processes" },
	{ "NAME",      0,   0,         MOUNTS,   fill_name,      "name in /run/netns, of a mount, or of the container" },
	{ "SELF",      0,   0,         0,        fill_self,      "whether nslist is in it" },
	{ "INIT",      0,   0,         0,        fill_init,      "whether the machine was started with it" },
	{ "LPID",      0,   COL_RIGHT, PROCS,    fill_lpid,      "PID as its own pid namespace counts" },
	{ "START",     0,   0,         PROCS,    fill_start,     "when PID was started" },
	{ "AGE",       0,   COL_RIGHT, PROCS,    fill_age,       "seconds since then" },
	{ "COMM",      0,   0,         PROCS,    fill_comm,      "name of PID's program" },
	{ "EXE",       0,   0,         PROCS,    fill_exe,       "path of PID's program" },
	{ "CGROUP",    0,   0,         PROCS,    fill_cgroup,    "control group of PID" },
	{ "CONTAINER", 0,   0,         PROCS,    fill_container, "container, by the control group's name" },
	{ "UNIT",      0,   0,         PROCS,    fill_unit,      "unit of systemd, by the control group's name" },
	{ "UIDMAP",    0,   COL_WRAP,  0,        fill_uidmap,    "user ids inside, outside, count" },
	{ "GIDMAP",    0,   COL_WRAP,  0,        fill_gidmap,    "group ids inside, outside, count" },
	{ "SETGROUPS", 0,   0,         PROCS,    fill_setgroups, "whether setgroups(2) is allowed" },
	{ "MAXNS",     0,   COL_RIGHT, 0,        fill_maxns,     "limit that it counts against in our user namespace" },
	{ "NMOUNTS",   0,   COL_RIGHT, MOUNTS,   fill_nmounts,   "mounts in it" },
	{ "ROOTFS",    0,   0,         MOUNTS,   fill_rootfs,    "file system of its root" },
	{ "HOSTNAME",  0,   0,         0,        fill_hostname,  "host name" },
	{ "DOMAIN",    0,   0,         0,        fill_domain,    "NIS domain name" },
	{ "BOOTOFF",   0,   SIGNED,    PROCS,    fill_bootoff,   "offset of the boot time clock, seconds" },
	{ "MONOOFF",   0,   SIGNED,    PROCS,    fill_monooff,   "offset of the monotonic clock, seconds" },
	{ "NIFS",      0,   COL_RIGHT, 0,        fill_nifs,      "network interfaces" },
	{ "CGROOT",    0,   0,         PROCS,    fill_cgroot,    "control group that is its root" },
};
/* clang-format on */
const size_t nslist_n_columns = ARRAY_SIZE(nslist_columns);

const struct column *nslist_find_column(const char *name, size_t n)
{
	for (size_t i = 0; i < nslist_n_columns; i++)
		if (strncasecmp(nslist_columns[i].name, name, n) == 0 && !nslist_columns[i].name[n])
			return &nslist_columns[i];
	return NULL;
}

static void add_column(struct nslist_opts *o, const char *name, size_t n)
{
	const struct column *col = nslist_find_column(name, n);

	if (!col)
		cli_die_usage("unknown column '%.*s'", (int)MIN(n, 80u), name);
	if (o->n_cols == NSLIST_COLUMNS_MAX)
		cli_die_usage("too many columns");
	o->cols[o->n_cols++] = col;
}

static void add_columns(struct nslist_opts *o, const char *list)
{
	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ",");

		add_column(o, s, n);
		s += n;
		if (!*s)
			break;
	}
}

static const char *default_columns(const struct nslist_opts *o)
{
	if (o->view == NSLIST_MEMBERS)
		return o->of ? "PID,LPID,PPID,USER,COMMAND" : "PID,PPID,USER,COMMAND";
	if (o->orphans)
		return "NS,TYPE,HELD,USER,HOLDERS";
	if (o->types == NSTYPE_BIT(NSTYPE_NET))
		return "NS,TYPE,NPROCS,PID,USER,NETNSID,NSFS,COMMAND";
	return "NS,TYPE,NPROCS,PID,USER,COMMAND";
}

void nslist_choose_columns(struct nslist_opts *o)
{
	const char *list = o->output;

	if (o->output_all) {
		for (size_t i = 0; i < nslist_n_columns; i++)
			o->cols[o->n_cols++] = &nslist_columns[i];
		return;
	}
	if (!list || *list == '+')
		add_columns(o, default_columns(o));
	if (list)
		add_columns(o, list + (*list == '+'));
}

unsigned nslist_needs(const struct nslist_opts *o)
{
	unsigned needs = 0;

	for (size_t i = 0; i < o->n_cols; i++)
		needs |= o->cols[i]->needs;
	return needs;
}
