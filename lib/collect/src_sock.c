// SPDX-License-Identifier: GPL-2.0-or-later
/* src_sock: finds the network namespaces of sockets, each socket once even if processes share it.
 */
#include "collect/src_bpf.h"

int collect_sock(struct worker *w, pid_t pid, int fd, uint64_t inode)
{
	if (w->n_sockets == w->sockets_size) {
		size_t size = w->sockets_size ? w->sockets_size * 2 : 64;
		struct nssocket *more = reallocarray(w->sockets, size, sizeof(*more));

		if (!more)
			return nserr_set(&w->e, ENOMEM, "cannot list sockets");
		w->sockets = more;
		w->sockets_size = size;
	}
	w->sockets[w->n_sockets++] = (struct nssocket){ .pid = pid, .fd = fd, .inode = inode };
	return 0;
}

/* Records the network namespace of a socket, or counts a socket that cannot be read. Returns 0, or
 * a negative errno with w->e set. */
static int note_result(struct worker *w, const struct nssocket *s)
{
	struct nsfind f = { NSHOLD_SOCK, NSTYPE_NET, s->pid, s->fd, s->ns, 0 };

	switch (s->rc) {
	case 0:
		return worker_found(w, &f);
	case -EEXIST:
	case -ESRCH:
	case -EBADF: /* the socket was closed, or the process has ended */
		return 0;
	/* no CAP_NET_ADMIN over the namespace, or no permission to trace the process */
	case -EPERM:
	case -EACCES:
	case -ENOSYS:
	case -ENOTTY:
	case -EOPNOTSUPP:
	case -EINVAL:
		nsmissed_add(&w->missed, NSMISSED_SOCK, s->rc);
		return 0;
	default:
		return nserr_set(&w->e, s->rc, "cannot read descriptor %d of process %d", s->fd,
				 (int)s->pid);
	}
}

static int by_holder(const void *a, const void *b)
{
	const struct nssocket *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/* Removes the sockets that the BPF iterators have already found in other processes, because each
 * socket is recorded once. */
static void drop_known(struct worker *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_sockets; i++)
		if (!collect_bpf_has_socket(w->c->bpf, w->sockets[i].inode))
			w->sockets[n++] = w->sockets[i];
	w->n_sockets = n;
}

int collect_sockets(struct worker *w)
{
	int rc;

	if (w->c->bpf)
		drop_known(w);
	/* sort the sockets, so that the recorded holder of a shared socket is always the same */
	if (w->n_sockets > 0)
		qsort(w->sockets, w->n_sockets, sizeof(*w->sockets), by_holder);
	rc = nssocket_ask(w->sockets, w->n_sockets);
	if (rc < 0)
		return nserr_set(&w->e, rc, "cannot read sockets");
	for (size_t i = 0; i < w->n_sockets && rc == 0; i++)
		rc = note_result(w, &w->sockets[i]);
	return rc;
}
