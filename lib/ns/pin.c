// SPDX-License-Identifier: GPL-2.0-or-later
/* pin: creates and removes the bind mounts of namespace files. Files and directories stay open from
 * the check to the last use, so that no other user can replace them. */
#include "ns/pin.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"

/* Opens the file, or the mount on it, with O_PATH. */
static int open_at(const struct trustpath *at, int flags)
{
	return file_open_at(at->dir, at->name, O_PATH | O_NOFOLLOW | flags, 0);
}

/* Returns the absolute path of an open file, or NULL if the file has no path. The caller frees the
 * path. */
static char *real_path(int fd)
{
	return realpath(file_fd_path(fd).text, NULL);
}

/* Unmounts the mount to which the descriptor refers. The descriptor makes the mount busy, so only
 * MNT_DETACH can unmount it (umount2(2)). */
static int detach(int fd)
{
	return sys_umount(file_fd_path(fd).text, MNT_DETACH);
}

/* Returns true if the propagation of the descriptor's mount is shared. */
static bool is_shared(int fd)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	return mountinfo_find(&m, mountinfo_id_of_fd(fd), &line) && line.shared;
}

static void hint_privilege(struct nserr *e)
{
	nserr_hint(e, "run the command with CAP_SYS_ADMIN in the user namespace that owns the "
		      "caller's mount namespace");
}

static void explain(int target, const struct nstype *type, int rc, struct nserr *e)
{
	if (rc == -EINVAL && type->flag == CLONE_NEWNS && is_shared(target)) {
		nserr_hint(
			e,
			"use --persist DIR, or run 'mount --bind DIR DIR && mount --make-private "
			"DIR': a mount namespace cannot be mounted on a file of a shared mount");
	} else if (rc == -EPERM) {
		hint_privilege(e);
	}
}

/* ---- Files */

/* Resolves pin->path. A link in the proc file system, such as /dev/fd/3, is replaced by the path of
 * the open file. */
static int find_file(struct nspin *pin, struct nserr *e)
{
	char target[PATH_MAX];
	ssize_t n;
	int rc = trustpath_resolve(pin->path, 0, &pin->at, e);

	if (rc == 0 && pin->at.is_proc_link) {
		n = readlinkat(pin->at.dir, pin->at.name, target, sizeof(target) - 1);
		if (n <= 0)
			return nserr_set(e, n < 0 ? errno : ENOENT, "cannot read the link '%s'",
					 pin->path);
		target[n] = '\0';
		trustpath_free(&pin->at);
		rc = trustpath_resolve(target, 0, &pin->at, e);
	}
	if (rc < 0 && e->errnum)
		nserr_set(e, rc, "cannot create '%s'", pin->path);
	return rc;
}

/*
 * Opens or creates the file. If `checked` is set (the directory is trusted), the owner of the file
 * must be trusted, too, because the owner could remove the file and with it the mount. Returns a
 * descriptor, or a negative errno with e set.
 */
