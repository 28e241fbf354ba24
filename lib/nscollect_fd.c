// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_fd: namespaces behind open descriptors; the directory is read once for sockets too. */
#include "nscollect_source.h"

#include <sys/stat.h>

#include "file.h"

/* One descriptor by its link: "net:[…]" is a namespace, "socket:[…]" a socket. NSWORKER_*, or a
 * negative errno with w->e set. */
static int look_at_fd(struct nsworker *w, const struct nsmember *m, int fd)
{
	struct nsfind f = { .kind = NSHOLD_FD, .pid = m->pid, .num = fd };
	struct nsproc_path path;
	const struct nstype *type;
	uint64_t inode;
	char link[48];
	ssize_t n;

	nsproc_path_set_fd(&path, m->pid, fd);
	n = readlinkat(w->c->proc, path.s, link, sizeof(link));
	if (n < 0 && errno != ENAMETOOLONG) /* that is a path, too */
		return nsworker_error(w, -errno, path.s);
	if (n < 0 || link[0] == '/')
		return NSWORKER_OK;
	if (w->c->sources & NSTYPE_BIT(NSCOLLECT_FD) &&
	    nstype_parse_link(link, (size_t)n, &type, &inode) == 0) {
		f.type = (uint8_t)nstype_index(type);
		f.inode = (uint32_t)inode;
		return w->c->types & NSTYPE_BIT(f.type) ? nsworker_found(w, &f) : NSWORKER_OK;
	}
	if (w->c->sources & NSTYPE_BIT(NSCOLLECT_SOCK) && n > 9 &&
	    memcmp(link, "socket:[", 8) == 0 &&
	    num_u64n(link + 8, (size_t)n - 9, 0, UINT64_MAX, &inode) == 0)
		return nscollect_sock(w, m->pid, fd, inode);
	return NSWORKER_OK;
}

/* Where the numbers are those below n, which they mostly are, the directory need not be read, which
 * costs more than the links. Highest first: that is the one which is missing most often. How many
 * were looked at, or a negative errno. */
static int look_at_dense(struct nsworker *w, const struct nsmember *m, int n)
{
	int done = 0, rc = NSWORKER_OK;

	while (done < n && rc == NSWORKER_OK) {
		rc = look_at_fd(w, m, n - 1 - done);
		done += rc == NSWORKER_OK;
	}
	return rc < 0 ? rc : done;
}

static int look_at_fds(struct nsworker *w, const struct nsmember *m)
{
	struct nsproc_path path;
	struct stat st;
	cleanup_fd int dir = -1;
	int rc = 0, n, done = 0;

	nsproc_path_set(&path, m->pid);
	/* the size of the directory is the number of descriptors from 6.2 on, before always 0 */
	if (fstatat(w->c->proc, nsproc_path_at(&path, "fd"), &st, 0) < 0)
		return MIN(nsworker_error(w, -errno, path.s), 0);
	if (w->c->fd_sizes) {
		n = (int)st.st_size;
		done = look_at_dense(w, m, n);
		if (done < 0 || done == n)
			return MIN(done, 0);
	}
	dir = file_open_at(w->c->proc, path.s, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return MIN(nsworker_error(w, dir, path.s), 0);
	rc = nsproc_numbers(dir, (size_t)st.st_size, &w->ids);
	if (rc < 0)
		return MIN(nsworker_error(w, rc, path.s), 0);
	for (size_t i = 0; i < w->ids.n && rc >= 0; i++)
		if (!done || w->ids.id[i] < n - done || w->ids.id[i] >= n)
			rc = look_at_fd(w, m, w->ids.id[i]);
	return MIN(rc, 0);
}

int nscollect_fd(struct nsworker *w, struct nsmember *m)
{
	int rc = look_at_fds(w, m);

	/* a socket may have needed it */
	if (w->pidfd >= 0)
		close(TAKE_FD(w->pidfd));
	return rc;
}
