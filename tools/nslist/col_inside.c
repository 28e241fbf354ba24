// SPDX-License-Identifier: GPL-2.0-or-later
/* col_inside: columns that need a descriptor of the namespace or must enter it. */
#include <net/if.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "columns.h"

#include "base/file.h"
#include "cgroup/name.h"
#include "idmap/view.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/inside.h"
#include "ns/netnsid.h"
#include "ns/timens_proc.h"

/* Returns true if rc is not an error. Otherwise counts the missing value, unless the namespace has
 * vanished. For a namespace without a process, -ENOENT and -ESRCH mean that it has vanished. */
static bool succeeded(struct run *run, const struct row *r, int rc)
{
	if (rc < 0 && (r->ns->pid || !scan_gone(rc)))
		nslist_missed(run, r->ns->pid, rc);
	return rc >= 0;
}

/*
 * Opens the namespace of a row. Returns a descriptor. Returns a negative value if the type of the
 * namespace is not `type`, or if the namespace cannot be opened; only the latter is counted as a
 * missing value.
 */
static int open_as(struct run *run, const struct row *r, int type)
{
	int fd;

	if (r->ns->type != &nstypes[type])
		return -1;
	fd = collect_open(&run->c, r->ns);
	switch (fd) {
	/* open_by_handle_at(2) fails with ESTALE if the namespace has vanished or if the caller may
	 * not open it */
	case -ESTALE:
	case -ENOTDIR:
	case -ELOOP:
	case -ENXIO:
	case -ENOTTY: /* the descriptor or mount was replaced by a file that is not a namespace */
	case -ENOTSOCK:
		fd = r->ns->pid ? -EPERM : -ENOENT;
		break;
	default:
		break;
	}
	return succeeded(run, r, fd) ? fd : -1;
}

/* ---- user ---- */

static void fill_map(struct run *run, const struct row *r, enum idmap_kind kind, struct cell *out)
{
	cleanup_fd int fd = open_as(run, r, NSTYPE_USER);
	struct idmaps maps = { 0 };
	char ref[24];

	if (fd < 0)
		return;
	snprintf(ref, sizeof(ref), "fd:%d", fd);
	if (succeeded(run, r, idmap_view_read(ref, &maps, NULL))) {
		out->kind = CELL_LIST;
		for (size_t i = 0; i < maps.map[kind].n; i++) {
			const struct idmap_extent *x = &maps.map[kind].ext[i];

			cell_item(out, "%u %u %u", x->inside, x->outside, x->count);
		}
	}
	idmaps_free(&maps);
}

void fill_uidmap(struct run *run, const struct row *r, struct cell *out)
{
	fill_map(run, r, IDMAP_UID, out);
}

void fill_gidmap(struct run *run, const struct row *r, struct cell *out)
{
	fill_map(run, r, IDMAP_GID, out);
}

void fill_setgroups(struct run *run, const struct row *r, struct cell *out)
{
	struct procfs_path path;
	char text[16];
	ssize_t n;

	if (r->ns->type != &nstypes[NSTYPE_USER] || !r->pid)
		return;
	procfs_path_set(&path, r->pid);
	n = file_read_at(run->proc, procfs_path_at(&path, "setgroups"), text, sizeof(text));
	if (succeeded(run, r, (int)n))
		cell_text(out, text, strcspn(text, "\n"));
}

/* /proc/sys/user shows the limits of the reader's own user namespace, namespaces(7). */
void fill_maxns(struct run *run, const struct row *r, struct cell *out)
{
	const struct ns *in = r->ns->type == &nstypes[NSTYPE_USER] ? r->ns->parent : r->ns->owner;
	uint32_t own = run->c.own_user;
	char path[64];
	uint64_t max;

	/* the initial user namespace has no parent and counts against its own limit */
	if (!in && r->ns->inode == own)
		in = r->ns;
	if (!in || in->inode != own)
		return;
	snprintf(path, sizeof(path), "sys/user/%s", r->ns->type->sysctl);
	if (succeeded(run, r, file_read_u64(run->proc, path, &max)))
		cell_num(out, max);
}

/* ---- uts ---- */

static int read_names(void *arg)
{
	return uname(arg) < 0 ? -errno : 0;
}

static bool names_of(struct run *run, const struct row *r, struct utsname *names)
{
	cleanup_fd int fd = open_as(run, r, NSTYPE_UTS);

	return fd >= 0 && succeeded(run, r, nsinside_call(fd, r->ns->type, read_names, names));
}

void fill_hostname(struct run *run, const struct row *r, struct cell *out)
{
	struct utsname names;

	if (names_of(run, r, &names))
		cell_str(out, names.nodename);
}

void fill_domain(struct run *run, const struct row *r, struct cell *out)
{
	struct utsname names;

	if (names_of(run, r, &names))
		cell_str(out, names.domainname);
}

/* ---- time ---- */

/* Returns a process whose timens_offsets shows the offsets of ns, because its future children will
 * be in ns. Returns 0 if there is no such process. */
static pid_t offsets_process(const struct run *run, const struct ns *ns)
{
	struct procfs_path path;
	uint32_t inode;

	for (const struct nshold *h = ns->holders; h; h = h->next)
		if (h->kind == NSHOLD_CHILDREN)
			return h->num;
	procfs_path_set(&path, ns->pid);
	if (!ns->pid || procfs_link(run->proc, procfs_path_at(&path, ns->type->child_file),
				    ns->type, &inode) < 0)
		return 0;
	return inode == ns->inode ? ns->pid : 0;
}