static int open_file(struct nspin *pin, bool checked, struct nserr *e)
{
	cleanup_fd int fd = open_at(&pin->at, 0);
	struct stat st;

	if (fd == -ENOENT) {
		/* the file is only a mount point, so it needs no permission bits (the same as
		 * ip-netns(8)) */
		fd = file_open_at(pin->at.dir, pin->at.name,
				  O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0);
		pin->created = fd >= 0;
	}
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s'", pin->path);
	if (pin->created)
		return TAKE_FD(fd);
	if (fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", pin->path);
	if (S_ISDIR(st.st_mode))
		return nserr_set(e, EISDIR, "cannot mount a namespace on '%s'", pin->path);
	if (S_ISLNK(st.st_mode))
		return nserr_set(e, ELOOP, "cannot mount a namespace on '%s'", pin->path);
	if (checked && !trustpath_is_trusted(st.st_uid)) {
		nserr_set(e, 0, "cannot mount a namespace on '%s': it belongs to user %u",
			  pin->path, st.st_uid);
		return -EACCES;
	}
	return TAKE_FD(fd);
}

/*
 * Opens the mount that was made on the file, for nspin_undo(). While the namespace is mounted, the
 * file can neither be renamed nor removed in this mount namespace. Returns 0, or -EBUSY if another
 * mount covers it, or another negative errno.
 */
static int open_mount(struct nspin *pin, int ns)
{
	cleanup_fd int fd = open_at(&pin->at, 0);
	struct stat want, is;

	if (fd < 0)
		return fd;
	if (fstat(ns, &want) < 0 || fstat(fd, &is) < 0)
		return -errno;
	if (want.st_ino != is.st_ino || want.st_dev != is.st_dev)
		return -EBUSY;
	pin->mount = TAKE_FD(fd);
	return 0;
}

static void detach_by_name(const struct trustpath *at)
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", file_fd_path(at->dir).text, at->name) < 0)
		path = NULL;
	else
		(void)!sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}

static int bind_file(struct nspin *pin, int procfd, const struct nstype *type, bool checked,
		     struct nserr *e)
{
	cleanup_fd int target = open_file(pin, checked, e), ns = -1;
	int rc;

	if (target < 0)
		return target;
	ns = nsfile_open_proc(procfd, type->file);
	if (ns < 0)
		return nserr_set(e, ns, "cannot open %s of the new process", type->file);
	rc = sys_mount(file_fd_path(ns).text, file_fd_path(target).text, "", MS_BIND, NULL);
	if (rc < 0) {
		nserr_set(e, rc, "cannot mount the %s namespace on '%s'", type->name, pin->path);
		explain(target, type, rc, e);
		return rc;
	}
	rc = open_mount(pin, ns);
	if (rc == 0)
		return 0;
	detach_by_name(&pin->at);
	return nserr_set(e, rc, "cannot open '%s', on which the %s namespace was mounted",
			 pin->path, type->name);
}

int nspin_bind(struct nspin *pin, const struct nspin_dir *dir, int procfd,
	       const struct nstype *type, struct nserr *e)
{
	int rc = 0;

	if (dir) {
		pin->at = (struct trustpath){ .dir = fcntl(dir->fd, F_DUPFD_CLOEXEC, 3),
					      .name = strdup(type->name) };
		if (pin->at.dir < 0 || !pin->at.name)
			rc = nserr_set(e, errno, "cannot mount a namespace on '%s'", pin->path);
	} else {
		rc = find_file(pin, e);
	}
	if (rc == 0)
		rc = bind_file(pin, procfd, type, dir != NULL, e);
	if (rc < 0)
		nspin_undo(pin);
	return rc;
}

void nspin_free(struct nspin *pin)
{
	util_close(&pin->mount);
	trustpath_free(&pin->at);
	pin->created = false;
}

void nspin_undo(struct nspin *pin)
{
	/* try to detach the mount once more, because no other process will remove it */
	if (pin->mount >= 0 && detach(pin->mount) < 0)
		(void)!detach(pin->mount);
	if (pin->created)
		unlinkat(pin->at.dir, pin->at.name, 0);
	nspin_free(pin);
}

uint64_t nspin_id(void)
{
	cleanup_fd int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/mnt");
	uint64_t id;

	return fd >= 0 && sys_ns_mnt_id(fd, &id) == 0 ? id : 0;
}

