// SPDX-License-Identifier: GPL-2.0-or-later
/* container: groups processes into containers. */
#include "collect/container.h"

#include <limits.h>
#include <stdio.h>

#include "base/file.h"
#include "cgroup/name.h"
#include "kernel/mountinfo.h"
#include "kernel/proc_status.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"
#include "ns/procfs.h"
#include "ns/scan.h"

struct find {
	const struct collect *c;
	const struct nsmember *me;
	struct containers *out;
	struct nsmissed *missed;
	/* indexed by the member `index` of struct ns: true if the namespace contains a process
	 * whose pid namespace is a descendant of the caller's */
	bool *inside;
	char own_device[24], *own_root;
};

/* ---- Files of processes ---- */

/* The root mount of a process. */
struct root {
	/* the result of container_root(): file system type and directory of the root mount */
	char *text;
	char device[24];    /* device number of the file system, "MAJOR:MINOR" */
	bool is_netns_exec; /* /sys is mounted as ip-netns(8) mounts it */
};

/* ip-netns(8) mounts a sysfs on /sys whose source is the name of the network namespace. Other
 * programs use a fixed word as the source. */
static bool is_named_sysfs(const struct mountinfo_line *l)
{
	return streq(l->target, "/sys") && streq(l->fstype, "sysfs") &&
	       !streq(l->source, "sysfs") && !streq(l->source, "none") && !streq(l->source, "sys");
}

/* Returns the result of container_root(), which the caller frees, or NULL if memory allocation
 * fails. */
static char *root_text(const char *fstype, const char *root)
{
	bool whole = streq(root, "/");
	char *text;

	return asprintf(&text, "%s%s%s", fstype, whole ? "" : ":", whole ? "" : root) < 0 ? NULL
											  : text;
}

