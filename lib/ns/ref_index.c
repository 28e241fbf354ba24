// SPDX-License-Identifier: GPL-2.0-or-later
/* ref_index: builds the index of visible namespaces from processes, threads, descriptors and
 * mounts. */
#include "ns/ref_index.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "ns/inode.h"
#include "ns/scan.h"

struct nsindex nsindex;

void nsindex_note_error(int rc)
{
	if (rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM || rc == -EIO)
		nsindex.err = rc;
}

uint64_t nsindex_id_of(int fd)
{
	uint64_t id;

	if (sys_ns_id(fd, &id) < 0 && sys_ns_mnt_id(fd, &id) < 0)
		return 0;
	return id;
}

const struct nsentry *nsindex_find(const struct nstype *type, uint64_t inode, uint64_t id)
{
	for (size_t i = 0; i < nsindex.n; i++) {
		const struct nsentry *e = &nsindex.e[i];

		if ((id ? e->id == id : e->inode == inode) && (!type || e->type == type))
			return e;
	}
	return NULL;
}

static struct nsentry *add(const struct nstype *type, uint64_t inode)
{
	struct nsentry *e;

	if (nsindex.n == nsindex.size) {
		size_t size = nsindex.size ? 2 * nsindex.size : 64;

		e = reallocarray(nsindex.e, size, sizeof(*e));
		if (!e) {
			nsindex.err = -ENOMEM;
			return NULL;
		}
		nsindex.e = e;
		nsindex.size = size;
	}
	e = &nsindex.e[nsindex.n++];
	*e = (struct nsentry){ .type = type, .inode = inode, .fd = -1 };
	return e;
}

/* Returns a new entry for the namespace of fd, or NULL if fd is not a namespace or the index has
 * it.
 */
static struct nsentry *add_new(int fd)
{
	int64_t flag = fd < 0 ? -1 : sys_ns_type(fd);
	const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	uint64_t inode = type ? nsinode_of(fd) : 0;
	struct nsentry *e;

	if (inode == 0 || nsindex_find(type, inode, 0))
		return NULL;
	e = add(type, inode);
	if (e)
		e->id = nsindex_id_of(fd);
	return e;
}

/* Adds the parents and owners of a namespace to the index. They are visible, too, even if no
 * process is in them. */
static void climb(int fd)
{
	nsindex_keep(sys_ns_parent(fd));
	nsindex_keep(sys_ns_owner(fd));
}

void nsindex_keep(int ns)
{
	struct nsentry *e = add_new(ns);

	if (e) {
		e->fd = ns;
		climb(ns);
	} else if (ns >= 0) {
		close(ns);
	}
}

/* Adds the namespace of the descriptor ns, unless the index has it already. Closes ns. */
static void add_opened(int ns, enum nsentry_way way, const char *path, const char *below)
{
	cleanup_fd int fd = ns;
	struct nsentry *e = add_new(fd);

	if (!e)
		return;
	e->way = way;
	e->path = strdup(path);
	e->below = below ? strdup(below) : NULL;
	if (!e->path || (below && !e->below))
		nsindex.err = -ENOMEM;
	climb(fd);
}

/* Adds the namespace that the link proc/path of a process refers to, unless the index has it
 * already. */
static void note(int proc, const char *path, void *arg)
{
	const struct nstype *type;
	uint64_t inode;
	char link[64];
	ssize_t n = readlinkat(proc, path, link, sizeof(link));
	int fd;

	(void)arg;
	if (n < 0)
		nsindex_note_error(-errno);
	if (n <= 0 || n == sizeof(link) || nstype_parse_link(link, (size_t)n, &type, &inode) < 0 ||
	    nsindex_find(type, inode, 0))
		return;
	fd = nsfile_open_proc(proc, path);
	nsindex_note_error(fd);
	if (fd >= 0)
		add_opened(fd, NSENTRY_LINK, path, NULL);
}

