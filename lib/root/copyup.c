// SPDX-License-Identifier: GPL-2.0-or-later
/* copyup: mounts a tmpfs with a copy of the directory that it covers. */
#include "root/copyup.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"
#include "root/lookup.h"
#include "root/place.h"

static int copy_dir(int from, int to);

/* Copies the contents of a regular file. Returns 0 or a negative errno. */
static int copy_contents(int in, int out)
{
	char text[16384];
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = RETRY_EINTR(read(in, text, sizeof(text)))) != 0)
		rc = n < 0 ? -errno : file_write_all(out, text, (size_t)n);
	return rc;
}

/* Creates a copy of the regular file `name` of the directory `from`. Returns 0 or a negative
 * errno. */
static int copy_file(int from, int to, const char *name)
{
	/* O_NONBLOCK: another process may have replaced the file by a FIFO */
	cleanup_fd int in = file_open_at(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	cleanup_fd int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return in < 0 ? in : -errno;
	if (!S_ISREG(st.st_mode))
		return -ESTALE;
	out = file_open_at(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	return out < 0 ? out : copy_contents(in, out);
}

static int copy_link(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target));

	if (n < 0 || (size_t)n == sizeof(target))
		return n < 0 ? -errno : -ENAMETOOLONG;
	target[n] = '\0';
	return symlinkat(target, to, name) < 0 ? -errno : 0;
}

static int copy_subdir(int from, int to, const char *name)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
	cleanup_fd int in = file_open_at(from, name, flags, 0);
	cleanup_fd int out = -1;

	if (in < 0 || mkdirat(to, name, 0700) < 0)
		return in < 0 ? in : -errno;
	out = file_open_at(to, name, flags, 0);
	return out < 0 ? out : copy_dir(in, out);
}

/* Copies the file `name` with its owner, mode and times. Returns 0 or a negative errno. */
static int copy_entry(int from, int to, const char *name)
{
	struct timespec times[2];
	struct stat st;
	int rc;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		rc = copy_subdir(from, to, name);
	else if (S_ISREG(st.st_mode))
		rc = copy_file(from, to, name);
	else if (S_ISLNK(st.st_mode))
		rc = copy_link(from, to, name);
	else if (S_ISFIFO(st.st_mode))
		rc = mknodat(to, name, S_IFIFO | 0600, 0) < 0 ? -errno : 0;
	else
		return 0;
	if (rc < 0)
		return rc;
	if (fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	/* set the mode after the owner, because chown(2) clears the set-user-ID bit. It is safe to
	 * follow links: the new file is not a symbolic link, and only this mount namespace has the
	 * tmpfs. */
	if (!S_ISLNK(st.st_mode) && fchmodat(to, name, st.st_mode & ALLPERMS, 0) < 0)
		return -errno;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* Copies the contents of the directory `from`. Returns 0 or a negative errno. */
static int copy_dir(int from, int to)
{
	DIR *dir = file_open_dir(from, ".");
	struct dirent *d;
	int rc = 0;

	if (!dir)
		return -errno;
	while (rc == 0 && (errno = 0, d = readdir(dir)))
		if (!streq(d->d_name, ".") && !streq(d->d_name, ".."))
			rc = copy_entry(from, to, d->d_name);
	if (rc == 0)
		rc = -errno;
	closedir(dir);
	return rc;
}

/* Copies the directory `from`, with its owner and mode, to the root of the tmpfs `to`. `from` is
 * -ENOENT if there is no directory. Returns 0 or a negative errno. */
static int fill(int from, int to, bool keep_mode)
{
	/* the kernel's default mode of a tmpfs */
	struct stat st = { .st_mode = S_ISVTX | ACCESSPERMS };
	int rc = from == -ENOENT ? 0 : from < 0 ? from : copy_dir(from, to);

	if (rc < 0)
		return rc;
	if (from >= 0 && (fstat(from, &st) < 0 || fchownat(to, ".", st.st_uid, st.st_gid, 0) < 0))
		return -errno;
	return !keep_mode && fchmodat(to, ".", st.st_mode & ALLPERMS, 0) < 0 ? -errno : 0;
}

int root_mount_copy(struct root *r, const char *path, const struct mntopt *o, bool keep_mode,
		    struct nserr *e)
{
	int from = root_open(r, path, 0, NULL), to = root_place_mount(r, "tmpfs", path, o, e);
	int rc = to < 0 ? to : fill(from, to, keep_mode);

	if (rc < 0 && to >= 0)
		nserr_set(e, rc, "cannot copy the contents of '%s' to the tmpfs", path);
	root_done(r, to);
	root_done(r, from);
	return rc;
}
