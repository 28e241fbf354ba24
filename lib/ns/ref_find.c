// SPDX-License-Identifier: GPL-2.0-or-later
/* nsref_find: builds an index of all visible namespaces from /proc, and finds them by inode or id.
 */
#include "ns/ref_find.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_stat.h"
#include "ns/inode.h"
#include "ns/scan.h"

/* How the path of an entry leads to its namespace: by a link in ns/, a descriptor, or a mount. */
enum way { BY_LINK, BY_DESCRIPTOR, BY_MOUNT };

/* A visible namespace and how to open it. */
struct entry {
	const struct nstype *type;
	uint64_t inode, id; /* id: 0 if the kernel reports none */
	/* descriptor of a namespace that was only found as the parent or owner of another
	 * namespace; otherwise -1 */
	int fd;
	enum way way;
	char *path; /* path below /proc; NULL if fd is used */
	/* only for BY_MOUNT: path of the mount, relative to the root directory `path` */
	char *below;
};

/* The index. It remains valid between calls, so that a list of references needs only one search of
 * /proc. */
static struct {
	struct nsfile_proc proc; /* the opened /proc, valid only during a call */
	struct entry *e;
	size_t n, size;
	unsigned calls;
	bool made;
	int err; /* error that may have hidden a namespace from the index, or 0 */
} seen;

/*
 * Records an error that may have hidden a namespace. Two errors are ignored: the process or file
 * has disappeared, and the caller has no permission to read it, because the search only covers
 * files that the caller may read.
 */
static void note_error(int rc)
{
	if (rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM || rc == -EIO)
		seen.err = rc;
}

static uint64_t id_of(int fd)
{
	uint64_t id;

	if (sys_ns_id(fd, &id) < 0 && sys_ns_mnt_id(fd, &id) < 0)
		return 0;
	return id;
}

static const struct entry *find_seen(const struct nstype *type, uint64_t inode, uint64_t id)
{
	for (size_t i = 0; i < seen.n; i++) {
		const struct entry *e = &seen.e[i];

		if ((id ? e->id == id : e->inode == inode) && (!type || e->type == type))
			return e;
	}
	return NULL;
}

static struct entry *add(const struct nstype *type, uint64_t inode)
{
	struct entry *e;

	if (seen.n == seen.size) {
		size_t size = seen.size ? 2 * seen.size : 64;

		e = reallocarray(seen.e, size, sizeof(*e));
		if (!e) {
			seen.err = -ENOMEM;
			return NULL;
		}
		seen.e = e;
		seen.size = size;
	}
	e = &seen.e[seen.n++];
	*e = (struct entry){ .type = type, .inode = inode, .fd = -1 };
	return e;
}

/* Adds the parents and owners of a namespace to the index. They are visible, too, even if no
 * process is in them. */
static void climb(int fd)
{
	int above[2] = { sys_ns_parent(fd), sys_ns_owner(fd) };

	for (unsigned i = 0; i < ARRAY_SIZE(above); i++) {
		int64_t flag = above[i] < 0 ? -1 : sys_ns_type(above[i]);
		const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
		uint64_t inode = type ? nsinode_of(above[i]) : 0;
		struct entry *e;

		if (inode == 0 || find_seen(type, inode, 0) || !(e = add(type, inode))) {
			if (above[i] >= 0)
				close(above[i]);
			continue;
		}
		e->id = id_of(above[i]);
		e->fd = above[i];
		climb(above[i]);
	}
}

/* Adds the namespace of the descriptor ns, unless the index has it already. Closes ns. */
static void add_opened(int ns, enum way way, const char *path, const char *below)
{
	cleanup_fd int fd = ns;
	int64_t flag = sys_ns_type(fd);
	const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
	uint64_t inode = nsinode_of(fd);
	struct entry *e;

	if (!type || inode == 0 || find_seen(type, inode, 0) || !(e = add(type, inode)))
		return;
	e->id = id_of(fd);
	e->way = way;
	e->path = strdup(path);
	e->below = below ? strdup(below) : NULL;
	if (!e->path || (below && !e->below))
		seen.err = -ENOMEM;
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
		note_error(-errno);
	if (n <= 0 || n == sizeof(link) || nstype_parse_link(link, (size_t)n, &type, &inode) < 0 ||
	    find_seen(type, inode, 0))
		return;
	fd = nsfile_open_proc(proc, path);
	note_error(fd);
	if (fd >= 0)
		add_opened(fd, BY_LINK, path, NULL);
}

