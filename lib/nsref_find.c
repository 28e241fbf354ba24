// SPDX-License-Identifier: GPL-2.0-or-later
/* nsref_find: an index of the namespaces in sight, made from /proc, for references by number. */
#include "nsref_find.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "buf.h"
#include "file.h"
#include "mountinfo.h"
#include "num.h"
#include "sys_ns.h"

/* A namespace in sight, and the way to it. */
struct entry {
	const struct nstype *type;
	uint64_t inode, id; /* id: 0 where the kernel has none */
	int fd;             /* of one that only another one holds: kept */
	char *path;         /* below /proc; NULL with fd */
};

/* Kept from one call to the next: a list of references would otherwise be a walk each. */
static struct {
	struct entry *e;
	size_t n, size;
	unsigned calls;
	bool made;
	int err;
} seen;

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
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

/* Parents and owners of a namespace in sight are so too, though nothing else may hold them. */
static void climb(int fd)
{
	int above[2] = { sys_ns_parent(fd), sys_ns_owner(fd) };

	for (unsigned i = 0; i < ARRAY_SIZE(above); i++) {
		int64_t flag = above[i] < 0 ? -1 : sys_ns_type(above[i]);
		const struct nstype *type = flag < 0 ? NULL : nstype_by_flag((uint64_t)flag);
		uint64_t inode = type ? inode_of(above[i]) : 0;
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

/* Notes the namespace behind proc/path when its link says that it is one not seen yet. */
static void note(int proc, const char *path, void *arg)
{
	cleanup_fd int fd = -1;
	const struct nstype *type;
	uint64_t inode;
	char link[64];
	ssize_t n = readlinkat(proc, path, link, sizeof(link));
	struct entry *e;

	(void)arg;
	if (n <= 0 || n == sizeof(link) || nstype_parse_link(link, (size_t)n, &type, &inode) < 0 ||
	    find_seen(type, inode, 0))
		return;
	fd = file_open_at(proc, path, O_RDONLY, 0);
	if (fd < 0 || inode_of(fd) != inode || !(e = add(type, inode)))
		return;
	e->id = id_of(fd);
	e->path = strdup(path);
	if (!e->path)
		seen.err = -ENOMEM;
	climb(fd);
}

/* The namespaces that the process or thread at `where` (below /proc) is in or gives its children.
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
	int fd = file_open_at(proc, where, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	char path[320];

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		if (d->d_name[0] < '0' || d->d_name[0] > '9')
			continue;
		if (streq(where, "."))
			snprintf(path, sizeof(path), "%s", d->d_name);
		else
			snprintf(path, sizeof(path), "%s/%s", where, d->d_name);
		f(proc, path, arg);
	}
	closedir(dir);
}

static void note_mount(int proc, const char *where, const struct mountinfo_line *l)
{
	cleanup_buf struct buf path = BUF_INIT;
	cleanup_fd int fd = -1;
	const struct nstype *type;
	struct entry *e;
	uint64_t inode;

	if (!streq(l->fstype, "nsfs") ||
	    nstype_parse_link(l->root, strlen(l->root), &type, &inode) < 0 ||
	    find_seen(type, inode, 0))
		return;
	buf_printf(&path, "%s/root%s", where, l->target);
	fd = path.err ? path.err : file_open_at(proc, path.s, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	/* another mount may cover it */
	if (fd < 0 || sys_ns_is_nsfs(fd) != 1 || inode_of(fd) != inode || !(e = add(type, inode)))
		return;
	e->id = id_of(fd);
	e->path = TAKE_PTR(path.s);
	climb(fd);
}

static void note_mounts(int proc, const char *where)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	cleanup_fd int fd = -1;
	struct mountinfo_line line;
	char path[32];

	snprintf(path, sizeof(path), "%s/mountinfo", where);
	fd = file_open_at(proc, path, O_RDONLY, 0);
	if (fd < 0 || mountinfo_read_fd(&m, fd) < 0)
		return;
	while (mountinfo_next(&m, &line))
		note_mount(proc, where, &line);
}

