// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resolve: resolves a path with openat2(2), or component by component. In the latter case, a list
 * contains a descriptor of each directory on the path. ".." returns to the previous directory in
 * this list instead of being looked up, because another process may have moved the directory.
 */
#include "root/resolve.h"

#include <limits.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"

#define LINKS_MAX 40 /* maximum number of symbolic links in a path (path_resolution(7)) */

struct walk {
	int *dir; /* descriptors from the root to the current directory; dir[0] is borrowed */
	size_t n, size;
	char *rest; /* the part of the path that remains to be resolved */
	unsigned links, flags;
	struct root_log *log;
};

/* Appends a directory to the list. Takes ownership of fd only on success. Returns 0 or -ENOMEM. */
static int push(struct walk *w, int fd)
{
	if (w->n == w->size) {
		size_t size = w->size ? 2 * w->size : 16;
		int *dir = reallocarray(w->dir, size, sizeof(*dir));

		if (!dir)
			return -ENOMEM;
		w->dir = dir;
		w->size = size;
	}
	w->dir[w->n++] = fd;
	return 0;
}

/* Closes all directories of the list except the first n. */
static void pop_to(struct walk *w, size_t n)
{
	while (w->n > n)
		close(w->dir[--w->n]);
}

/* Removes the next component from the remaining path and returns it. Returns NULL at the end of the
 * path. */
static char *next_name(struct walk *w)
{
	char *name, *end;

	while (*w->rest == '/')
		w->rest++;
	if (*w->rest == '\0')
		return NULL;
	name = w->rest;
	end = strchrnul(name, '/');
	/* keep a slash after the last component, because the slash requires a directory */
	w->rest = *end ? end + 1 : end;
	*end = '\0';
	return name;
}

/* Returns true if the path has no further component. */
static bool at_end(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

/*
 * Creates a missing component: an empty file if it is the last one and ROOT_RESOLVE_FILE is set,
 * otherwise a directory. Its mode does not depend on the caller's umask. If or_there is set, EEXIST
 * is not an error. Returns 0 or a negative errno.
 */
static int make(struct walk *w, int dir, const char *name, bool or_there)
{
	bool file = (w->flags & ROOT_RESOLVE_FILE) && at_end(w);
	mode_t mask = umask(0);
	int rc;

	if (file) {
		int fd = file_open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);

		/* nothing was written, so an error of close(2) can be ignored */
		rc = fd < 0 ? fd : 0;
		util_close(&fd);
	} else {
		rc = mkdirat(dir, name, 0755) < 0 ? -errno : 0;
	}
	umask(mask);
	if (rc == -EEXIST && or_there)
		return 0; /* another process created the file; the caller checks its type */
	if (rc == 0 && w->log)
		rc = root_log_note(w->log, dir, name, file ? 0 : AT_REMOVEDIR);
	return rc;
}

/* Inserts the target of a symbolic link before the remaining path. Returns 0 or a negative
 * errno. */
