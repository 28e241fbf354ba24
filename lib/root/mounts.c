// SPDX-License-Identifier: GPL-2.0-or-later
/* mounts: records the mounts of a new root, and opens the mount that a path leads through. */
#include "root/mounts.h"

#include <fcntl.h>

#include "root/resolve.h"

bool root_mounts_is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

int root_mounts_changed(const char *path, struct nserr *e)
{
	return nserr_set(e, 0,
			 "the path '%s' does not lead to the new mount, because another process "
			 "is changing the root",
			 path);
}

/* Advances *path to its next component. Returns the length of the component, or 0 at the end of the
 * path. */
static size_t component(const char **path)
{
	*path += strspn(*path, "/");
	return strcspn(*path, "/");
}

/* Returns true if a component of path is "..". */
static bool has_dotdot(const char *path)
{
	for (size_t n; (n = component(&path)) > 0; path += n)
		if (n == 2 && path[0] == '.' && path[1] == '.')
			return true;
	return false;
}

/* Returns the part of path after the components of prefix, or NULL if path does not begin with
 * these components. */
static const char *after(const char *path, const char *prefix)
{
	for (;;) {
		size_t n = component(&prefix), len = component(&path);

		if (n == 0)
			return path;
		if (n != len || memcmp(path, prefix, n) != 0)
			return NULL;
		path += n;
		prefix += n;
	}
}

/* Removes the paths that the new mount on path covers from the list of absent paths. */
static void cover_absent(struct root_mounts *m, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nabsent; i++) {
		if (after(m->absent[i], path))
			free(m->absent[i]);
		else
			m->absent[n++] = m->absent[i];
	}
	m->nabsent = n;
}

/* Adds a component of n bytes to the hash h of a path (FNV-1a). Returns the new hash. */
static uint64_t hash(uint64_t h, const char *name, size_t n)
{
	const uint64_t prime = 0x100000001b3;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)name[i]) * prime;
	return (h ^ '/') * prime;
}

#define HASH_INIT      0xcbf29ce484222325
#define HASH_BIT(hash) (UINT64_C(1) << ((hash) >> 58))

/* Returns a 64-bit word in which the bit for the hash of path is set. If `all` is set, also sets
 * the bits for all paths above it. */
static uint64_t path_bits(const char *path, bool all)
{
	uint64_t h = HASH_INIT, bits = 0;

	for (size_t n; (n = component(&path)) > 0; path += n) {
		h = hash(h, path, n);
		bits = HASH_BIT(h) | (all ? bits : 0);
	}
	return bits;
}

/* Returns true if st is the status of the root directory of the mount m. */
static bool shows(const struct statx *st, const struct root_mount *m)
{
	return st->stx_ino == m->ino && st->stx_mnt_id == m->mnt && st->stx_dev_major == m->major &&
	       st->stx_dev_minor == m->minor;
}

const char *root_mounts_at(const struct root_mounts *m, int fd)
{
	struct statx st;

	if (m->n == 0 || statx(fd, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &st) < 0)
		return NULL;
	for (size_t i = 0; i < m->n; i++)
		if (shows(&st, &m->at[i]))
			return m->at[i].path;
	return NULL;
}

int root_mounts_note(struct root_mounts *m, const char *path, int mnt, struct nserr *e)
{
	cleanup_free char *copy = strdup(path);
	struct statx st;

	if (!copy)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the mount on '%s'", path);
	if (statx(mnt, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &st) < 0)
		return nserr_set(e, errno, "cannot examine the mount on '%s'", path);
	if (m->n == m->size) {
		size_t size = m->size ? 2 * m->size : 16;
		struct root_mount *more = reallocarray(m->at, size, sizeof(*more));

		if (!more)
			return nserr_set(e, ENOMEM, "cannot allocate memory for the mount on '%s'",
					 path);
		m->at = more;
		m->size = size;
	}
	m->at[m->n++] = (struct root_mount){ TAKE_PTR(copy),   path_bits(path, false),
					     st.stx_ino,       st.stx_mnt_id,
					     st.stx_dev_major, st.stx_dev_minor };
	cover_absent(m, path);
	return 0;
}