int nspin_above(uint64_t id, struct nserr *e)
{
	cpu_set_t allowed, one;
	int rc = 0;

	if (nspin_id() >= id)
		return 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return nserr_set(e, errno, "cannot get the CPU affinity");
	/* sched_setaffinity(2) fails for a processor that does not exist; one that the affinity of
	 * the caller excludes may be used for a moment */
	for (int cpu = 0; rc == 0 && nspin_id() < id && cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) == 0)
			rc = sys_unshare(CLONE_NEWNS);
	}
	if (sched_setaffinity(0, sizeof(allowed), &allowed) < 0)
		return nserr_set(e, errno, "cannot restore the CPU affinity");
	if (rc < 0)
		return nserr_set(e, rc, "cannot create another mount namespace");
	return nspin_id() >= id
		       ? 0
		       : nserr_set(e, EINVAL,
				   "cannot mount the new mount namespace on a file: the kernel "
				   "gave it a lower id than the current one has");
}

/* ---- Directories */

/* Resolves the path of the directory into its parent directory and its name. */
static int find_dir(struct nspin_dir *dir, struct nserr *e)
{
	cleanup_free char *path = strdup(dir->path), *real = NULL;
	size_t n = path ? strlen(path) : 0;
	int rc;

	if (!path)
		return nserr_set(e, ENOMEM, "cannot use '%s'", dir->path);
	/* the directory may not exist, so realpath(3) cannot remove the slashes */
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	rc = trustpath_resolve(path, TRUSTPATH_DIRS, &dir->at, e);
	if (rc < 0 || !streq(dir->at.name, "."))
		return rc;
	/* the last name is "." or "..", or a symbolic link whose target ends in one of them */
	real = real_path(dir->at.dir);
	trustpath_free(&dir->at);
	if (!real)
		return nserr_set(e, errno, "cannot use '%s'", dir->path);
	if (streq(real, "/"))
		return nserr_set(e, EBUSY, "cannot use '%s'", dir->path);
	return trustpath_resolve(real, TRUSTPATH_DIRS, &dir->at, e);
}

static int hold_dir(struct nspin_dir *dir, struct nserr *e)
{
	dir->fd = open_at(&dir->at, O_DIRECTORY);
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

/* Bind mounts the directory on itself, makes that mount private and replaces dir->fd by it. Returns
 * 0 or a negative errno. */
static int bind_dir(struct nspin_dir *dir)
{
	struct file_fd_path self = file_fd_path(dir->fd);
	struct stat before, now;
	int rc = sys_mount(self.text, self.text, "", MS_BIND, NULL), top;

	if (rc < 0)
		return rc;
	top = open_at(&dir->at, O_DIRECTORY);
	if (top >= 0 && (fstat(dir->fd, &before) < 0 || fstat(top, &now) < 0 ||
			 before.st_dev != now.st_dev || before.st_ino != now.st_ino ||
			 mountinfo_id_of_fd(dir->fd) == mountinfo_id_of_fd(top))) {
		close(top);
		top = -EBUSY;
	}
	if (top < 0) {
		detach_by_name(&dir->at);
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
	if (rc == 0 && is_shared(dir->fd)) {
		rc = bind_dir(dir);
		if (rc < 0)
			nserr_set(e, rc, "cannot make '%s' a private mount", dir->path);
		if (rc == -EPERM)
			hint_privilege(e);
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
	if (dir->bound && detach(dir->fd) < 0)
		(void)!detach(dir->fd);
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
			/* remove only an empty file, as nspin_bind() creates it */
			if (st.st_size == 0 && unlinkat(dir->fd, name, 0) < 0)
				return nserr_set(e, errno, "cannot remove '%s/%s'", dir->path,
						 name);
			return 1;
		}
		/* continue with the next mount, because several may be on top of each other */
		rc = detach(fd);
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
 * the mount stays if other mounts are inside. */
static void release_dir(struct nspin_dir *dir)
{
	cleanup_free char *path = NULL;
	bool bound = is_bound_on_itself(dir->fd);
	struct stat st;

	util_close(&dir->fd);
	if (bound && asprintf(&path, "%s/%s", file_fd_path(dir->at.dir).text, dir->at.name) >= 0)
		(void)!sys_umount(path, UMOUNT_NOFOLLOW);
	/* if dir->path is a symbolic link, removing the directory would leave it dangling */
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