static int follow(struct walk *w, int link, char **text)
{
	char target[PATH_MAX], *joined;
	ssize_t n = readlinkat(link, "", target, sizeof(target));
	struct statfs fs;

	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENOENT;
	if (n == (ssize_t)sizeof(target))
		return -ENAMETOOLONG;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	if (target[0] == '/') {
		/* /proc/PID/{root,cwd,exe,fd/N} are magic links; refuse them, as
		 * RESOLVE_NO_MAGICLINKS does */
		if (fstatfs(link, &fs) < 0)
			return -errno;
		if (fs.f_type == PROC_SUPER_MAGIC)
			return -ELOOP;
		pop_to(w, 1);
	}
	if (strlen(w->rest) + (size_t)n + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	joined = malloc((size_t)n + strlen(w->rest) + 2);
	if (!joined)
		return -ENOMEM;
	memcpy(joined, target, (size_t)n);
	joined[n] = '/';
	strcpy(joined + n + (*w->rest ? 1 : 0), w->rest);
	if (!*w->rest)
		joined[n] = '\0';
	free(*text);
	w->rest = *text = joined;
	return 0;
}

/* Enters the component `name` of the path. Returns 0 or a negative errno. */
static int step(struct walk *w, const char *name, char **text)
{
	int dir = w->dir[w->n - 1], rc;
	cleanup_fd int fd = -1;
	struct stat st;

	if (streq(name, "."))
		return 0;
	if (streq(name, "..")) {
		pop_to(w, w->n > 1 ? w->n - 1 : 1);
		return 0;
	}
	fd = file_open_at(dir, name, O_PATH | O_NOFOLLOW, 0);
	if (fd == -ENOENT && (w->flags & (ROOT_RESOLVE_DIR | ROOT_RESOLVE_FILE))) {
		rc = make(w, dir, name, true);
		if (rc < 0)
			return rc;
		fd = file_open_at(dir, name, O_PATH | O_NOFOLLOW, 0);
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && !(at_end(w) && (w->flags & ROOT_RESOLVE_NOFOLLOW)))
		return follow(w, fd, text);
	if (!S_ISDIR(st.st_mode) && !at_end(w))
		return -ENOTDIR;
	rc = push(w, fd);
	if (rc == 0)
		fd = -1;
	return rc;
}

/* Resolves a path like root_resolve(), but without openat2(2). Returns a descriptor or a negative
 * errno. */
static int walk(int root, const char *path, unsigned flags, struct root_log *log)
{
	struct walk w = { .flags = flags, .log = log };
	cleanup_free char *text = strdup(path);
	int rc = text ? push(&w, root) : -ENOMEM;
	char *name;

	w.rest = text;
	while (rc == 0 && (name = next_name(&w)))
		rc = step(&w, name, &text);
	if (rc == 0)
		rc = w.n > 1 ? w.dir[--w.n] : file_open_at(root, ".", O_PATH | O_DIRECTORY, 0);
	pop_to(&w, w.n ? 1 : 0);
	free(w.dir);
	return rc;
}

/* Creates the last component if no other component is missing, and opens it. Returns a descriptor,
 * or a negative errno: -EEXIST if it is a dangling symbolic link. */
static int make_last(int root, const char *path, unsigned flags, struct root_log *log)
{
	struct walk w = { .flags = flags, .log = log, .rest = (char *)"" };
	const char *base;
	int parent = root_resolve_parent(root, path, 0, &base, NULL), rc;

	if (parent < 0)
		return parent;
	rc = make(&w, parent, base, false);
	if (rc == 0)
		rc = file_open_at(parent, base, O_PATH | O_NOFOLLOW, 0);
	close(parent);
	return rc;
}

int root_resolve(int root, const char *path, unsigned flags, struct root_log *log)
{
	int fd = -ENOSYS;

	if (!(flags & ROOT_RESOLVE_SLOW))
		fd = sys_openat2(root, path,
				 O_PATH | ((flags & ROOT_RESOLVE_NOFOLLOW) ? O_NOFOLLOW : 0), 0,
				 SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_NO_MAGICLINKS);
	/* openat2(2) fails with ENOSYS before Linux 5.6, and with EPERM under some seccomp filters
	 * that have no rule for it */
	if (fd == -ENOSYS || fd == -EPERM)
		return walk(root, path, flags, log);
	if (fd != -ENOENT || !(flags & (ROOT_RESOLVE_DIR | ROOT_RESOLVE_FILE)))
		return fd;
	fd = make_last(root, path, flags, log);
	return fd < 0 ? walk(root, path, flags, log) : fd;
}

int root_resolve_parent(int root, const char *path, unsigned flags, const char **base,
			struct root_log *log)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir = NULL;

	*base = slash ? slash + 1 : path;
	if (**base == '\0' || streq(*base, ".") || streq(*base, ".."))
		return -EINVAL;
	dir = strndup(path, (size_t)(*base - path));
	if (!dir)
		return -ENOMEM;
	return root_resolve(root, dir[0] ? dir : "/", flags & ~(unsigned)ROOT_RESOLVE_NOFOLLOW,
			    log);
}

/*
 * Returns a descriptor of dir for the log, or a negative number. Uses the descriptor of the last
 * entry again if it is the same directory, because thousands of files may be created in one
 * directory.
 */
static int hold(const struct root_log *log, int dir)
{
	int last = log->n > 0 ? log->made[log->n - 1].dir : -1;
	struct statx a, b;

	if (last >= 0 && statx(dir, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &a) == 0 &&
	    statx(last, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &b) == 0 &&
	    a.stx_ino == b.stx_ino && a.stx_mnt_id == b.stx_mnt_id &&
	    a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor)
		return last;
	return fcntl(dir, F_DUPFD_CLOEXEC, 3);
}

/* Adds an entry as root_log_note() does, but does not remove the file on failure. Returns 0 or a
 * negative errno. */
static int note(struct root_log *log, int dir, const char *name, int unlink_flags)
{
	struct root_made *m;

	if (log->n == log->size) {
		size_t size = log->size ? 2 * log->size : 16;

		m = reallocarray(log->made, size, sizeof(*m));
		if (!m)
			return -ENOMEM;
		log->made = m;
		log->size = size;
	}
	m = &log->made[log->n];
	m->name = strdup(name);
	m->dir = hold(log, dir);
	m->unlink_flags = unlink_flags;
	if (!m->name || m->dir < 0) {
		int rc = m->dir < 0 ? -errno : -ENOMEM;

		if (log->n == 0 || m->dir != m[-1].dir)
			util_close(&m->dir);
		free(m->name);
		return rc;
	}
	log->n++;
	return 0;
}

int root_log_note(struct root_log *log, int dir, const char *name, int unlink_flags)
{
	int rc = note(log, dir, name, unlink_flags);

	if (rc < 0)
		(void)!unlinkat(dir, name, unlink_flags);
	return rc;
}

/* Removes the recorded file or directory m. unlinkat(2) fails with EBUSY if a mount of this mount
 * namespace covers it; if `mounts` is set, detaches this mount and tries again. Ignores errors. */
static void unmake(const struct root_made *m, bool mounts)
{
	while (unlinkat(m->dir, m->name, m->unlink_flags) < 0 && errno == EBUSY && mounts)
		if (fchdir(m->dir) < 0 || sys_umount(m->name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return;
}

void root_log_undo(struct root_log *log, bool mounts)
{
	for (size_t i = log->n; i-- > 0;)
		unmake(&log->made[i], mounts);
	root_log_forget(log);
}

void root_log_forget(struct root_log *log)
{
	while (log->n > 0) {
		struct root_made *m = &log->made[--log->n];

		if (log->n == 0 || m->dir != m[-1].dir)
			close(m->dir);
		free(m->name);
	}
	free(log->made);
	*log = ROOT_LOG_INIT;
}
