// SPDX-License-Identifier: GPL-2.0-or-later
/* pivot: calls pivot_root(2), checks its requirements, and verifies the result. */
#include "root/pivot.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_stat.h"
#include "root/libmount.h"
#include "root/lookup.h"

/* Inode of the initial mount namespace since Linux 6.18 (include/linux/proc_ns.h). Older kernels
 * use an inode above 0xF0000000. */
#define INIT_MNT_INO 0xEFFFFFF8u

/* Compares the inode `mnt` of a mount namespace with the inode of the host's initial mount
 * namespace. Returns 1 if they are equal, 0 if not, or -ENODATA if this cannot be determined. */
static int compare_ns(ino_t mnt)
{
	/* processes 1 and 2 (kthreadd) have the same namespaces, so examine process 2 if even root
	 * may not examine process 1 */
	static const char *const machine[][2] = {
		{ "/proc/1/ns/pid", "/proc/1/ns/mnt" },
		{ "/proc/2/ns/pid", "/proc/2/ns/mnt" },
	};
	unsigned major, minor;
	struct utsname uts;
	struct stat pid, other;

	if (mnt == INIT_MNT_INO)
		return 1;
	if (uname(&uts) == 0 && sscanf(uts.release, "%u.%u", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 18)))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(machine); i++) {
		if (stat(machine[i][0], &pid) < 0)
			continue;
		if (pid.st_ino != SYS_NS_INO_PID)
			/* this process is in a container, so its mount namespace is not that of
			 * the machine */
			return 0;
		if (stat(machine[i][1], &other) == 0)
			return other.st_ino == mnt;
	}
	return -ENODATA;
}

int root_pivot_check_ns(struct nserr *e)
{
	struct stat mnt;

	if (stat("/proc/self/ns/mnt", &mnt) < 0) {
		nserr_set(e, errno,
			  "cannot examine /proc/self/ns/mnt to identify the mount namespace");
		nserr_hint(e, "use --force to skip this check");
		return -EPERM;
	}
	/* skip the check in a user namespace other than the initial one: it does not own the
	 * machine's mounts, so the kernel protects them */
	if (root_in_userns())
		return 0;
	switch (compare_ns(mnt.st_ino)) {
	case 0:
		return 0;
	case 1:
		nserr_set(e, 0, "this is the initial mount namespace of the host");
		nserr_hint(e, "run 'nsunshare -m -- nspivot ...', or use --force to pivot here");
		return -EPERM;
	default:
		/* without this capability, the kernel refuses all mounts, and the message about the
		 * first one names the missing capability */
		if (!sys_cap_has(CAP_SYS_ADMIN))
			return 0;
		nserr_set(
			e, 0,
			"cannot determine whether this is the initial mount namespace of the host");
		nserr_hint(e, "use --force to skip this check");
		return -EPERM;
	}
}

/*
 * Returns 1 if /proc/PID/LINK leads to a directory other than "/" of this mount namespace, 0 if it
 * leads to "/", or a negative errno if this cannot be determined. Also returns 0 if this process
 * may not follow the link: the program will not have more privileges and cannot follow it either.
 */
static int is_door(int proc, const char *pid, const char *link, const struct statx *root)
{
	char path[NAME_MAX + 8];
	struct statx st;

	snprintf(path, sizeof(path), "%s/%s", pid, link);
	if (statx(proc, path, 0, ROOT_MOUNTS_STATX, &st) < 0)
		return errno == ENOENT || errno == ESRCH || errno == EACCES || errno == EPERM
			       ? 0
			       : -errno;
	return !root_mounts_is_same(&st, root);
}

/* Sets e to the message for a process that could still reach the old root. Returns -EBUSY. */
static int door_error(int proc, const char *pid, const char *link, struct nserr *e)
{
	char path[NAME_MAX + 8], comm[32];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/comm", pid);
	n = file_read_at(proc, path, comm, sizeof(comm));
	comm[n > 0 ? n - 1 : 0] = '\0';
	nserr_set(e, EBUSY, "process %s (%s) could still reach the old root through its %s", pid,
		  comm, link);
	if (streq(link, "cwd"))
		nserr_hint(e,
			   "make this process change its working directory to /, as nsinit does");
	else
		nserr_hint(e, "use a pid namespace (nsunshare -p), or --force: the new root's "
			      "/proc shows a process that has another root directory");
	return -EBUSY;
}