/* Reads the root mount. The last mount on "/" is the visible one. Returns 0 or a negative errno. */
static int read_root(const struct collect *c, pid_t pid, struct root *out)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;
	struct procfs_path path;
	int rc;

	*out = (struct root){ 0 };
	procfs_path_set(&path, pid);
	rc = mountinfo_read_at(&m, c->q.proc, procfs_path_at(&path, "mountinfo"));
	if (rc < 0)
		return rc;
	while (mountinfo_next(&m, &l)) {
		out->is_netns_exec |= is_named_sysfs(&l);
		if (!streq(l.target, "/"))
			continue;
		free(out->text);
		snprintf(out->device, sizeof(out->device), "%s", l.device);
		out->text = root_text(l.fstype, l.root);
		if (!out->text)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Reads the root mount of a process from its mount id. This takes two system calls, while mountinfo
 * contains the text of all mounts of the process. Returns 0 or a negative errno: kernels before
 * 6.11 do not report mounts of another mount namespace.
 */
static int stat_root(const struct collect *c, pid_t pid, char **text)
{
	const struct nsmember *m = collect_member(c, pid);
	const struct ns *ns = m ? nstab_find(&c->tab, &nstypes[NSTYPE_MNT], m->inode[NSTYPE_MNT])
				: NULL;
	struct procfs_path path;
	struct statx st;
	union {
		struct sys_statmount m;
		char space[sizeof(struct sys_statmount) + 4096 + 256];
	} u;
	int rc;

	if (!ns || !ns->mnt_id)
		return -EOPNOTSUPP;
	procfs_path_set(&path, pid);
	if (statx(c->q.proc, procfs_path_at(&path, "root"), AT_STATX_DONT_SYNC, STATX_MNT_ID_UNIQUE,
		  &st) < 0)
		return -errno;
	if (!(st.stx_mask & STATX_MNT_ID_UNIQUE))
		return -EOPNOTSUPP;
	if (!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	rc = sys_statmount(ns->mnt_id, st.stx_mnt_id,
			   SYS_STATMOUNT_FS_TYPE | SYS_STATMOUNT_MNT_ROOT, &u.m, sizeof(u));
	if (rc < 0)
		return rc;
	/* use mountinfo instead, because statmount(2) omits the subtype of "fuse.fuse-overlayfs" */
	if (str_after(u.m.str + u.m.fs_type, "fuse"))
		return -EOPNOTSUPP;
	*text = root_text(u.m.str + u.m.fs_type, u.m.str + u.m.mnt_root);
	return *text ? 0 : -ENOMEM;
}

int container_root(const struct collect *c, pid_t pid, char **text)
{
	struct root root;
	int rc;

	*text = NULL;
	if (c->q.self && stat_root(c, pid, text) == 0)
		return 0;
	rc = read_root(c, pid, &root);
	*text = root.text;
	return rc;
}

/* Counts a process as missed if rc is the error of a failure to read it, unless the error means
 * that the process has ended. */
static void count(struct find *f, int rc)
{
	if (rc < 0 && !scan_gone(rc))
		nsmissed_add(f->missed, NSMISSED_PROC, rc);
}

/* Returns true if the process is process 1 of its pid namespace. */
static bool is_first(struct find *f, pid_t pid)
{
	struct procfs_path path;
	char text[4096];
	ssize_t n;

	procfs_path_set(&path, pid);
	n = file_read_at(f->c->q.proc, procfs_path_at(&path, "status"), text, sizeof(text));
	count(f, (int)n);
	return n > 0 && proc_status_nspid(text, UINT_MAX) == 1;
}

/* Returns true if the process is a kernel thread. The kernel thread kdevtmpfs has a separate mount
 * namespace, but is not a container. */
static bool is_kthread(struct find *f, pid_t pid)
{
	struct proc_stat st;
	int rc = procfs_read_stat(f->c->q.proc, pid, &st);

	count(f, rc);
	return rc == 0 && st.kthread;
}

/* Returns true if the process belongs to a service of systemd. */
static bool is_service(struct find *f, pid_t pid)
{
	cleanup_buf struct buf unit = BUF_INIT;
	struct procfs_path path;
	char text[16384];
	const char *cgroup;
	size_t len = 0;
	ssize_t n;

	procfs_path_set(&path, pid);
	n = file_read_at(f->c->q.proc, procfs_path_at(&path, "cgroup"), text, sizeof(text));
	count(f, (int)n);
	if (n <= 0)
		return false;
	cgroup = cgroup_name_path(text, &len);
	return cgroup && cgroup_name_unit(cgroup, len, &unit) && unit.len > 8 &&
	       streq(unit.s + unit.len - 8, ".service");
}

/* ---- Grouping ---- */

static uint32_t inode_of(const struct nsmember *m, int type)
{
	return m->inode[type];
}

/* Returns the namespace that the process shares with the other processes of its container, or NULL.
 * An inode of 0 means that the namespace is unknown. */
static struct ns *shared_ns(const struct collect *c, const struct nsmember *me,
			    const struct nsmember *m)
{
	static const int types[] = { NSTYPE_PID, NSTYPE_MNT, NSTYPE_USER };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		uint32_t inode = inode_of(m, types[i]);

		if (!inode || !inode_of(me, types[i]))
			return NULL;
		if (inode != inode_of(me, types[i]))
			return nstab_find(&c->tab, &nstypes[types[i]], inode);
	}
	return NULL;
}

/* Adds a process to its container, which is created for the first process. */
static void add_process(struct find *f, const struct nsmember *m)
{
	struct ns *ns = shared_ns(f->c, f->me, m);
	struct container *box;

	if (!ns)
		return;
	if (!f->out->of[ns->index]) {
		box = &f->out->v[f->out->n++];
		*box = (struct container){ .ns = ns, .pid = m->pid };
		f->out->of[ns->index] = box;
	}
	f->out->of[ns->index]->nprocs++;
	if (ns->type != &nstypes[NSTYPE_PID])
		return;
	for (int type = 0; type < NSTYPE_COUNT; type++) {
		const struct ns *in = nstab_find(&f->c->tab, &nstypes[type], inode_of(m, type));

		if (in)
			f->inside[in->index] = true;
	}
}

/* Returns true if m and the caller are in different namespaces of the given type, and the namespace
 * of m also contains a process whose pid namespace is a descendant of the caller's. */
static bool shares(const struct find *f, const struct nsmember *m, int type)
{
	const struct ns *ns = nstab_find(&f->c->tab, &nstypes[type], inode_of(m, type));

	return ns && inode_of(m, type) != inode_of(f->me, type) && f->inside[ns->index];
}

/* Returns true if the processes in box form a container. They are in the caller's pid namespace. */
static bool is_container(struct find *f, struct container *box, bool all)
{
	const struct nsmember *m = collect_member(f->c, box->pid);
	bool other_user = inode_of(m, NSTYPE_USER) != inode_of(f->me, NSTYPE_USER);
	struct root root;

	if (shares(f, m, NSTYPE_MNT) || is_kthread(f, box->pid))
		return false;
	count(f, read_root(f->c, box->pid, &root));
	box->rootfs = root.text;
	box->host_root = !root.text || !f->own_root ||
			 (streq(root.text, f->own_root) && streq(root.device, f->own_device));
	if (!box->host_root)
		return true;
	if (root.is_netns_exec && inode_of(m, NSTYPE_NET) != inode_of(f->me, NSTYPE_NET))
		return false;
	if (shares(f, m, NSTYPE_USER))
		return false;
	return all || (other_user && !is_service(f, box->pid));
}

/* Replaces box->pid, the lowest pid in a pid namespace, by the pid of process 1 of this namespace.
 * Another process can have a lower pid, because the kernel reuses pids. If process 1 was not found,
 * changes nothing. */
static void find_first(struct find *f, struct container *box)
{
	const struct nsmember *m = collect_member(f->c, box->pid), *end = f->c->members + f->c->n;

	for (; m < end; m++) {
		if (inode_of(m, NSTYPE_PID) != box->ns->inode || !is_first(f, m->pid))
			continue;
		box->pid = m->pid;
		return;
	}
}

/* Sets the fields of struct container that depend on the first process of the container. */
static void describe(struct find *f, struct container *box)
{
	const struct nsmember *m;

	if (box->ns->type == &nstypes[NSTYPE_PID])
		find_first(f, box);
	m = collect_member(f->c, box->pid);
	for (int type = 0; type < NSTYPE_COUNT; type++)
		if (inode_of(m, type) && inode_of(f->me, type) &&
		    inode_of(m, type) != inode_of(f->me, type))
			box->types |= NSTYPE_BIT(type);
}

/* Removes the groups that are not containers. */
static void sieve(struct find *f, bool all)
{
	struct containers *l = f->out;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct container *box = &l->v[i];

		if (box->ns->type != &nstypes[NSTYPE_PID] && !is_container(f, box, all)) {
			free(box->rootfs);
			continue;
		}
		describe(f, box);
		l->v[n++] = *box;
	}
	l->n = n;
}