const struct root_mount *root_mounts_find(const struct root_mounts *m, const char *path,
					  const char **rest)
{
	const struct root_mount *found = NULL;
	uint64_t bits;

	*rest = path;
	if (m->n == 0 || has_dotdot(path))
		return NULL;
	bits = path_bits(path, true);
	for (size_t i = 0; i < m->n; i++) {
		const char *below;

		/* if two paths have different bits, the paths differ; with thousands of mounts,
		 * this avoids most comparisons of paths */
		if (!(m->at[i].path_bit & bits))
			continue;
		below = after(path, m->at[i].path);
		if (!below || !*below || below < *rest)
			continue;
		*rest = below;
		found = &m->at[i];
	}
	return found;
}

/* Opens a mount by its path and verifies its identity. Returns a descriptor or a negative errno.
 * Never returns -ENOENT, because the caller would interpret this error as a missing path below the
 * mount. */
static int open_mount(const struct root_mount *mount, int root)
{
	cleanup_fd int fd = root_resolve(root, mount->path, 0, NULL);
	struct statx st;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? -ESTALE : fd;
	if (statx(fd, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &st) < 0)
		return errno == ENOENT ? -ESTALE : -errno;
	return shows(&st, mount) ? TAKE_FD(fd) : -ESTALE;
}

int root_mounts_enter(const struct root_mounts *m, int root, const char *path, const char **rest)
{
	const struct root_mount *found = root_mounts_find(m, path, rest);

	return found ? open_mount(found, root) : -ENODATA;
}

int root_mounts_note_absent(struct root_mounts *m, const char *path, struct nserr *e)
{
	char **more = reallocarray(m->absent, m->nabsent + 1, sizeof(*more));
	if (more) {
		m->absent = more;
		more[m->nabsent] = strdup(path);
	}
	if (!more || !more[m->nabsent])
		return nserr_set(e, ENOMEM, "cannot allocate memory for the path '%s'", path);
	m->nabsent++;
	return 0;
}

/* Checks that all absent paths are still absent. Returns 0, or a negative errno with e set. */
static int check_absent(const struct root_mounts *m, int root, struct nserr *e)
{
	const struct root_mount *entered = NULL;
	cleanup_fd int mnt = -1;

	for (size_t i = 0; i < m->nabsent; i++) {
		const char *rest;
		const struct root_mount *found = root_mounts_find(m, m->absent[i], &rest);
		cleanup_fd int fd = -1;

		if (found && found != entered) {
			util_close(&mnt);
			mnt = open_mount(found, root);
			entered = mnt < 0 ? NULL : found;
		}
		fd = found && mnt < 0 ? mnt : root_resolve(found ? mnt : root, rest, 0, NULL);
		if (fd >= 0)
			return nserr_set(e, 0,
					 "'%s' was missing when its ':try' option was processed, "
					 "but exists now",
					 m->absent[i]);
		if (fd != -ENOENT)
			return nserr_set(e, fd, "cannot verify that '%s' is absent", m->absent[i]);
	}
	return 0;
}

int root_mounts_check(const struct root_mounts *m, int root, struct nserr *e)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *path = m->at[i].path;
		cleanup_fd int now = root_resolve(root, path, 0, NULL);
		bool found = false;
		struct statx st;

		if (now < 0)
			return nserr_set(e, now, "cannot verify that '%s' is mounted", path);
		if (statx(now, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &st) < 0)
			return nserr_set(e, errno, "cannot verify that '%s' is mounted", path);
		for (size_t k = i; k < m->n && !found; k++)
			found = shows(&st, &m->at[k]);
		if (!found)
			return nserr_set(e, 0,
					 "the mount on '%s' was replaced: another process is "
					 "changing the root",
					 path);
	}
	return check_absent(m, root, e);
}

void root_mounts_forget(struct root_mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->at[i].path);
	free(m->at);
	for (size_t i = 0; i < m->nabsent; i++)
		free(m->absent[i]);
	free(m->absent);
	*m = (struct root_mounts){ 0 };
}