/* Adds the namespace of a descriptor. Opens the descriptor instead of reading its link in /proc,
 * because the text of the link is a path if the namespace was opened through a bind mount. */
static void note_descriptor(int proc, const char *path, void *arg)
{
	struct statx st;
	int fd, rc = nsfile_identify(&nsindex.proc, proc, path, &st);

	(void)arg;
	nsindex_note_error(rc);
	if (rc <= 0 || nsindex_find(NULL, st.stx_ino, 0))
		return;
	fd = nsfile_open(&nsindex.proc, proc, path);
	nsindex_note_error(fd);
	if (fd >= 0)
		add_opened(fd, NSENTRY_DESCRIPTOR, path, NULL);
}

/* Adds a pid namespace that has no process yet. No link in /proc leads to it, but a pidfd does
 * (Linux 6.11). */
static void note_children(const char *where)
{
	const char *slash = strrchr(where, '/');
	cleanup_fd int pidfd = sys_pidfd_open_task(atoi(slash ? slash + 1 : where));

	if (pidfd >= 0)
		nsindex_keep(sys_pidfd_child_ns(pidfd, CLONE_NEWPID));
}

/* Returns true if the link to the pid namespace of future children is missing. */
static bool waits_for_child(int proc, const char *where)
{
	char path[64], link[64];

	snprintf(path, sizeof(path), "%s/%s", where, nstypes[NSTYPE_PID].child_file);
	return readlinkat(proc, path, link, sizeof(link)) < 0 && errno == ENOENT;
}

/* Adds the namespaces of the process or thread at `where` (below /proc), and those of its children.
 */
static void note_member(int proc, const char *where, void *arg)
{
	char path[352];

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].file);
		note(proc, path, arg);
		if (!nstypes[i].child_file)
			continue;
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].child_file);
		note(proc, path, arg);
	}
	if (!streq(where, "self") && waits_for_child(proc, where))
		note_children(where);
}

void nsindex_each_number(int proc, const char *where,
			 void (*f)(int proc, const char *path, void *arg), void *arg)
{
	const char *prefix = streq(where, ".") ? "" : where;
	struct scan s = { 0 };
	char path[320];

	nsindex_note_error(scan_dir(proc, where, 0, &s));
	for (size_t i = 0; i < s.n; i++) {
		snprintf(path, sizeof(path), "%s%s%d", prefix, *prefix ? "/" : "", s.id[i]);
		f(proc, path, arg);
	}
	scan_free(&s);
}

/* Opens a mount by its path relative to the directory proc/root. Returns a descriptor or a negative
 * errno. */
static int open_mount(int proc, const char *root, const char *below)
{
	cleanup_fd int dir = file_open_at(proc, root, O_PATH | O_DIRECTORY, 0);

	return dir < 0 ? dir : nsfile_open_mount(&nsindex.proc, dir, below);
}

static void note_mount(int proc, const char *where, const struct mountinfo_line *l)
{
	const char *below = l->target + strspn(l->target, "/");
	const struct nstype *type;
	uint64_t inode;
	char root[32];
	int fd;

	if (!streq(l->fstype, "nsfs") ||
	    nstype_parse_link(l->root, strlen(l->root), &type, &inode) < 0 ||
	    nsindex_find(type, inode, 0))
		return;
	snprintf(root, sizeof(root), "%s/root", where);
	fd = open_mount(proc, root, below);
	nsindex_note_error(fd);
	/* if another mount covers that of l, fd is the namespace of that mount, and add_opened()
	 * adds this namespace */
	if (fd >= 0)
		add_opened(fd, NSENTRY_MOUNT, root, below);
}

static void note_mounts(int proc, const char *where)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	char path[32];
	int rc;

	snprintf(path, sizeof(path), "%s/mountinfo", where);
	rc = mountinfo_read_at(&m, proc, path);
	nsindex_note_error(rc);
	while (rc == 0 && mountinfo_next(&m, &line))
		note_mount(proc, where, &line);
}

