// SPDX-License-Identifier: GPL-2.0-or-later
/* src_fd: finds namespaces and sockets that are open as descriptors of processes. */
#include "collect/worker.h"

#include "kernel/sys_ns.h"
#include "kernel/sys_stat.h"

/* Limits of a counter that rises if the descriptors of a process have the numbers from 0 to n - 1
 * and falls if they have others. At GUESS_NEVER, the worker no longer tries these numbers first. A
 * wrong guess costs twice the time that a right guess saves. */
enum { GUESS_NEVER = -6, GUESS_GOOD = 8 };

/* Records the namespace if its type was requested. Returns WORKER_OK, or -ENOMEM with w->e set. */
static int found(struct worker *w, struct nsfind *f, const struct nstype *type, uint64_t inode)
{
	if (!type || !(w->c->types & NSTYPE_BIT(nstype_index(type))))
		return WORKER_OK;
	f->type = (uint8_t)nstype_index(type);
	f->inode = (uint32_t)inode;
	return worker_found(w, f);
}

/* Opens the descriptor to find the type of the namespace. Returns WORKER_*, or a negative errno
 * with w->e set. */
static int ask_descriptor(struct worker *w, const char *path, struct nsfind *f)
{
	cleanup_fd int fd = nsfile_open(&w->c->files, w->c->q.proc, path);
	int64_t flag = fd < 0 ? fd : sys_ns_type(fd);
	struct stat st;

	if (fd == -ENOTTY) /* meanwhile, the process has reused the number for another file */
		return WORKER_OK;
	if (flag < 0)
		return worker_error(w, (int)flag, path);
	if (fstat(fd, &st) < 0)
		return worker_error(w, -errno, path);
	return found(w, f, nstype_by_flag((uint64_t)flag), st.st_ino);
}

/*
 * Finds the type of a namespace from its link "net:[4026531840]"; the link of a file with a path
 * begins with "/". If the namespace was opened through a bind mount, its link is the path of the
 * mount, and it must be opened. Returns WORKER_*, or a negative errno with w->e set.
 */
static int ask_type(struct worker *w, const char *path, struct nsfind *f)
{
	const struct nstype *type;
	char link[48];
	uint64_t inode;
	ssize_t n = readlinkat(w->c->q.proc, path, link, sizeof(link));

	if (n < 0)
		return worker_error(w, -errno, path);
	return nstype_parse_link(link, (size_t)n, &type, &inode) == 0 ? found(w, f, type, inode)
								      : ask_descriptor(w, path, f);
}

/*
 * Classifies the error rc for a descriptor that cannot be identified. If its link is a path, a file
 * server has returned the error, for example ESTALE. Ignores such an error, because the file is not
 * a namespace. Returns WORKER_*, or a negative errno with w->e set.
 */
static int not_identified(struct worker *w, int rc, const char *path)
{
	char link[8];

	if (!scan_gone(rc) && rc != -EACCES && rc != -EPERM &&
	    readlinkat(w->c->q.proc, path, link, sizeof(link)) > 0 && link[0] == '/')
		return WORKER_OK;
	return worker_error(w, rc, path);
}

/* Identifies one descriptor by its file and records it if it is a namespace or socket. Returns
 * WORKER_*, or a negative errno with w->e set. */
static int look_at_fd(struct worker *w, const struct nsmember *m, int fd)
{
	struct nsfind f = { .kind = NSHOLD_FD, .pid = m->pid, .num = fd };
	struct procfs_path path;
	struct statx st;
	int rc;

	procfs_path_set_fd(&path, m->pid, fd);
	rc = nsfile_identify(&w->c->files, w->c->q.proc, path.s, &st);
	if (rc < 0)
		return not_identified(w, rc, path.s);
	if (rc == 1)
		return w->c->sources & NSTYPE_BIT(COLLECT_FD) ? ask_type(w, path.s, &f) : WORKER_OK;
	if (w->c->sources & NSTYPE_BIT(COLLECT_SOCK) && S_ISSOCK(st.stx_mode))
		return collect_sock(w, m->pid, fd, st.stx_ino);
	return WORKER_OK;
}

/*
 * Reads the descriptors n - 1 down to 0, because a process with n descriptors usually has these
 * numbers. This is faster than listing the directory first. Begins with the highest number, which
 * is most likely to be missing. Returns the number of descriptors that were read before one was
 * missing, or a negative errno with w->e set.
 */
static int look_at_dense(struct worker *w, const struct nsmember *m, int n)
{
	int done = 0, rc = WORKER_OK;

	while (done < n && rc == WORKER_OK) {
		rc = look_at_fd(w, m, n - 1 - done);
		done += rc == WORKER_OK;
	}
	return rc < 0 ? rc : done;
}

int collect_fd(struct worker *w, struct nsmember *m)
{
	struct procfs_path path;
	struct stat st;
	int rc = 0, n, done = 0;

	procfs_path_set(&path, m->pid);
	/* the size of the directory /proc/PID/fd is the number of descriptors since Linux 6.2, and
	 * 0 before */
	if (fstatat(w->c->q.proc, procfs_path_at(&path, "fd"), &st, 0) < 0)
		return MIN(worker_error(w, -errno, path.s), 0);
	n = (int)st.st_size;
	if (w->c->fd_sizes && n == 0)
		return 0;
	if (w->c->fd_sizes && w->guess > GUESS_NEVER) {
		done = look_at_dense(w, m, n);
		if (done < 0)
			return done;
		w->guess = done == n ? MIN(w->guess + 1, GUESS_GOOD) : w->guess - 2;
		if (done == n)
			return 0;
	}
	rc = scan_dir(w->c->q.proc, path.s, (size_t)st.st_size, &w->ids);
	if (rc < 0)
		return MIN(worker_error(w, rc, path.s), 0);
	for (size_t i = 0; i < w->ids.n && rc >= 0; i++)
		if (!done || w->ids.id[i] < n - done || w->ids.id[i] >= n)
			rc = look_at_fd(w, m, w->ids.id[i]);
	return MIN(rc, 0);
}
