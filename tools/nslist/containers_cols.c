// SPDX-License-Identifier: GPL-2.0-or-later
/* containers_cols: the columns of --containers. */
#include <linux/rtnetlink.h>

#include "containers.h"

#include "net/addr.h"

static void fill_box_name(struct run *run, const struct row *r, struct cell *out)
{
	out->kind = CELL_TEXT;
	boxes_name(run, r->box, &out->text);
}

static void fill_box_nprocs(struct run *run, const struct row *r, struct cell *out)
{
	(void)run;
	cell_num(out, r->box->nprocs);
}

static void fill_box_types(struct run *run, const struct row *r, struct cell *out)
{
	(void)run;
	out->kind = CELL_LIST;
	for (int i = 0; i < NSTYPE_COUNT; i++)
		if (r->box->types & NSTYPE_BIT(i))
			cell_item(out, "%s", nstypes[i].name);
}

/* Sets the host name of a container. A container in the caller's uts namespace has the caller's
 * host name. */
static void fill_box_hostname(struct run *run, const struct row *r, struct cell *out)
{
	const struct visit *v = boxes_visit(run, r->box, NSTYPE_UTS);

	if (v)
		cell_text(out, v->out.s ? v->out.s : "", v->out.len);
	else if (!(r->box->types & NSTYPE_BIT(NSTYPE_UTS)))
		cell_str(out, boxes_own_hostname(run));
}

/* Sets the addresses of a container. Omits loopback and link-local addresses, which other machines
 * cannot reach. */
static void fill_box_address(struct run *run, const struct row *r, struct cell *out)
{
	const struct visit *v = boxes_visit(run, r->box, NSTYPE_NET);
	char text[NET_ADDR_TEXT];

	if (!v)
		return;
	out->kind = CELL_LIST;
	for (size_t at = 0; at < v->out.len; at += sizeof(struct net_ifaddr)) {
		struct net_ifaddr a;

		memcpy(&a, v->out.s + at, sizeof(a));
		if (a.scope < RT_SCOPE_LINK)
			cell_item(out, "%s", net_addr_format(&a.addr, false, text));
	}
}

static void fill_box_rootfs(struct run *run, const struct row *r, struct cell *out)
{
	cleanup_free char *root = NULL;

	int rc = r->box->rootfs ? 0 : container_root(&run->c, r->pid, &root);

	if (rc < 0)
		nslist_missed(run, r->pid, rc);
	cell_str(out, r->box->rootfs ? r->box->rootfs : root);
}

/* Opens the hierarchy of control groups. Counts a failure, except if no hierarchy exists. */
static void open_memory(struct run *run)
{
	int rc = cgroup_memory_open(&run->boxes->memory);

	if (rc < 0 && rc != -ENOENT)
		nslist_missed(run, 0, rc);
	run->boxes->memory_opened = true;
}

static void fill_box_memory(struct run *run, const struct row *r, struct cell *out)
{
	struct boxes *b = run->boxes;
	size_t n;
	const char *text = nslist_text(run, r->pid, DETAIL_CGROUP, &n);
	uint64_t bytes;
	int rc;

	if (!b->memory_opened)
		open_memory(run);
	rc = text ? cgroup_memory_read(&b->memory, text, &bytes) : -ENOENT;
	if (rc == 0)
		cell_num(out, bytes);
	else if (rc != -ENOENT)
		nslist_missed(run, r->pid, rc);
}

/* clang-format off */
const struct column nslist_box_columns[] = {
	{ "NAME",      0,   0,                         0, fill_box_name,     "name of the container" },
	{ "PID",       5,   COL_RIGHT,                 0, fill_pid,          "first process of the container" },
	{ "USER",      0,   0,                         0, fill_user,         "user name of PID" },
	{ "NPROCS",    5,   COL_RIGHT,                 0, fill_box_nprocs,   "number of processes, without nested containers" },
	{ "TYPES",     0,   0,                         0, fill_box_types,    "namespaces that the caller is not in" },
	{ "HOSTNAME",  0,   0,                         0, fill_box_hostname, "host name" },
	{ "AGE",       0,   COL_RIGHT | COL_DURATION,  0, fill_age,          "time since PID has started" },
	{ "MEMORY",    0,   COL_RIGHT | COL_SIZE,      0, fill_box_memory,   "memory of the control group" },
	{ "ADDRESS",   0,   0,                         0, fill_box_address,  "IP addresses that others can reach" },
	{ "ROOTFS",    0,   COL_TRUNC,                 0, fill_box_rootfs,   "type and directory of the root mount" },
	{ "CGROUP",    0,   COL_TRUNC,                 0, fill_cgroup,       "control group of PID" },
	{ "COMMAND",   0,   COL_TRUNC,                 0, fill_command,      "command line of PID" },
	{ "REF",       0,   0,                         0, fill_ref,          "reference to PID that nsenter2 accepts" },
	{ "NS",        10,  COL_RIGHT,                 0, fill_ns,           "inode of the namespace that all processes share" },
	{ "TYPE",      0,   0,                         0, fill_type,         "type of NS" },
	{ "PPID",      0,   COL_RIGHT,                 0, fill_ppid,         "parent process of PID" },
	{ "UID",       0,   COL_RIGHT,                 0, fill_uid,          "user ID of PID" },
	{ "START",     0,   0,                         0, fill_start,        "start time of PID" },
	{ "COMM",      0,   0,                         0, fill_comm,         "program name of PID" },
	{ "EXE",       0,   0,                         0, fill_exe,          "program path of PID" },
	{ "CONTAINER", 0,   0,                         0, fill_container,    "container and engine, from the control group" },
	{ "UNIT",      0,   0,                         0, fill_unit,         "systemd unit, from the control group" },
};
/* clang-format on */
const size_t nslist_n_box_columns = ARRAY_SIZE(nslist_box_columns);
