// SPDX-License-Identifier: GPL-2.0-or-later
/* worker: provides what all sources need to handle errors of vanished processes, to store their
 * results and to count failures. */
#include "collect/worker.h"

int worker_error(struct worker *w, int rc, const char *path)
{
	struct procfs_path dir = { 0 };

	if (scan_gone(rc))
		return WORKER_GONE;
	if (rc == -EACCES || rc == -EPERM) {
		/* the error can also mean that the process has ended meanwhile, so check whether
		 * its directory still exists */
		memcpy(dir.s, path, strcspn(path, "/"));
		if (faccessat(w->c->q.proc, dir.s, F_OK, 0) < 0 && errno == ENOENT)
			return WORKER_GONE;
		return WORKER_DENIED;
	}
	return nserr_set(&w->e, rc, "cannot read /proc/%s", path);
}

void nsmissed_add(struct nsmissed *missed, enum nsmissed_what what, int err)
{
	enum nsmissed_why why = NSMISSED_FAILED;

	if (err == -EACCES || err == -EPERM)
		why = NSMISSED_DENIED;
	else if (err == -EAGAIN && what != NSMISSED_DETAIL)
		why = NSMISSED_WAIT;
	else if (err == -ENOSYS || err == -ENOTTY || err == -EOPNOTSUPP || err == -EINVAL)
		why = NSMISSED_UNSUPPORTED;
	else if (missed->err == 0)
		missed->err = err;
	missed->n[why][what]++;
}

int worker_link(struct worker *w, const char *path, const struct nstype *type, uint32_t *inode)
{
	int rc = procfs_link(w->c->q.proc, path, type, inode);

	return rc == 0 ? WORKER_OK : worker_error(w, rc, path);
}

int worker_found(struct worker *w, const struct nsfind *f)
{
	if (w->n == w->size) {
		size_t size = w->size ? w->size * 2 : 64;
		struct nsfind *found = reallocarray(w->found, size, sizeof(*found));

		if (!found)
			return nserr_set(&w->e, ENOMEM, "cannot list namespaces");
		w->found = found;
		w->size = size;
	}
	w->found[w->n++] = *f;
	return 0;
}

void nsmissed_add_all(struct nsmissed *sum, const struct nsmissed *more)
{
	for (size_t why = 0; why < NSMISSED_WHYS; why++)
		for (size_t what = 0; what < NSMISSED_WHATS; what++)
			sum->n[why][what] += more->n[why][what];
	if (sum->err == 0)
		sum->err = more->err;
}