/* Adds the namespace of a descriptor. Opens it, because its link has another text if it was opened
 * through a bind mount. */
static void note_descriptor(int proc, const char *path, void *arg)
{
	struct statx st;
	int fd, rc = nsfile_identify(&seen.proc, proc, path, &st);

	(void)arg;
	note_error(rc);
	if (rc <= 0 || find_seen(NULL, st.stx_ino, 0))
		return;
	fd = nsfile_open(&seen.proc, proc, path);
	note_error(fd);
	if (fd >= 0)
		add_opened(fd, BY_DESCRIPTOR, path, NULL);
}

/* Adds the namespaces of the process or thread at `where` (below /proc), and those of its children.
 */
static void note_member(int proc, const char *where, void *arg)
{
	char path[64];

	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].file);
		note(proc, path, arg);
		if (!nstypes[i].child_file)
			continue;
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].child_file);
		note(proc, path, arg);
	}
}

/* Calls f for each number in the directory proc/where. */
static void each_number(int proc, const char *where,
			void (*f)(int proc, const char *path, void *arg), void *arg)
{
	const char *prefix = streq(where, ".") ? "" : where;
	struct scan s = { 0 };
	char path[320];

	note_error(scan_dir(proc, where, 0, &s));
	for (size_t i = 0; i < s.n; i++) {
		snprintf(path, sizeof(path), "%s%s%d", prefix, *prefix ? "/" : "", s.id[i]);
		f(proc, path, arg);
	}
	scan_free(&s);
}

/* Opens a mount by its path relative to the root directory proc/root. */
static int open_mount(int proc, const char *root, const char *below)
{
	cleanup_fd int dir = file_open_at(proc, root, O_PATH | O_DIRECTORY, 0);

	return dir < 0 ? dir : nsfile_open_mount(&seen.proc, dir, below);
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
	    find_seen(type, inode, 0))
		return;
	snprintf(root, sizeof(root), "%s/root", where);
	fd = open_mount(proc, root, below);
	note_error(fd);
	if (fd >= 0 && nsinode_of(fd) != inode) /* another mount covers the namespace */
		close(TAKE_FD(fd));
	if (fd >= 0)
		add_opened(fd, BY_MOUNT, root, below);
}

static void note_mounts(int proc, const char *where)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	char path[32];
	int rc;

	snprintf(path, sizeof(path), "%s/mountinfo", where);
	rc = mountinfo_read_at(&m, proc, path);
	note_error(rc);
	while (rc == 0 && mountinfo_next(&m, &line))
		note_mount(proc, where, &line);
}

/* Adds the namespaces of all threads and descriptors of the process at `where`. */
static void note_holder(int proc, const char *where, void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/task", where);
	each_number(proc, path, note_member, arg);
	snprintf(path, sizeof(path), "%s/fd", where);
	each_number(proc, path, note_descriptor, arg);
}

/* Adds all mount namespaces that the kernel lists (NS_MNT_GET_NEXT, Linux 6.12). The list has mount
 * namespaces without a process, too. */
static void note_mount_list(int proc)
{
	int fd = nsfile_open_proc(proc, "self/ns/mnt");

	note_error(fd);
	while (fd >= 0) {
		int next = sys_ns_mnt_next(fd);
		uint64_t inode = next < 0 ? 0 : nsinode_of(next);
		struct entry *e;

		close(fd);
		fd = next;
		note_error(fd);
		if (fd < 0 || find_seen(&nstypes[NSTYPE_MNT], inode, 0))
			continue;
		e = add(&nstypes[NSTYPE_MNT], inode);
		if (!e)
			continue;
		e->id = id_of(fd);
		e->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (e->fd < 0)
			note_error(-errno);
	}
}

static void make_index(int proc)
{
	size_t n;

	for (size_t i = 0; i < seen.n; i++) {
		free(seen.e[i].path);
		free(seen.e[i].below);
		util_close(&seen.e[i].fd);
	}
	seen.n = 0;
	seen.err = 0;
	note_member(proc, "self", NULL);
	note_mounts(proc, "self");
	each_number(proc, ".", note_member, NULL);
	/* read the mount table of each mount namespace that the index has so far */
	n = seen.n;
	for (size_t i = 0; i < n; i++) {
		char where[16] = "";

		if (seen.e[i].type != &nstypes[NSTYPE_MNT] || !seen.e[i].path)
			continue;
		strncat(where, seen.e[i].path,
			MIN(strcspn(seen.e[i].path, "/"), sizeof(where) - 1));
		note_mounts(proc, where);
	}
	each_number(proc, ".", note_holder, NULL);
	note_mount_list(proc);
	seen.made = true;
}