/* Arguments and state of a call of nsindex_each_fd(). */
struct each_fd {
	pid_t pid;
	pid_t last; /* the thread whose descriptors were read last */
	void (*f)(int proc, const char *path, void *arg);
	void *arg;
};

/* Calls f for the descriptors of a thread, unless the thread shares them with its process or with
 * the thread whose descriptors were read last. */
static void each_fd_of_thread(int proc, const char *where, void *arg)
{
	struct each_fd *x = arg;
	pid_t tid = atoi(strrchr(where, '/') + 1);
	char path[64];

	if (tid == x->pid || sys_same_files(x->pid, tid) != 0 ||
	    (x->last != x->pid && sys_same_files(x->last, tid) != 0))
		return;
	x->last = tid;
	snprintf(path, sizeof(path), "%d/fd", (int)tid);
	nsindex_each_number(proc, path, x->f, x->arg);
}

void nsindex_each_fd(int proc, const char *where, void (*f)(int proc, const char *path, void *arg),
		     void *arg)
{
	struct each_fd x = { atoi(where), atoi(where), f, arg };
	char path[64];

	snprintf(path, sizeof(path), "%s/fd", where);
	nsindex_each_number(proc, path, f, arg);
	snprintf(path, sizeof(path), "%s/task", where);
	nsindex_each_number(proc, path, each_fd_of_thread, &x);
}

/* Adds the namespaces of all threads and descriptors of the process at `where`. */
static void note_holder(int proc, const char *where, void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/task", where);
	nsindex_each_number(proc, path, note_member, arg);
	nsindex_each_fd(proc, where, note_descriptor, arg);
}

/* Adds all mount namespaces that the kernel lists before or after the caller's mount namespace
 * (Linux 6.12). The list also contains mount namespaces without a process. */
static void note_mount_list(int proc, int (*step)(int fd))
{
	int fd = nsfile_open_proc(proc, "self/ns/mnt");

	nsindex_note_error(fd);
	while (fd >= 0) {
		int next = step(fd);

		nsindex_keep(fd);
		fd = next;
		nsindex_note_error(fd);
	}
}

int nsindex_open(int proc, const struct nsentry *e)
{
	if (e->fd >= 0) {
		int fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 3);

		return fd < 0 ? -errno : fd;
	}
	if (!e->path)
		return -ENOENT;
	switch (e->way) {
	case NSENTRY_LINK:
		return nsfile_open_proc(proc, e->path);
	case NSENTRY_DESCRIPTOR:
		return nsfile_open(&nsindex.proc, proc, e->path);
	case NSENTRY_MOUNT:
		break;
	}
	return open_mount(proc, e->path, e->below);
}

void nsindex_clear(void)
{
	for (size_t i = 0; i < nsindex.n; i++) {
		free(nsindex.e[i].path);
		free(nsindex.e[i].below);
		util_close(&nsindex.e[i].fd);
	}
	nsindex.n = 0;
	nsindex.err = 0;
}

void nsindex_add_processes(int proc)
{
	size_t n;

	note_member(proc, "self", NULL);
	note_mounts(proc, "self");
	nsindex_each_number(proc, ".", note_member, NULL);
	/* read the mount table of each mount namespace that the index has so far */
	n = nsindex.n;
	for (size_t i = 0; i < n; i++) {
		char where[16] = "";

		if (nsindex.e[i].type != &nstypes[NSTYPE_MNT] || nsindex.e[i].way != NSENTRY_LINK ||
		    !nsindex.e[i].path)
			continue;
		strncat(where, nsindex.e[i].path,
			MIN(strcspn(nsindex.e[i].path, "/"), sizeof(where) - 1));
		note_mounts(proc, where);
		nsindex.e[i].mounts_read = true;
	}
}

void nsindex_add_holders(int proc)
{
	nsindex_each_number(proc, ".", note_holder, NULL);
	note_mount_list(proc, sys_ns_mnt_next);
	note_mount_list(proc, sys_ns_mnt_prev);
}
