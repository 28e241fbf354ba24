// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_fd: closes descriptors with close_range(2), or one by one on older kernels, and creates
 * memfds. */
#include "kernel/sys_fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/num.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* close_range(2) has the same number on all architectures */
#endif

#ifndef SYS_faccessat2
#define SYS_faccessat2 439 /* faccessat2(2) has the same number on all architectures */
#endif

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* kernel headers define MFD_EXEC since Linux 6.3 */
#endif

#define FLAG_CLOEXEC (1u << 2) /* value of CLOSE_RANGE_CLOEXEC */

static void one(int fd, bool now)
{
	if (now)
		close(fd);
	else
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Opens the directory /proc/self/fd. Returns NULL if it is not on a proc file system, because
 * another directory may have this path in an untrusted root directory. The caller closes the
 * directory. */
static DIR *list_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct statfs fs;

	if (dir && (fstatfs(dirfd(dir), &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)) {
		closedir(dir);
		return NULL;
	}
	return dir;
}

static int one_by_one(unsigned first, unsigned last, bool now)
{
	DIR *dir = list_open();
	const struct dirent *d;
	struct rlimit limit;
	int fd;

	while (dir && (d = readdir(dir)))
		if (num_fd(d->d_name, &fd) == 0 && (unsigned)fd >= first && (unsigned)fd <= last &&
		    fd != dirfd(dir))
			one(fd, now);
	if (dir) {
		closedir(dir);
		return 0;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	for (rlim_t n = first; n < limit.rlim_cur && n <= last; n++)
		one((int)n, now);
	return 0;
}

static int range(unsigned first, unsigned last, bool now)
{
	if (first > last)
		return 0;
	if (syscall(SYS_close_range, first, last, now ? 0 : FLAG_CLOEXEC) == 0)
		return 0;
	return one_by_one(first, last, now);
}

/* Returns the lowest descriptor in `keep` that is at least `next`, or UINT_MAX. */
static unsigned lowest(const int *keep, size_t n, unsigned next)
{
	unsigned low = UINT_MAX;

	for (size_t i = 0; i < n; i++)
		if (keep[i] >= (int)next && (unsigned)keep[i] < low)
			low = (unsigned)keep[i];
	return low;
}

static int others(const int *keep, size_t n, bool now)
{
	int rc = 0;

	for (unsigned next = 3, kept = 0; rc == 0 && kept < UINT_MAX; next = kept + 1) {
		kept = lowest(keep, n, next);
		rc = range(next, kept == UINT_MAX ? UINT_MAX : kept - 1, now);
	}
	return rc;
}

int sys_fd_cloexec_others(const int *keep, size_t n)
{
	return others(keep, n, false);
}

int sys_fd_close_others(const int *keep, size_t n)
{
	return others(keep, n, true);
}

int sys_fd_has_range(void)
{
	return syscall(SYS_close_range, UINT32_MAX, UINT32_MAX, FLAG_CLOEXEC) < 0 ? -errno : 0;
}

int sys_may_execute(const char *path)
{
	int rc = (int)syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS);

	if (rc < 0 && (errno == ENOSYS || errno == EPERM))
		rc = faccessat(AT_FDCWD, path, X_OK, AT_EACCESS);
	return rc < 0 ? -errno : 0;
}

int sys_memfd_exec(const char *name, unsigned flags)
{
	int fd = memfd_create(name, flags | MFD_CLOEXEC | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, flags | MFD_CLOEXEC);
	return fd < 0 ? -errno : file_above_std(fd);
}

/* The kernel's struct linux_dirent64 equals struct dirent of <dirent.h> only if ino_t has 64
 * bits. */
_Static_assert(sizeof(ino_t) == 8, "build with _FILE_OFFSET_BITS=64");

ssize_t sys_getdents(int fd, void *buf, size_t size)
{
	long n = syscall(SYS_getdents64, fd, buf, size);

	return n < 0 ? -errno : n;
}
