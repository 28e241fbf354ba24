// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_fd: namespaces behind open descriptors; the directory is read once for sockets too. */
#include "nscollect_source.h"

#include <sys/stat.h>

#include "file.h"

/* One descriptor by its link: "net:[…]" is a namespace, "socket:[…]" a socket. */
static int look_at_fd(struct nsworker *w, const struct nsmember *m, int dir, int fd)
{
	struct nsproc_path name;
	const struct nstype *type;
	uint64_t inode;
	char link[48];
	ssize_t n;

	nsproc_path_set(&name, fd);
	name.s[name.len - 1] = '\0';
	n = readlinkat(dir, name.s, link, sizeof(link));
	if (n < 0 && errno == ENAMETOOLONG) /* a path; longer ones are cut instead */
		return 0;
	if (n < 0) {
		nsproc_path_set(&name, m->pid);
		return MIN(nsworker_error(w, -errno, nsproc_path_at(&name, "fd")), 0);
	}
	if (link[0] == '/')
		return 0;
	if (nstype_parse_link(link, (size_t)n, &type, &inode) == 0) {
		struct nsfind f = { NSHOLD_FD,       (uint8_t)nstype_index(type),
				    m->pid,          fd,
				    (uint32_t)inode, 0 };

		if (!(w->c->sources & NSTYPE_BIT(NSCOLLECT_FD)) ||
		    !(w->c->types & NSTYPE_BIT(f.type)))
			return 0;
		return nsworker_found(w, &f);
	}
	if (w->c->sources & NSTYPE_BIT(NSCOLLECT_SOCK) && w->c->types & NSTYPE_BIT(NSTYPE_NET) &&
	    n > 9 && memcmp(link, "socket:[", 8) == 0 &&
	    num_u64n(link + 8, (size_t)n - 9, 0, UINT64_MAX, &inode) == 0)
		return nscollect_sock(w, m->pid, fd, inode);
	return 0;
}

int nscollect_fd(struct nsworker *w, struct nsmember *m)
{
	struct nsproc_path path;
	struct stat st;
	cleanup_fd int dir = -1;
	int rc = 0;

	nsproc_path_set(&path, m->pid);
	/* the size of the directory is the number of descriptors from 6.2 on, before always 0 */
	if (fstatat(w->c->proc, nsproc_path_at(&path, "fd"), &st, 0) < 0)
		return MIN(nsworker_error(w, -errno, path.s), 0);
	if (st.st_size == 0 && w->c->fd_sizes)
		return 0;
	dir = file_open_at(w->c->proc, path.s, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return MIN(nsworker_error(w, dir, path.s), 0);
	rc = nsproc_numbers(dir, (size_t)st.st_size, &w->ids);
	if (rc < 0)
		return MIN(nsworker_error(w, rc, path.s), 0);
	for (size_t i = 0; i < w->ids.n && rc == 0; i++)
		rc = look_at_fd(w, m, dir, w->ids.id[i]);
	if (w->pidfd >= 0)
		close(TAKE_FD(w->pidfd));
	return rc;
}
