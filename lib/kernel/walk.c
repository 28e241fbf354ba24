// SPDX-License-Identifier: GPL-2.0-or-later
/* walk: visits a directory tree by descriptors. */
#include "kernel/walk.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/file.h"

/* Maximum number of open directories. The walk closes the directories above them, and later opens
 * each as ".." of the directory below. */
#define OPEN_MAX_DIRS 64

#define STATX_WANTED (STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID)

struct walk_level {
	int fd;           /* descriptor of the directory, open for reading, or -1 */
	DIR *dir;         /* directory stream that owns fd, or NULL after fd was opened again */
	const char *name; /* name in `names` of the directory above; NULL for the top directory */
	char *names;      /* names of the files in the directory, each terminated by a NUL byte */
	size_t at, len;
	struct statx st;
};

const char *walk_path(struct walk *w)
{
	buf_reset(&w->path);
	buf_adds(&w->path, w->top);
	for (size_t i = 1; i <= w->n; i++) {
		const char *name = i < w->n ? w->level[i].name : w->name;

		if (!name)
			continue;
		if (w->path.len > 0 && w->path.s[w->path.len - 1] != '/')
			buf_addc(&w->path, '/');
		buf_adds(&w->path, name);
	}
	return w->path.err ? w->top : w->path.s;
}

static int report(struct walk *w, enum walk_event event, int fd, const struct statx *st, int err)
{
	return w->visit(w->ctx, w, event, fd, st, err);
}

/* Stores the names of all files in the directory. Returns 0 or a negative errno. */
static int read_names(struct walk_level *l)
{
	struct buf names = BUF_INIT;
	const struct dirent *d;
	int rc;

	l->dir = fdopendir(l->fd);
	if (!l->dir)
		return -errno;
	while (errno = 0, (d = readdir(l->dir)))
		if (!streq(d->d_name, ".") && !streq(d->d_name, ".."))
			buf_add(&names, d->d_name, strlen(d->d_name) + 1);
	rc = errno ? -errno : names.err;
	if (rc < 0) {
		buf_free(&names);
		return rc;
	}
	l->names = names.s;
	l->len = names.len;
	return 0;
}

static void close_level(struct walk_level *l)
{
	if (l->dir)
		closedir(l->dir);
	else
		util_close(&l->fd);
	l->dir = NULL;
	l->fd = -1;
}

/* Closes the uppermost open directories if too many are open. */
static void limit_open(struct walk *w)
{
	for (size_t i = w->n - w->open; w->open > OPEN_MAX_DIRS; i++, w->open--)
		close_level(&w->level[i]);
}

/* Enters the directory fd (O_PATH, borrowed). If the directory cannot be read, calls w->visit()
 * with WALK_ERROR and does not enter it. Returns 0, or a negative errno that ends the walk. */
static int enter(struct walk *w, int fd, const struct statx *st)
{
	struct walk_level l = { .name = w->name, .st = *st };
	int rc;

	if (w->n == w->size) {
		size_t size = w->size ? 2 * w->size : 16;
		struct walk_level *more = reallocarray(w->level, size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->level = more;
		w->size = size;
	}
	l.fd = file_open_at(fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	rc = l.fd < 0 ? l.fd : read_names(&l);
	if (rc < 0) {
		close_level(&l);
		/* ENOENT: another process has removed the directory; only the top directory must
		 * exist */
		if (rc == -ENOENT && w->n > 0)
			return 0;
		return rc == -ENOMEM ? rc : report(w, WALK_ERROR, -1, NULL, rc);
	}
	w->level[w->n++] = l;
	w->open++;
	w->name = NULL;
	limit_open(w);
	return 0;
}

static bool is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

/* Leaves the current directory. Returns 0, or -ESTALE if the directory above it was closed and
 * cannot be found again. */
static int leave(struct walk *w)
{
	struct walk_level *l = &w->level[w->n - 1], *up = w->n > 1 ? l - 1 : NULL;
	struct statx st;
	int rc = 0;

	if (up && up->fd < 0) {
		/* another process may have moved the directory, so compare the files */
		up->fd = file_open_at(l->fd, "..", O_RDONLY | O_DIRECTORY, 0);
		if (up->fd < 0 || statx(up->fd, "", AT_EMPTY_PATH, STATX_WANTED, &st) < 0 ||
		    !is_same(&st, &up->st))
			rc = -ESTALE;
		else
			w->open++;
	}
	close_level(l);
	free(l->names);
	w->open--;
	w->n--;
	w->name = NULL;
	return rc;
}

/* Visits the file fd (O_PATH, borrowed) and enters it if it is a directory. Returns 0, or a
 * negative errno that ends the walk. */
static int visit(struct walk *w, int fd)
{
	struct statx st;
	int rc;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_WANTED, &st) < 0)
		return report(w, WALK_ERROR, -1, NULL, -errno);
	if (w->n > 0 && !w->cross && st.stx_mnt_id != w->level[w->n - 1].st.stx_mnt_id)
		return report(w, WALK_MOUNT, fd, &st, 0);
	rc = report(w, WALK_FILE, fd, &st, 0);
	return rc < 0 || !S_ISDIR(st.stx_mode) ? rc : enter(w, fd, &st);
}

/* Visits the next file of the current directory, or leaves the directory. Returns 0, or a negative
 * errno that ends the walk. */
static int step(struct walk *w)
{
	struct walk_level *l = &w->level[w->n - 1];
	cleanup_fd int fd = -1;

	if (l->at == l->len)
		return leave(w);
	w->name = l->names + l->at;
	l->at += strlen(w->name) + 1;
	fd = file_open_at(l->fd, w->name, O_PATH | O_NOFOLLOW, 0);
	if (fd == -ENOENT)
		return 0;
	return fd < 0 ? report(w, WALK_ERROR, -1, NULL, fd) : visit(w, fd);
}

int walk_tree(struct walk *w, int fd, const char *top, struct nserr *e)
{
	int rc;

	w->top = top;
	w->name = NULL;
	rc = visit(w, fd);
	while (rc >= 0 && w->n > 0)
		rc = step(w);
	if (rc == -ESTALE)
		nserr_set(e, rc, "'%s' was moved while the directory tree was read", walk_path(w));
	else if (rc == -ENOMEM)
		nserr_set(e, rc, "cannot read the directory tree '%s'", top);
	while (w->n > 0)
		(void)leave(w);
	free(w->level);
	buf_free(&w->path);
	return MIN(rc, 0);
}