static int by_level(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* Sorts the containers, and sets the parent and the level of each container. */
static void link_parents(struct find *f)
{
	struct containers *l = f->out;
	const size_t n_ns = f->c->tab.n;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].ns->type == &nstypes[NSTYPE_PID])
			l->v[i].level = nstab_level(l->v[i].ns);
	qsort(l->v, l->n, sizeof(*l->v), by_level);
	memset(l->of, 0, n_ns * sizeof(struct container *));
	for (size_t i = 0; i < l->n; i++) {
		struct container *box = &l->v[i];

		l->of[box->ns->index] = box;
		box->level = 0;
		if (box->ns->type != &nstypes[NSTYPE_PID])
			continue;
		for (struct ns *up = box->ns->parent; up && !box->parent; up = up->parent)
			box->parent = l->of[up->index];
		if (box->parent)
			box->level = box->parent->level + 1;
	}
}

int containers_find(const struct collect *c, bool all, struct containers *out,
		    struct nsmissed *missed)
{
	struct find f = {
		.c = c, .me = collect_member(c, c->q.self), .out = out, .missed = missed
	};
	struct root own;
	int rc;

	*out = (struct containers){
		.v = calloc(c->tab.n + 1, sizeof(*out->v)),
		.of = calloc(c->tab.n + 1, sizeof(struct container *)),
	};
	f.inside = calloc(c->tab.n + 1, sizeof(*f.inside));
	if (out->v && out->of && f.inside && f.me) {
		count(&f, read_root(c, c->q.self, &own));
		f.own_root = own.text;
		memcpy(f.own_device, own.device, sizeof(own.device));
		for (size_t i = 0; i < c->n; i++)
			add_process(&f, &c->members[i]);
		sieve(&f, all);
		link_parents(&f);
	}
	rc = out->v && out->of && f.inside ? 0 : -ENOMEM;
	free(f.own_root);
	free(f.inside);
	return rc;
}

void containers_free(struct containers *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].rootfs);
	free(l->v);
	free(l->of);
	*l = (struct containers){ 0 };
}

const struct container *containers_of(const struct containers *l, const struct collect *c,
				      const struct nsmember *m)
{
	const struct nsmember *me = collect_member(c, c->q.self);
	const struct ns *ns = me && l->of ? shared_ns(c, me, m) : NULL;

	return ns ? l->of[ns->index] : NULL;
}