/* Threads and descriptors. A fd link of a namespace reads as its ns link does. */
static void note_holder(int proc, const char *where, void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/task", where);
	each_number(proc, path, note_member, arg);
	snprintf(path, sizeof(path), "%s/fd", where);
	each_number(proc, path, note, arg);
}

/* Mount namespaces are a list of their own, which also has those without a process (6.12). */
static void note_mount_list(int proc)
{
	int fd = file_open_at(proc, "self/ns/mnt", O_RDONLY, 0);

	while (fd >= 0) {
		int next = sys_ns_mnt_next(fd);
		uint64_t inode = next < 0 ? 0 : inode_of(next);
		struct entry *e;

		close(fd);
		fd = next;
		if (fd < 0 || find_seen(&nstypes[NSTYPE_MNT], inode, 0))
			continue;
		e = add(&nstypes[NSTYPE_MNT], inode);
		if (!e)
			continue;
		e->id = id_of(fd);
		e->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
}

static int make_index(int proc)
{
	size_t n;

	for (size_t i = 0; i < seen.n; i++) {
		free(seen.e[i].path);
		util_close(&seen.e[i].fd);
	}
	seen.n = 0;
	seen.err = 0;
	note_member(proc, "self", NULL);
	note_mounts(proc, "self");
	each_number(proc, ".", note_member, NULL);
	/* one table of mounts for each mount namespace found by then */
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
	return seen.err;
}

/* Opens an entry, by handle where there are such (6.18), and makes sure that it is still that. */
static int open_seen(int proc, const struct entry *e)
{
	int fd = -ENOENT;

	if (e->fd >= 0)
		fd = fcntl(e->fd, F_DUPFD_CLOEXEC, 3);
	else if (e->path)
		fd = file_open_at(proc, e->path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0 && inode_of(fd) == e->inode && sys_ns_is_nsfs(fd) == 1 &&
	    sys_ns_type(fd) == (int64_t)e->type->flag && (e->id == 0 || id_of(fd) == e->id))
		return fd;
	if (fd >= 0)
		close(fd);
	fd = e->id ? sys_ns_open_id(e->id, (uint32_t)e->type->flag, (uint32_t)e->inode) : -ENOENT;
	return fd < 0 ? -ENOENT : fd;
}

struct quick {
	const struct nstype *type;
	uint64_t inode;
	int fd; /* what was found, or -1 */
};

/* Opens the namespace that is looked for when the process `where` is in it. */
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
		q->fd = file_open_at(proc, path, O_RDONLY, 0);
		if (q->fd >= 0 && inode_of(q->fd) != inode)
			close(TAKE_FD(q->fd));
	}
}

static int find(const struct nstype *type, uint64_t inode, uint64_t id)
{
	cleanup_fd int proc = file_open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
	const struct entry *e;
	int fd;

	if (proc < 0)
		return proc;
	/* one reference is most often to what some process is in: no index for that */
	if (inode && seen.calls++ == 0) {
		struct quick q = { type, inode, -1 };

		each_number(proc, ".", quick_look, &q);
		if (q.fd >= 0)
			return q.fd;
	}
	for (bool again = seen.made;; again = false) {
		if (!again) {
			int rc = make_index(proc);

			if (rc < 0)
				return rc;
		}
		e = find_seen(type, inode, id);
		fd = e ? open_seen(proc, e) : -ENOENT;
		if (fd >= 0 || !again)
			return fd;
	}
}

int nsref_find_inode(const struct nstype *type, uint64_t inode)
{
	return find(type, inode, 0);
}

int nsref_find_id(uint64_t id)
{
	int fd = sys_ns_open_id(id, 0, 0);

	if (fd >= 0)
		return fd;
	fd = find(NULL, 0, id);
	if (fd == -ENOENT) {
		bool any = false;

		for (size_t i = 0; i < seen.n; i++)
			any |= seen.e[i].id != 0;
		return any ? -ENOENT : -EOPNOTSUPP;
	}
	return fd;
}