static int open_way(int proc, const struct entry *e)
{
	if (e->fd >= 0) {
		int fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 3);

		return fd < 0 ? -errno : fd;
	}
	if (!e->path)
		return -ENOENT;
	switch (e->way) {
	case BY_LINK:
		return nsfile_open_proc(proc, e->path);
	case BY_DESCRIPTOR:
		return nsfile_open(&seen.proc, proc, e->path);
	case BY_MOUNT:
		break;
	}
	return open_mount(proc, e->path, e->below);
}

/* Opens an entry and verifies that it is still the same namespace. If its path does not exist any
 * more, opens the namespace by file handle (Linux 6.18). */
static int open_seen(int proc, const struct entry *e)
{
	int fd = open_way(proc, e);

	if (fd >= 0 && nsinode_of(fd) == e->inode && sys_ns_type(fd) == (int64_t)e->type->flag &&
	    (e->id == 0 || id_of(fd) == e->id))
		return fd;
	note_error(fd);
	if (fd >= 0)
		close(fd);
	fd = e->id ? sys_ns_open_id(e->id, (uint32_t)e->type->flag, (uint32_t)e->inode) : -ENOENT;
	return fd < 0 ? -ENOENT : fd;
}

struct quick {
	const struct nstype *type;
	uint64_t inode;
	int fd; /* descriptor of the namespace that was found, or -1 */
};

/* Opens the namespace if the process at `where` is in it. */
static void quick_look(int proc, const char *where, void *arg)
{
	struct quick *q = arg;
	char path[64], link[64];

	for (size_t i = 0; q->fd < 0 && i < NSTYPE_COUNT; i++) {
		const struct nstype *type;
		uint64_t inode;
		ssize_t n;

		if (q->type && q->type != &nstypes[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].file);
		n = readlinkat(proc, path, link, sizeof(link));
		if (n <= 0 || nstype_parse_link(link, (size_t)n, &type, &inode) < 0 ||
		    inode != q->inode)
			continue;
		q->fd = nsfile_open_proc(proc, path);
		if (q->fd >= 0 && nsinode_of(q->fd) != inode)
			close(TAKE_FD(q->fd));
	}
}

static int find_in(int proc, const struct nstype *type, uint64_t inode, uint64_t id)
{
	/* Most calls look for a single namespace that a process is in, so the first call searches
	 * the processes without an index. */
	if (inode && seen.calls++ == 0) {
		struct quick q = { type, inode, -1 };

		each_number(proc, ".", quick_look, &q);
		if (q.fd >= 0)
			return q.fd;
	}
	for (bool again = seen.made;; again = false) {
		const struct entry *e;
		int fd;

		if (!again)
			make_index(proc);
		e = find_seen(type, inode, id);
		fd = e ? open_seen(proc, e) : -ENOENT;
		if (fd >= 0)
			return fd;
		if (!again)
			return seen.err ? seen.err : fd;
	}
}

static int find(const struct nstype *type, uint64_t inode, uint64_t id, struct nserr *e)
{
	cleanup_fd int proc = file_open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
	int fd = proc < 0 ? nserr_set(e, proc, "cannot open /proc")
			  : nsfile_proc_verify(&seen.proc, proc, e);

	if (fd == 0)
		fd = find_in(proc, type, inode, id);
	seen.proc = NSFILE_PROC_INIT;
	return fd;
}

int nsref_find_inode(const struct nstype *type, uint64_t inode, struct nserr *e)
{
	return find(type, inode, 0, e);
}

int nsref_find_id(uint64_t id, struct nserr *e)
{
	int fd = sys_ns_open_id(id, 0, 0);

	if (fd >= 0)
		return fd;
	fd = find(NULL, 0, id, e);
	if (fd == -ENOENT && !e->what[0]) {
		bool any = false;

		for (size_t i = 0; i < seen.n; i++)
			any |= seen.e[i].id != 0;
		return any ? -ENOENT : -EOPNOTSUPP;
	}
	return fd;
}