int root_pivot_check_processes(const struct root *r, struct nserr *e)
{
	static const char *const links[] = { "root", "cwd" };
	cleanup_fd int fd = root_open(r, "/proc", 0, NULL);
	struct dirent *d;
	struct statx root;
	struct statfs fs;
	pid_t self = getpid();
	int rc = 0;
	DIR *dir;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return nserr_set(e, fd < 0 ? fd : errno, "cannot open the new root's /proc");
	if (fs.f_type != PROC_SUPER_MAGIC)
		return 0;
	if (statx(r->old, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &root) < 0)
		return nserr_set(e, errno, "cannot examine '/'");
	dir = file_open_dir(fd, ".");
	if (!dir)
		return nserr_set(e, errno, "cannot read the new root's /proc");
	while (rc == 0 && (errno = 0, d = readdir(dir))) {
		if (!isdigit((unsigned char)d->d_name[0]) || atoi(d->d_name) == self)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(links) && rc == 0; i++) {
			rc = is_door(dirfd(dir), d->d_name, links[i], &root);
			if (rc > 0)
				rc = door_error(dirfd(dir), d->d_name, links[i], e);
			else if (rc < 0)
				nserr_set(e, rc, "cannot examine the %s of process %s", links[i],
					  d->d_name);
		}
	}
	if (rc == 0 && errno)
		rc = nserr_set(e, errno, "cannot read the new root's /proc");
	closedir(dir);
	return rc;
}

/* Checks that path is a regular file in the new root. Returns 0 if it is, -ENOENT, -ENOTDIR or
 * -EACCES if it is not, and 0 if path cannot be opened for another reason, which execve(2) will
 * report. */
static int check_file(const struct root *r, const char *path)
{
	cleanup_fd int fd = root_resolve(r->fd, path, 0, NULL);
	struct stat st;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return fd;
	return fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) ? -EACCES : 0;
}

int root_pivot_check_program(const struct root *r, const char *cwd, const char *program,
			     struct nserr *e)
{
	const char *dirs = strchr(program, '/') ? "" : getenv("PATH");
	int rc = -ENOENT;

	/* search in the same order as execvp(3) */
	for (dirs = dirs ? dirs : "/bin:/usr/bin";; dirs++) {
		size_t n = strcspn(dirs, ":");
		bool absolute = dirs[0] == '/' || program[0] == '/';
		cleanup_free char *path = NULL;
		int now;

		if (asprintf(&path, "%s/%.*s/%s", absolute ? "" : cwd, (int)n, dirs, program) < 0)
			return nserr_set(e, ENOMEM, "cannot search for '%s'", program);
		/* an empty name is not found, as in execvp(3) */
		now = program[0] ? check_file(r, path) : -ENOENT;
		if (now == 0)
			return 0;
		if (now == -EACCES || strchr(program, '/'))
			rc = now;
		dirs += n;
		if (!*dirs)
			break;
	}
	nserr_set(e, rc, "cannot execute '%s'", program);
	if (rc == -ENOENT && program[0])
		nserr_hint(e,
			   "install the program in the new root, or specify a program that exists "
			   "there");
	else if (rc == -EACCES)
		nserr_hint(
			e,
			"specify an executable file, because only a regular file can be executed");
	e->status = rc == -ENOENT ? 127 : 126;
	return rc;
}

/* Verifies that "/" and "." are the root of the new tree, and that no mount covers "/": "/.." would
 * be the root of such a mount. Returns 0, or a negative errno with e set. */
static int verify(const struct root *r, struct nserr *e)
{
	struct statx want, root, cwd, top;

	if (statx(r->fd, "", AT_EMPTY_PATH, ROOT_MOUNTS_STATX, &want) < 0 ||
	    statx(AT_FDCWD, "/", 0, ROOT_MOUNTS_STATX, &root) < 0 ||
	    statx(AT_FDCWD, ".", 0, ROOT_MOUNTS_STATX, &cwd) < 0 ||
	    statx(AT_FDCWD, "/..", 0, ROOT_MOUNTS_STATX, &top) < 0)
		return nserr_set(e, errno, "cannot verify the new root");
	if (!root_mounts_is_same(&root, &want) || !root_mounts_is_same(&cwd, &want))
		return nserr_set(e, 0,
				 "the root directory after pivot_root(2) is not the new root");
	if (!root_mounts_is_same(&top, &want))
		return nserr_set(e, 0, "the old root is still mounted after pivot_root(2)");
	return 0;
}

