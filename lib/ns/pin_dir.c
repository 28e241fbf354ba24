// SPDX-License-Identifier: GPL-2.0-or-later
/* pin_dir: mounts a directory on itself as a private mount for namespace files, and later removes
 * the mount and the directory. The directory stays open from the check to the last use, so that no
 * other user can replace it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "ns/pin.h"
#include "ns/pin_mount.h"

/* Returns the absolute path of an open file, or NULL if the file has no path. The caller frees the
 * path. */
static char *real_path(int fd)
{
	return realpath(file_fd_path(fd).text, NULL);
}

/* Resolves the path of the directory into its parent directory and its name. Returns 0, or a
 * negative errno with e set. */
static int find_dir(struct nspin_dir *dir, struct nserr *e)
{
	cleanup_free char *path = strdup(dir->path), *real = NULL;
	size_t n = path ? strlen(path) : 0;
	int rc;

	if (!path)
		return nserr_set(e, ENOMEM, "cannot resolve '%s'", dir->path);
	/* remove trailing slashes here, because the directory may not exist, so realpath(3) cannot
	 * remove them */
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	rc = trustpath_resolve(path, TRUSTPATH_DIRS, &dir->at, e);
	if (rc < 0 || !streq(dir->at.name, "."))
		return rc;
	/* the last name is "." or "..", or a symbolic link whose target ends in one of them */
	real = real_path(dir->at.dir);
	trustpath_free(&dir->at);
	if (!real)
		return nserr_set(e, errno, "cannot resolve '%s'", dir->path);
	if (streq(real, "/"))
		return nserr_set(e, EBUSY, "cannot unmount '%s'", dir->path);
	return trustpath_resolve(real, TRUSTPATH_DIRS, &dir->at, e);
}

static int hold_dir(struct nspin_dir *dir, struct nserr *e)
{
	dir->fd = nspin_mount_open(&dir->at, O_DIRECTORY);
	if (dir->fd < 0)
		return nserr_set(e, dir->fd, "cannot open the directory '%s'", dir->path);
	return trustpath_check_dir(dir->fd, dir->path, e);
}

static void hint_untrusted(int rc, struct nserr *e)
{
	if (rc == -EACCES && e->errnum == 0)
		nserr_hint(e, "use a directory that only root or you can change, such as one "
			      "in /run");
}

/* Bind mounts the directory on itself, makes that mount private and replaces dir->fd by a
 * descriptor of the mount. Returns 0 or a negative errno. */
static int bind_dir(struct nspin_dir *dir)
{
	struct file_fd_path self = file_fd_path(dir->fd);
	struct stat before, now;
	int rc = sys_mount(self.text, self.text, "", MS_BIND, NULL), top;

	if (rc < 0)
		return rc;
	top = nspin_mount_open(&dir->at, O_DIRECTORY);
	if (top >= 0 && (fstat(dir->fd, &before) < 0 || fstat(top, &now) < 0 ||
			 before.st_dev != now.st_dev || before.st_ino != now.st_ino ||
			 mountinfo_id_of_fd(dir->fd) == mountinfo_id_of_fd(top))) {
		close(top);
		top = -EBUSY;
	}
	if (top < 0) {
		nspin_mount_detach_named(&dir->at);
		return top;
	}
	close(dir->fd);
	dir->fd = top;
	dir->bound = true;
	return sys_mount("none", file_fd_path(top).text, "", MS_PRIVATE, NULL);
}

int nspin_dir_open(struct nspin_dir *dir, struct nserr *e)
{
	int rc = find_dir(dir, e);

	if (rc < 0 && e->errnum)
		nserr_set(e, rc, "cannot create '%s'", dir->path);
	if (rc == 0 && mkdirat(dir->at.dir, dir->at.name, 0755) == 0)
		dir->created = true;
	else if (rc == 0 && errno != EEXIST)
		rc = nserr_set(e, errno, "cannot create '%s'", dir->path);
	if (rc == 0)
		rc = hold_dir(dir, e);
	hint_untrusted(rc, e);
	if (rc == 0 && nspin_mount_is_shared(dir->fd)) {
		rc = bind_dir(dir);
		if (rc < 0)
			nserr_set(e, rc, "cannot make '%s' a private mount", dir->path);
		if (rc == -EPERM)
			nspin_mount_hint(e);
	}
	if (rc < 0)
		nspin_dir_undo(dir);
	return rc;
}

void nspin_dir_free(struct nspin_dir *dir)
{
	util_close(&dir->fd);
	trustpath_free(&dir->at);
	dir->created = dir->bound = false;
}

