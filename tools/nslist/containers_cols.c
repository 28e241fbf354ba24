// SPDX-License-Identifier: GPL-2.0-or-later
/* containers_cols: the columns of --containers. */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "containers.h"

#include "base/file.h"
#include "cgroup/name.h"
#include "common/cli.h"
#include "kernel/mountinfo.h"
#include "net/addr.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot list containers");
}

/* ---- What is read on first use ---- */

/* Returns the namespace of that type of the process that represents the row, or NULL. */
static struct ns *ns_of(const struct run *run, const struct row *r, int type)
{
	const struct nsmember *m = collect_member(&run->c, r->pid);

	return m && m->inode[type] ? nstab_find(&run->c.tab, &nstypes[type], m->inode[type]) : NULL;
}

/* Visits all namespaces of that type in which the containers of the rows are and the caller is not.
 */
static void visit_rows(struct run *run, int type, size_t slot, visit_fn *f)
{
	struct boxes *b = run->boxes;
	struct visit *v = calloc(run->n_rows + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		no_memory();
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct row *r = &run->rows[i];
		struct ns *ns = r->box->types & NSTYPE_BIT(type) ? ns_of(run, r, type) : NULL;

		if (!ns || b->visit_of[ns->index])
			continue;
		v[n] = (struct visit){ .ns = ns };
		b->visit_of[ns->index] = &v[n++];
	}
	visit_all(&run->c, v, n, f, NULL);
	b->visits[slot] = v;
	b->n_visits[slot] = n;
	b->visited[slot] = true;
}

/* Returns the result of the visit of the namespace of a row, or NULL: the caller is in the same
 * namespace, or it could not be entered, which is counted. */
static const struct visit *visit_of(struct run *run, const struct row *r, int type)
{
	size_t slot = type == NSTYPE_NET;
	const struct ns *ns = r->box->types & NSTYPE_BIT(type) ? ns_of(run, r, type) : NULL;
	struct visit *v;

	if (!run->boxes->visited[slot])
		visit_rows(run, type, slot, slot ? visit_addresses : visit_hostname);
	v = ns ? run->boxes->visit_of[ns->index] : NULL;
	if (v && v->rc < 0) {
		nslist_missed(run, r->pid, v->rc == -ESTALE ? -EPERM : v->rc);
		return NULL;
	}
	return v;
}

static void add_netns_name(struct boxes *b, uint32_t inode, const char *name)
{
	struct netns_name *names = reallocarray(b->names, b->n_names + 1, sizeof(*names));
	char *copy = strdup(name);

	if (!names || !copy)
		no_memory();
	b->names = names;
	names[b->n_names++] = (struct netns_name){ inode, copy };
}

const char *boxes_netns_name(struct run *run, uint32_t inode)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct boxes *b = run->boxes;
	struct mountinfo_line l;

	if (!b->names_read && mountinfo_read_at(&m, run->proc, "self/mountinfo") == 0)
		while (mountinfo_next(&m, &l)) {
			const char *name = str_after(l.target, "/run/netns/");
			const struct nstype *type;
			uint64_t of;

			if (name && streq(l.fstype, "nsfs") &&
			    nstype_parse_link(l.root, strlen(l.root), &type, &of) == 0)
				add_netns_name(b, (uint32_t)of, name);
		}
	b->names_read = true;
	for (size_t i = 0; i < b->n_names; i++)
		if (b->names[i].inode == inode)
			return b->names[i].name;
	return NULL;
}

/* ---- Names ---- */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && streq(s + n - m, end);
}