struct clocks {
	int rc;
	struct timens t;
};

/* Reads the offsets in a child that enters the namespace: setns(2) into a time namespace fails with
 * EUSERS in a process with several threads. Returns 0 or a negative errno. */
static int visit_clocks(int fd, struct timens *t)
{
	struct clocks c = { 0 };
	ssize_t n = 0;
	int back[2];
	pid_t pid;

	if (pipe2(back, O_CLOEXEC) < 0)
		return -errno;
	pid = sys_clone(0, NULL);
	if (pid == 0) {
		c.rc = timens_read_ns(fd, &c.t, NULL);
		_exit(file_write_all(back[1], &c, sizeof(c)) < 0);
	}
	close(back[1]);
	if (pid > 0) {
		n = RETRY_EINTR(read(back[0], &c, sizeof(c)));
		(void)RETRY_EINTR(waitpid(pid, NULL, 0));
	}
	close(back[0]);
	if (pid < 0)
		return pid;
	*t = c.t;
	return n == sizeof(c) ? c.rc : -EIO;
}

static bool offsets_of(struct run *run, const struct row *r, struct timens *t)
{
	cleanup_fd int fd = -1;
	struct procfs_path path;
	pid_t pid;

	if (r->ns->type != &nstypes[NSTYPE_TIME])
		return false;
	pid = offsets_process(run, r->ns);
	if (pid) {
		procfs_path_set(&path, pid);
		fd = file_open_at(run->proc, path.s, O_PATH | O_DIRECTORY, 0);
		return succeeded(run, r, fd < 0 ? fd : timens_read(fd, t, NULL));
	}
	fd = open_as(run, r, NSTYPE_TIME);
	return fd >= 0 && succeeded(run, r, visit_clocks(fd, t));
}

static void fill_offset(struct run *run, const struct row *r, enum timens_clock clock,
			struct cell *out)
{
	struct timens t;

	if (!offsets_of(run, r, &t))
		return;
	out->kind = CELL_SIGNED;
	out->num = (uint64_t)t.off[clock].tv_sec;
}

void fill_bootoff(struct run *run, const struct row *r, struct cell *out)
{
	fill_offset(run, r, TIMENS_BOOTTIME, out);
}

void fill_monooff(struct run *run, const struct row *r, struct cell *out)
{
	fill_offset(run, r, TIMENS_MONOTONIC, out);
}

/* ---- net ---- */

static int count_interfaces(void *arg)
{
	struct if_nameindex *list = if_nameindex();
	uint64_t *n = arg;

	if (!list)
		return -errno;
	for (*n = 0; list[*n].if_index; (*n)++)
		;
	if_freenameindex(list);
	return 0;
}

void fill_nifs(struct run *run, const struct row *r, struct cell *out)
{
	cleanup_fd int fd = open_as(run, r, NSTYPE_NET);
	uint64_t n;

	if (fd >= 0 && succeeded(run, r, nsinside_call(fd, r->ns->type, count_interfaces, &n)))
		cell_num(out, n);
}

/* Sets the number of the network namespace (nsid). As in lsns(8), the value is a string even in
 * JSON, because it may be "unassigned". */
void fill_netnsid(struct run *run, const struct row *r, struct cell *out)
{
	cleanup_fd int fd = open_as(run, r, NSTYPE_NET);
	int32_t id;

	if (fd < 0)
		return;
	if (run->netlink <= 0)
		run->netlink = netnsid_open();
	if (!succeeded(run, r,
		       run->netlink < 0 ? run->netlink : netnsid_get(run->netlink, fd, &id)))
		return;
	if (id == NETNSID_UNASSIGNED) {
		cell_str(out, "unassigned");
	} else {
		out->kind = CELL_TEXT;
		buf_printf(&out->text, "%d", (int)id);
	}
}

/* ---- cgroup ---- */

struct cgroup_look {
	const struct run *run;
	pid_t pid;
	char text[16384];
	ssize_t n;
};

static int read_cgroup(void *arg)
{
	struct cgroup_look *look = arg;
	struct procfs_path path;

	procfs_path_set(&path, look->pid);
	look->n = file_read_at(look->run->proc, procfs_path_at(&path, "cgroup"), look->text,
			       sizeof(look->text));
	return look->n < 0 ? (int)look->n : 0;
}

/* Sets *out to the root of a cgroup namespace: the prefix that the cgroup path of a process has
 * outside of the namespace, but not inside. */
void fill_cgroot(struct run *run, const struct row *r, struct cell *out)
{
	cleanup_fd int fd = open_as(run, r, NSTYPE_CGROUP);
	struct cgroup_look here = { .run = run, .pid = r->pid }, there = here;
	const char *a, *b;
	size_t n, m;

	if (fd < 0 || !r->pid || !succeeded(run, r, read_cgroup(&here)) ||
	    !succeeded(run, r, nsinside_call(fd, r->ns->type, read_cgroup, &there)))
		return;
	a = cgroup_name_first(here.text, &n);
	b = cgroup_name_first(there.text, &m);
	/* if the process is in the root of the namespace, its path inside is "/", and the root is
	 * its whole path outside */
	if (m == 1)
		m = 0;
	if (m > n || memcmp(a + n - m, b, m) != 0)
		return;
	if (n == m)
		cell_str(out, "/");
	else
		cell_text(out, a, n - m);
}