void nspin_dir_undo(struct nspin_dir *dir)
{
	if (dir->bound && nspin_mount_detach(dir->fd) < 0)
		(void)!nspin_mount_detach(dir->fd);
	if (dir->created)
		unlinkat(dir->at.dir, dir->at.name, AT_REMOVEDIR);
	nspin_dir_free(dir);
}

/* ---- Release */

/* Unmounts the namespace on dir/name and removes the file. Returns 1, or 0 if no namespace is
 * mounted there, or a negative errno with e set. */
static int release_one(const struct nspin_dir *dir, const char *name, struct nserr *e)
{
	for (;;) {
		cleanup_fd int fd = file_open_at(dir->fd, name, O_PATH | O_NOFOLLOW, 0);
		struct statfs fs;
		struct stat st;
		int rc;

		if (fd == -ENOENT)
			return 0;
		if (fd < 0)
			return nserr_set(e, fd, "cannot open '%s/%s'", dir->path, name);
		if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
			return nserr_set(e, errno, "cannot examine '%s/%s'", dir->path, name);
		if (!S_ISREG(st.st_mode))
			return 0;
		if (fs.f_type != SYS_NS_MAGIC) {
			/* remove the file only if it is empty, because nspin_bind() creates only
			 * empty files */
			if (st.st_size == 0 && unlinkat(dir->fd, name, 0) < 0)
				return nserr_set(e, errno, "cannot remove '%s/%s'", dir->path,
						 name);
			return 1;
		}
		/* continue with the next mount, because several may be on top of each other */
		rc = nspin_mount_detach(fd);
		if (rc < 0)
			return nserr_set(e, rc, "cannot unmount '%s/%s'", dir->path, name);
	}
}

/* Returns true if the mount of the descriptor is a bind mount of the directory on itself, as
 * nspin_dir_open() creates it. Returns false for the root of another file system. */
static bool is_bound_on_itself(int fd)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT, parents = MOUNTINFO_INIT;
	cleanup_free char *real = real_path(fd);
	struct mountinfo_line line, parent;
	char root[PATH_MAX];
	int id = mountinfo_id_of_fd(fd);

	if (!real || id < 0 || mountinfo_read(&m, NULL) < 0 || mountinfo_read(&parents, NULL) < 0)
		return false;
	do {
		if (!mountinfo_next(&m, &line))
			return false;
	} while (line.id != id);
	do {
		if (!mountinfo_next(&parents, &parent))
			return false;
	} while (parent.id != line.parent);
	snprintf(root, sizeof(root), "%s%s", streq(parent.root, "/") ? "" : parent.root,
		 real + (streq(parent.target, "/") ? 0 : strlen(parent.target)));
	return streq(line.target, real) && streq(line.root, root) &&
	       streq(line.source, parent.source);
}

/* Unmounts the private mount and removes the directory if it is empty. Does not use MNT_DETACH, so
 * the mount stays if it contains other mounts. */
static void release_dir(struct nspin_dir *dir)
{
	cleanup_free char *path = NULL;
	bool bound = is_bound_on_itself(dir->fd);
	struct stat st;

	util_close(&dir->fd);
	if (bound && asprintf(&path, "%s/%s", file_fd_path(dir->at.dir).text, dir->at.name) >= 0)
		(void)!sys_umount(path, UMOUNT_NOFOLLOW);
	/* do not remove the directory if dir->path is a symbolic link, because the link would be
	 * dangling */
	if (lstat(dir->path, &st) == 0 && S_ISDIR(st.st_mode))
		unlinkat(dir->at.dir, dir->at.name, AT_REMOVEDIR);
}

int nspin_release(const char *path, struct nserr *e)
{
	struct nspin_dir dir = NSPIN_DIR_INIT;
	int rc, n = 0;

	dir.path = path;
	rc = find_dir(&dir, e);
	if (rc == 0)
		rc = hold_dir(&dir, e);
	hint_untrusted(rc, e);
	for (size_t i = 0; rc >= 0 && i < NSTYPE_COUNT; i++) {
		rc = release_one(&dir, nstypes[i].name, e);
		n += MAX(rc, 0);
	}
	if (rc == -ENOENT || (rc >= 0 && n == 0))
		rc = nserr_set(e, ENOENT, "cannot find namespaces in '%s'", path);
	else if (rc >= 0)
		release_dir(&dir);
	nspin_dir_free(&dir);
	return rc < 0 ? rc : n;
}