/* Reads the unit and the host name of the caller, which do not distinguish containers. */
static void read_own_names(struct run *run)
{
	cleanup_buf struct buf unit = BUF_INIT;
	struct boxes *b = run->boxes;
	struct utsname names;
	char text[16384];
	const char *path = NULL;
	size_t len = 0;

	if (b->hostname[0])
		return;
	snprintf(b->hostname, sizeof(b->hostname), "%s",
		 uname(&names) == 0 ? names.nodename : "localhost");
	if (file_read_at(run->proc, "self/cgroup", text, sizeof(text)) > 0)
		path = cgroup_name_path(text, &len);
	if (path && cgroup_name_unit(path, len, &unit))
		snprintf(b->unit, sizeof(b->unit), "%s", unit.s);
}

/* Returns true if a unit names a program, rather than a session or a group of units. */
static bool is_name(const struct boxes *b, const char *unit)
{
	return !streq(unit, b->unit) && !streq(unit, "init.scope") && !ends_with(unit, ".slice") &&
	       !str_after(unit, "session-") && !str_after(unit, "user@");
}

/* Appends the name that the control group has: of a container without the engine, or of a unit.
 * Returns false if it has none. */
static bool cgroup_name(struct run *run, const struct row *r, struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT;
	size_t n, len = 0;
	const char *text = nslist_text(run, r->pid, DETAIL_CGROUP, &n);
	const char *path = text ? cgroup_name_path(text, &len) : NULL;

	if (!path)
		return false;
	if (cgroup_name_container(path, len, &name)) {
		buf_adds(out, strchr(name.s, ':') + 1);
		return true;
	}
	buf_reset(&name);
	if (!cgroup_name_unit(path, len, &name) || !name.s || !is_name(run->boxes, name.s))
		return false;
	buf_adds(out, name.s);
	return true;
}

void boxes_name(struct run *run, const struct row *r, struct buf *out)
{
	const struct ns *net = r->box->types & NSTYPE_BIT(NSTYPE_NET) ? ns_of(run, r, NSTYPE_NET)
								      : NULL;
	const char *netns = net ? boxes_netns_name(run, net->inode) : NULL;
	const struct proc_stat *st;
	const struct visit *v;

	read_own_names(run);
	if (cgroup_name(run, r, out))
		return;
	if (netns) {
		buf_adds(out, netns);
		return;
	}
	v = visit_of(run, r, NSTYPE_UTS);
	if (v && v->out.len > 0 && !streq(v->out.s, run->boxes->hostname)) {
		buf_adds(out, v->out.s);
		return;
	}
	st = nslist_stat(run, r->pid);
	if (st)
		buf_add(out, st->comm, st->comm_len);
}

/* ---- Columns ---- */

static void fill_box_name(struct run *run, const struct row *r, struct cell *out)
{
	out->kind = CELL_TEXT;
	boxes_name(run, r, &out->text);
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

/* A container in the caller's uts namespace has the caller's host name. */
static void fill_box_hostname(struct run *run, const struct row *r, struct cell *out)
{
	const struct visit *v = visit_of(run, r, NSTYPE_UTS);

	read_own_names(run);
	if (v)
		cell_text(out, v->out.s ? v->out.s : "", v->out.len);
	else if (!(r->box->types & NSTYPE_BIT(NSTYPE_UTS)))
		cell_str(out, run->boxes->hostname);
}

/* Omits addresses of the loopback device and of links, which other machines cannot reach. */
static void fill_box_address(struct run *run, const struct row *r, struct cell *out)
{
	const struct visit *v = visit_of(run, r, NSTYPE_NET);
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

	if (!r->box->rootfs)
		root = container_root(&run->c, r->pid, NULL);
	cell_str(out, r->box->rootfs ? r->box->rootfs : root);
}

static void fill_box_memory(struct run *run, const struct row *r, struct cell *out)
{
	struct boxes *b = run->boxes;
	size_t n;
	const char *text = nslist_text(run, r->pid, DETAIL_CGROUP, &n);
	uint64_t bytes;

	if (!b->memory_opened)
		(void)!cgroup_memory_open(&b->memory);
	b->memory_opened = true;
	if (text && cgroup_memory_read(&b->memory, text, &bytes) == 0)
		cell_num(out, bytes);
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
