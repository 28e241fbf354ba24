// SPDX-License-Identifier: GPL-2.0-or-later
/* trustpath: resolves a path one component at a time by descriptors. */
#include "kernel/trustpath.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/sys_mount.h"

#define LINKS_MAX 40 /* maximum number of symbolic links in a path (path_resolution(7)) */

struct walk {
	const char *path; /* the path that the caller gave, for messages */
	unsigned flags, links;
	bool is_proc_link;
	int dir;    /* O_PATH descriptor of the directory that the walk has reached */
	char *text; /* malloc()ed memory that contains the remaining path */
	char *rest;
};

bool trustpath_is_trusted(uid_t uid)
{
	struct stat root;

	return uid == 0 || uid == geteuid() || (stat("/", &root) == 0 && uid == root.st_uid);
}

/* Returns true if other users can replace files in the directory. The sticky bit prevents that
 * (inode(7)). Ignores write permission for group 0. Also ignores it for the caller's own group,
 * because that group often has no other member. */
static bool others_can_write(const struct stat *st)
{
	if (st->st_mode & S_ISVTX)
		return false;
	return (st->st_mode & S_IWOTH) ||
	       ((st->st_mode & S_IWGRP) && st->st_gid != 0 && st->st_gid != getegid());
}

int trustpath_check_dir(int fd, const char *name, struct nserr *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", name);
	if (!trustpath_is_trusted(st.st_uid)) {
		nserr_set(e, 0, "cannot trust '%s': it belongs to user %u", name, st.st_uid);
		return -EACCES;
	}
	if (others_can_write(&st)) {
		nserr_set(e, 0, "cannot trust '%s': other users can write to it", name);
		return -EACCES;
	}
	return 0;
}

/* Returns, for messages, the path of the directory that the walk has reached. Without /proc,
 * returns the whole path. */
static const char *dir_name(const struct walk *w, char *buf, size_t size)
{
	return file_fd_name(w->dir, buf, size) > 0 ? buf : w->path;
}

/* Replaces the directory of the walk by fd and checks it. Takes ownership of fd. Returns 0, or a
 * negative errno with e set. */
static int go_to(struct walk *w, int fd, struct nserr *e)
{
	char name[PATH_MAX];

	util_close(&w->dir);
	w->dir = fd;
	if (!(w->flags & TRUSTPATH_DIRS))
		return 0;
	return trustpath_check_dir(fd, dir_name(w, name, sizeof(name)), e);
}

static int enter(struct walk *w, const char *name, struct nserr *e)
{
	int fd = file_open_at(w->dir, name, O_PATH | O_DIRECTORY, 0);

	return fd < 0 ? nserr_set(e, fd, "cannot resolve '%s'", w->path) : go_to(w, fd, e);
}

/* Opens the first directory of the walk: the root, or the working directory for a relative path.
 * With TRUSTPATH_DIRS, makes a relative path absolute, so that the directories above the working
 * directory are checked, too. Returns 0, or a negative errno with e set. */
static int begin(struct walk *w, const char *path, struct nserr *e)
{
	char cwd[PATH_MAX] = "";
	ssize_t n = 0;

	if (path[0] == '\0')
		return nserr_set(e, ENOENT, "cannot use '%s'", path);
	if (path[0] != '/' && (w->flags & TRUSTPATH_DIRS)) {
		n = sys_getcwd(cwd, sizeof(cwd));
		if (n < 0)
			return nserr_set(e, (int)n, "cannot get the working directory");
	}
	if (asprintf(&w->text, "%s%s%s", cwd, n > 0 ? "/" : "", path) < 0) {
		w->text = NULL;
		return nserr_set(e, ENOMEM, "cannot resolve '%s'", path);
	}
	w->rest = w->text;
	w->dir = AT_FDCWD;
	return enter(w, w->text[0] == '/' ? "/" : ".", e);
}

/* Reads a symbolic link and inserts its target before the remaining path. Returns 0, or a negative
 * errno with e set. */