/* Detaches the old root and all its mounts in one call, which mount_namespaces(7) allows even for
 * locked mounts. Returns 0, or a negative errno with e set. */
static int detach_old(const struct root *r, struct nserr *e)
{
	int rc = root_detach(r->old);

	return rc < 0 ? nserr_set(e, rc, "cannot detach the old root") : 0;
}

/* Returns true if "/" is the root file system of the kernel, the only mount without a parent. */
static bool is_initramfs(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;

	if (mountinfo_read(&m, NULL) < 0)
		return false;
	while (mountinfo_next(&m, &line))
		if (streq(line.target, "/") && streq(line.fstype, "rootfs"))
			return true;
	return false;
}

/* Sets the message and the hint of e for a failed pivot_root(2). Returns rc. */
static int pivot_error(int rc, struct nserr *e)
{
	nserr_set(e, rc, "cannot pivot into the new root");
	if (rc == -EINVAL && is_initramfs())
		nserr_hint(e, "use --move-root: pivot_root(2) cannot leave an initramfs");
	else if (rc == -EPERM)
		libmount_explain_privilege(e);
	return rc;
}

/* Opens the directory for the old root, and creates it if it is missing. Returns a descriptor or a
 * negative errno with e set. */
static int open_put_old(struct root *r, const char *path, struct nserr *e)
{
	cleanup_fd int fd = -1;
	struct stat st, root;

	fd = root_open(r, path, ROOT_RESOLVE_DIR, &r->log);
	if (fd < 0)
		return nserr_set(e, fd, "cannot create '%s' in the new root", path);
	if (fstat(fd, &st) < 0 || fstat(r->fd, &root) < 0)
		return nserr_set(e, errno, "cannot examine '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return nserr_set(e, ENOTDIR, "cannot move the old root to '%s'", path);
	if (st.st_dev == root.st_dev && st.st_ino == root.st_ino)
		return nserr_set(e, EBUSY, "the old root on '%s' would cover the new one", path);
	return TAKE_FD(fd);
}

int root_pivot(struct root *r, const char *put_old, struct nserr *e)
{
	cleanup_fd int put = -1;
	int rc;

	if (put_old) {
		put = open_put_old(r, put_old, e);
		if (put < 0)
			return put;
	}
	rc = root_attach(r, false, e);
	if (rc < 0)
		return rc;
	rc = root_finish(r, e);
	if (rc < 0)
		return rc;
	if (fchdir(r->fd) < 0)
		return nserr_set(e, errno, "cannot enter the new root");
	/* pivot_root(2), NOTES: if both arguments are ".", the old root is stacked on the new root
	 * and no directory for it is needed */
	rc = sys_pivot_root(".", ".");
	if (rc < 0)
		return pivot_error(rc, e);
	r->state = ROOT_PIVOTED;
	if (put_old)
		rc = root_move_old(r, put, e);
	else
		rc = detach_old(r, e);
	if (rc < 0)
		return rc;
	if (fchdir(r->fd) < 0)
		return nserr_set(e, errno, "cannot enter the new root");
	return verify(r, e);
}

/* Opens /dev/null of the new root. Returns a descriptor, -ENODEV if it is another device, or
 * another negative errno. */
static int open_null(void)
{
	int fd = file_open_at(AT_FDCWD, "/dev/null", O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;

	if (fd >= 0 &&
	    (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))) {
		close(fd);
		return -ENODEV;
	}
	return fd;
}

int root_pivot_std_fds(struct nserr *e)
{
	cleanup_fd int null = -1;
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) < 0)
			continue;
		/* refuse a directory of the old root, because fchdir(2) to it would let the program
		 * leave the new root */
		if (S_ISDIR(st.st_mode))
			return nserr_set(e, 0,
					 "descriptor %d refers to a directory of the old root", fd);
		if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
			continue;
		if (null < 0)
			null = open_null();
		if (null >= 0 && dup2(null, fd) < 0)
			return nserr_set(e, errno, "cannot open /dev/null as descriptor %d", fd);
	}
	return 0;
}
