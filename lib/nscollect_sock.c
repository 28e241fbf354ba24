// SPDX-License-Identifier: GPL-2.0-or-later
/* nscollect_sock: network namespaces behind sockets, each socket once however many processes share
 * it. */
#include "nscollect_source.h"

#include <sys/stat.h>

#include "sys_pidfd.h"

/* Whether the socket is new; 0 or 1, or -ENOMEM. */
static int note_socket(struct nsworker *w, uint64_t inode)
{
	struct nsset *set = &w->sockets;
	size_t i;

	if (set->n * 2 >= set->size) {
		struct nsset more = { .size = set->size ? set->size * 2 : 256 };

		more.slot = calloc(more.size, sizeof(*more.slot));
		if (!more.slot)
			return nserr_set(&w->e, ENOMEM, "cannot list sockets");
		for (i = 0; i < set->size; i++) {
			size_t k = set->slot[i] & (more.size - 1);

			while (set->slot[i] && more.slot[k])
				k = (k + 1) & (more.size - 1);
			if (set->slot[i])
				more.slot[k] = set->slot[i];
		}
		more.n = set->n;
		free(set->slot);
		*set = more;
	}
	for (i = inode & (set->size - 1); set->slot[i]; i = (i + 1) & (set->size - 1))
		if (set->slot[i] == inode)
			return 0;
	set->slot[i] = inode;
	set->n++;
	return 1;
}

int nscollect_sock(struct nsworker *w, pid_t pid, int fd, uint64_t inode)
{
	struct nsfind f = { NSHOLD_SOCK, NSTYPE_NET, pid, fd, 0, 0 };
	cleanup_fd int ns = -1;
	struct stat st;
	int rc = note_socket(w, inode);

	if (rc <= 0)
		return rc;
	if (w->pidfd < 0)
		w->pidfd = sys_pidfd_open_task(pid);
	ns = w->pidfd < 0 ? w->pidfd : nsfile_open_socket(w->pidfd, fd);
	if (ns >= 0 && fstat(ns, &st) < 0)
		return nserr_set(&w->e, errno, "cannot read a namespace");
	if (ns >= 0) {
		f.inode = (uint32_t)st.st_ino;
		return nsworker_found(w, &f);
	}
	switch (ns) {
	case -ESRCH:
	case -EBADF:    /* closed, or the process has ended */
	case -ENOTSOCK: /* exchanged meanwhile */
		return 0;
	case -EPERM: /* CAP_NET_ADMIN over the namespace, or the right to trace the process */
	case -EACCES:
	case -ENOSYS:
	case -ENOTTY:
	case -EOPNOTSUPP:
	case -EINVAL:
		nsmissed_add(&w->missed, NSMISSED_SOCK, ns);
		return 0;
	default:
		return nserr_set(&w->e, ns, "cannot look at descriptor %d of process %d", fd,
				 (int)pid);
	}
}