static int follow(struct walk *w, int link, struct nserr *e)
{
	char target[PATH_MAX], *text;
	ssize_t n = readlinkat(link, "", target, sizeof(target));

	if (n < 0)
		return nserr_set(e, errno, "cannot resolve '%s'", w->path);
	if (n == (ssize_t)sizeof(target))
		return nserr_set(e, ENAMETOOLONG, "cannot resolve '%s'", w->path);
	if (++w->links > LINKS_MAX)
		return nserr_set(e, ELOOP, "cannot resolve '%s'", w->path);
	target[n] = '\0';
	if (asprintf(&text, "%s%s%s", target, w->rest[0] ? "/" : "", w->rest) < 0)
		return nserr_set(e, ENOMEM, "cannot resolve '%s'", w->path);
	free(w->text);
	w->text = w->rest = text;
	return target[0] == '/' ? enter(w, "/", e) : 0;
}

/* Removes the next component from the remaining path and returns it, or NULL at the end. Sets *last
 * if it is the last component. */
static char *next_name(struct walk *w, bool *last)
{
	char *name = w->rest + strspn(w->rest, "/"), *end = strchrnul(name, '/');

	if (*name == '\0')
		return NULL;
	/* a path that ends in a slash names a directory, so the walk continues after its last
	 * component */
	*last = *end == '\0';
	w->rest = *last ? end : end + 1;
	*end = '\0';
	return name;
}

/* Processes one component. Returns 1 if it is the last one, 0 otherwise, or a negative errno with e
 * set. */
static int step(struct walk *w, const char *name, bool last, struct nserr *e)
{
	cleanup_fd int fd = -1;
	struct statfs fs;
	struct stat st;

	if (streq(name, "."))
		return 0;
	if (streq(name, ".."))
		return enter(w, name, e);
	fd = file_open_at(w->dir, name, O_PATH | O_NOFOLLOW, 0);
	if (fd == -ENOENT && last)
		return 1;
	if (fd < 0)
		return nserr_set(e, fd, "cannot resolve '%s'", w->path);
	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot resolve '%s'", w->path);
	if (S_ISLNK(st.st_mode)) {
		if (!trustpath_is_trusted(st.st_uid)) {
			nserr_set(e, 0,
				  "cannot use '%s': '%s' is a symbolic link that belongs to user "
				  "%u",
				  w->path, name, st.st_uid);
			return -ELOOP;
		}
		if (fstatfs(fd, &fs) < 0)
			return nserr_set(e, errno, "cannot resolve '%s'", w->path);
		if (fs.f_type != PROC_SUPER_MAGIC)
			return follow(w, fd, e);
		w->is_proc_link = last;
		return last ? 1 : enter(w, name, e);
	}
	if (last)
		return 1;
	if (!S_ISDIR(st.st_mode))
		return nserr_set(e, ENOTDIR, "cannot resolve '%s'", w->path);
	return go_to(w, TAKE_FD(fd), e);
}

int trustpath_resolve(const char *path, unsigned flags, struct trustpath *t, struct nserr *e)
{
	struct walk w = { .path = path, .flags = flags, .dir = -1 };
	int rc = begin(&w, path, e);
	char *name = NULL;

	while (rc == 0) {
		bool last = false;
		char *next = next_name(&w, &last);

		name = next ? next : w.rest;
		if (!next)
			break;
		rc = step(&w, next, last, e);
	}
	if (rc >= 0) {
		*t = (struct trustpath){ TAKE_FD(w.dir), strdup(rc == 1 ? name : "."),
					 w.is_proc_link };
		rc = t->name ? 0 : nserr_set(e, ENOMEM, "cannot resolve '%s'", path);
		if (rc < 0)
			trustpath_free(t);
	}
	util_close(&w.dir);
	free(w.text);
	return rc;
}

void trustpath_free(struct trustpath *t)
{
	util_close(&t->dir);
	free(t->name);
	*t = TRUSTPATH_INIT;
}
