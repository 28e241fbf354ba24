// SPDX-License-Identifier: GPL-2.0-or-later
/* open: opens a namespace through a process in it, through a holder such as a descriptor or a
 * mount, or by its id. */
#include "collect/worker.h"

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"
#include "kernel/sys_stat.h"
#include "ns/inside.h"
#include "ns/socket.h"

bool collect_is_gone(int rc)
{
	return scan_gone(rc) || rc == -EACCES || rc == -EPERM || rc == -ESTALE || rc == -ENOTDIR ||
	       rc == -ELOOP || rc == -EOPNOTSUPP || rc == -ENXIO || rc == -ENOTTY ||
	       rc == -ENOTSOCK || rc == -EAGAIN || rc == -ENOSYS;
}

/* Checks that the descriptor refers to ns. Returns the descriptor, or closes it and returns a
 * negative errno. */
static int if_it_is(const struct ns *ns, int is)
{
	cleanup_fd int fd = is;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_ino == ns->inode ? TAKE_FD(fd) : -ENOENT;
}

/* Opens ns by its link below /proc. Returns a descriptor or a negative errno. */
static int open_proc(const struct collect *c, const struct ns *ns, const char *path)
{
	return if_it_is(ns, nsfile_open_proc(c->q.proc, path));
}

/* ---- Mounts ---- */

struct by_path {
	const struct collect *c;
	const struct ns *ns;
	int dir;
	const char *path;
};

/* Opens a mount by its path, for nsinside_call(). Returns a descriptor or a negative errno. */
static int open_path(void *arg)
{
	const struct by_path *p = arg;

	return if_it_is(p->ns, nsfile_open_mount(&p->c->files, p->dir, p->path));
}

/*
 * Opens a mounted namespace file through the root directory of a process in the mount namespace. If
 * this fails because the process has changed its root directory or has ended, enters the mount
 * namespace to open the file. Returns a descriptor or a negative errno.
 */
static int open_mount(const struct collect *c, const struct ns *ns, const struct nshold *h)
{
	struct by_path p = { c, ns, AT_FDCWD, h->path };
	struct procfs_path root;
	cleanup_fd int mnt = -1;
	int fd;

	if (!h->where || !c->q.self)
		return -ENOENT;
	if (h->where->inode == c->own_mnt)
		return open_path(&p);
	if (h->where->pid) {
		cleanup_fd int dir = -1;

		procfs_path_set(&root, h->where->pid);
		dir = file_open_at(c->q.proc, procfs_path_at(&root, "root"), O_PATH, 0);
		p.dir = dir;
		p.path = h->path + strspn(h->path, "/");
		fd = dir < 0 ? dir : open_path(&p);
		if (fd >= 0 || !collect_is_gone(fd))
			return fd;
	}
	mnt = collect_open(c, h->where);
	p.dir = AT_FDCWD;
	p.path = h->path;
	return mnt < 0 ? mnt : nsinside_call(mnt, h->where->type, open_path, &p);
}

/* ---- Other holders ---- */

/* Opens ns through a socket in it. Returns a descriptor or a negative errno. */
static int open_socket(const struct collect *c, const struct ns *ns, const struct nshold *h)
{
	struct procfs_path path;
	struct statx st;
	cleanup_fd int pidfd = -1;
	int fd;

	procfs_path_set_fd(&path, h->pid, h->num);
	if (nsfile_identify(&c->files, c->q.proc, path.s, &st) < 0 || !S_ISSOCK(st.stx_mode))
		return -ENOTSOCK;
	pidfd = sys_pidfd_open_task(h->pid);
	fd = pidfd < 0 ? pidfd : nssocket_open(pidfd, h->num);
	/* EBADF of pidfd_getfd(2) means that the process has closed the socket */
	return fd == -EBADF ? -ENOENT : if_it_is(ns, fd);
}

/* Opens ns, the namespace of the future children of a process, through its *_for_children link or
 * through a pidfd. Returns a descriptor or a negative errno. */
static int open_child(const struct collect *c, const struct ns *ns, const struct nshold *h,
		      const char *path)
{
	cleanup_fd int pidfd = -1;
	int fd = open_proc(c, ns, path);

	if (fd >= 0 || !collect_is_gone(fd) || !c->q.self)
		return fd;
	pidfd = sys_pidfd_open_task(h->num);
	return if_it_is(ns, pidfd < 0 ? pidfd : sys_pidfd_child_ns(pidfd, ns->type->flag));
}

/* Opens ns through one holder, such as a descriptor or a mount. Returns a descriptor or a negative
 * errno. */
static int open_held(const struct collect *c, const struct ns *ns, const struct nshold *h)
{
	struct procfs_path path;

	procfs_path_set_task(&path, h->pid, h->num);
	if (h->kind == NSHOLD_TASK)
		return open_proc(c, ns, procfs_path_at(&path, ns->type->file));
	if (h->kind == NSHOLD_CHILDREN)
		return open_child(c, ns, h, procfs_path_at(&path, ns->type->child_file));
	if (h->kind == NSHOLD_SOCK)
		return open_socket(c, ns, h);
	if (h->kind == NSHOLD_MNT)
		return open_mount(c, ns, h);
	if (h->kind != NSHOLD_FD)
		return -ENOENT;
	procfs_path_set_fd(&path, h->pid, h->num);
	return if_it_is(ns, nsfile_open(&c->files, c->q.proc, path.s));
}

/* Opens ns through a process in it. Tries the processes in ascending order, because some may have
 * ended. Returns a descriptor or a negative errno. */
static int open_member(const struct collect *c, const struct ns *ns)
{
	const struct nsmember *first = ns->pid ? collect_member(c, ns->pid) : NULL;
	size_t type = nstype_index(ns->type), left = ns->nprocs;
	struct procfs_path path;
	int fd = -ENOENT;

	for (size_t i = first ? (size_t)(first - c->members) : c->n; left > 0 && i < c->n; i++) {
		if (c->members[i].inode[type] != ns->inode)
			continue;
		left--;
		procfs_path_set(&path, c->members[i].pid);
		fd = open_proc(c, ns, procfs_path_at(&path, ns->type->file));
		if (fd >= 0 || !collect_is_gone(fd))
			return fd;
	}
	return fd;
}

int collect_open_held(const struct collect *c, const struct ns *ns)
{
	int fd = open_member(c, ns);

	for (const struct nshold *h = ns->holders; fd < 0 && collect_is_gone(fd) && h; h = h->next)
		fd = open_held(c, ns, h);
	return fd;
}

int collect_open(const struct collect *c, const struct ns *ns)
{
	int fd = collect_open_held(c, ns);

	if (fd < 0 && collect_is_gone(fd) && ns->id)
		fd = if_it_is(ns, sys_ns_open_id(ns->id, (uint32_t)ns->type->flag, ns->inode));
	return fd;
}
