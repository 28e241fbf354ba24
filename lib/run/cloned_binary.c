// SPDX-License-Identifier: GPL-2.0-or-later
/* cloned_binary: executes the tool again from a copy of its binary: a sealed memfd or a detached
 * read-only mount. */
#include "run/cloned_binary.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "idmap/idmap.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_fd.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/*
 * The id that the kernel shows for an owner that is not mapped: the default of
 * /proc/sys/kernel/overflowuid. If an administrator has changed that value, every owner counts as
 * mapped, and a copy is made.
 */
#define OVERFLOW_ID 65534

/* ---- Can the program write to the binary? */

/* Returns true if the id is not mapped in the caller's user namespace. */
static bool is_unmapped(uid_t owner)
{
	char text[IDMAP_MAX_EXTENTS * 34];
	cleanup_idmap struct idmap m = IDMAP_INIT;
	ssize_t n;

	if (owner != OVERFLOW_ID)
		return false;
	n = file_read_at(AT_FDCWD, "/proc/self/uid_map", text, sizeof(text));
	return n > 0 && idmap_parse_kernel(&m, text, (size_t)n, NULL) == 0 &&
	       !idmap_find(&m, OVERFLOW_ID);
}

/*
 * Returns true if the id also stays unmapped in user namespaces that the caller creates.
 * user_namespaces(7): an unprivileged caller can map only its own id and its subordinate ids, which
 * never include 0.
 */
static bool stays_unmapped(uid_t owner)
{
	return owner == 0 && geteuid() != 0 && !sys_cap_has(CAP_SETUID);
}

static bool is_out_of_reach(enum cloned_binary_user where)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) < 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return false;
	/* make a copy if the caller owns the binary, because the owner keeps access even in a user
	 * namespace that does not map its id */
	if (st.st_uid == geteuid())
		return false;
	if (!(where == CLONED_BINARY_NEW_USERNS && stays_unmapped(st.st_uid)) &&
	    !is_unmapped(st.st_uid))
		return false;
	return getxattr("/proc/self/exe", "system.posix_acl_access", NULL, 0) < 0 &&
	       (errno == ENODATA || errno == EOPNOTSUPP);
}

/* ---- Does the tool run from a copy already? */

/*
 * Returns true if the binary is the root of a read-only mount that is not attached anywhere: the
 * path of such a file is "/". No process can make it writable, because mount_setattr(2) and
 * mount(2) only change mounts in the caller's mount namespace.
 */
static bool is_detached(int self)
{
	struct statvfs fs;
	char path[2];

	return fstatvfs(self, &fs) == 0 && (fs.f_flag & ST_RDONLY) &&
	       readlink("/proc/self/exe", path, sizeof(path)) == 1 && path[0] == '/';
}

static bool is_copy(int self)
{
	/* only a sealed memfd has all seals in SEALS: F_GET_SEALS fails with EINVAL for an ordinary
	 * file, and returns only F_SEAL_SEAL for a file on tmpfs */
	int seals = fcntl(self, F_GET_SEALS);

	return (seals >= 0 && (seals & SEALS) == SEALS) || is_detached(self);
}

/* ---- Copy in memory */

static int copy_all(int from, int to)
{
	ssize_t n;

	do
		n = sendfile(to, from, NULL, 1u << 20);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

/*
 * Copies the binary to a sealed memfd. Returns a descriptor or a negative errno: -EACCES if
 * vm.memfd_noexec is 2, -EFBIG if RLIMIT_FSIZE is too low, because writing would end this process
 * by SIGXFSZ.
 */
static int make_memfd(int self, const struct stat *binary, const char *name)
{
	cleanup_fd int copy = sys_memfd_exec(name, MFD_ALLOW_SEALING);
	struct rlimit limit;
	int rc;

	if (copy < 0)
		return copy;
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return -errno;
	if (limit.rlim_cur < (rlim_t)binary->st_size)
		return -EFBIG;
	rc = copy_all(self, copy);
	if (rc < 0)
		return rc;
	return fcntl(copy, F_ADD_SEALS, SEALS) < 0 ? -errno : TAKE_FD(copy);
}

/* ---- Detached mount */

/* Clones the mount of the file at path and makes the clone read-only. Verifies that the file is the
 * binary. Needs CAP_SYS_ADMIN in the mount namespace. Returns a descriptor or a negative errno. */
static int make_mount(const char *path, const struct stat *binary)
{
	cleanup_fd int mnt = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);
	struct stat st;
	int rc;

	if (mnt < 0)
		return mnt;
	if (fstat(mnt, &st) < 0)
		return -errno;
	if (st.st_dev != binary->st_dev || st.st_ino != binary->st_ino)
		return -ESTALE;
	rc = sys_mount_setattr(mnt, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY, 0, 0, -1);
	return rc < 0 ? rc : TAKE_FD(mnt);
}

/*
 * Calls make_mount() in a child in a new user and mount namespace, for a caller without privilege.
 * The child shares the descriptors of the caller, so that the mount stays open in the caller.
 * Returns a descriptor or a negative errno.
 */
static int make_mount_in_child(const char *path, const struct stat *binary)
{
	int pair[2], fd = -ECHILD;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	pid = sys_clone(CLONE_FILES, NULL);
	if (pid == 0) {
		fd = sys_unshare(CLONE_NEWUSER | CLONE_NEWNS);
		if (fd == 0)
			fd = make_mount(path, binary);
		_exit(write(pair[1], &fd, sizeof(fd)) != sizeof(fd));
	}
	if (pid < 0)
		fd = pid;
	/* ignore ECHILD: the kernel has reaped the child already if SIGCHLD is ignored */
	if (pid > 0 && RETRY_EINTR(waitpid(pid, NULL, 0)) < 0 && errno != ECHILD)
		fd = -errno;
	close(pair[1]);
	if (pid > 0 && RETRY_EINTR(read(pair[0], &fd, sizeof(fd))) != sizeof(fd))
		fd = -ECHILD;
	close(pair[0]);
	return fd;
}

static int make_detached(const struct stat *binary)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	int fd;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	fd = make_mount(path, binary);
	return fd == -EPERM ? make_mount_in_child(path, binary) : fd;
}

/* Opens the binary of this process. Without /proc, for example in a chroot, opens the path that was
 * passed to execve(2). Returns a descriptor or a negative errno. */
static int open_binary(const char *name)
{
	int fd = file_open_at(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0);

	return fd == -ENOENT ? file_open_at(AT_FDCWD, name, O_RDONLY, 0) : fd;
}

int cloned_binary_enter(char *const argv[], enum cloned_binary_user where, struct nserr *e)
{
	const char *name = strrchr(argv[0], '/');
	const char *executed = (const char *)getauxval(AT_EXECFN);
	cleanup_fd int self = -1, copy = -1;
	struct stat binary;
	int memory, error;

	if (is_out_of_reach(where))
		return 0;
	name = name ? name + 1 : argv[0];
	self = open_binary(executed);
	/* the tool runs from a copy already: after fexecve(3) the path is /dev/fd/N, and the
	 * descriptor N is closed by now */
	if (self == -ENOENT && str_after(executed, "/dev/fd/"))
		return 0;
	if (self < 0)
		return nserr_set(e, self, "cannot open the binary of %s", name);
	if (is_copy(self)) {
		/* set the name of the process, because ps(1) would show the number of the
		 * descriptor after fexecve(3) */
		(void)!prctl(PR_SET_NAME, name, 0, 0, 0);
		return 0;
	}
	if (fstat(self, &binary) < 0)
		return nserr_set(e, errno, "cannot examine the binary of %s", name);
	memory = make_memfd(self, &binary, name);
	copy = memory < 0 ? make_detached(&binary) : memory;
	if (copy < 0) {
		nserr_set(e, memory, "cannot protect the binary of %s with a copy in memory", name);
		if (memory == -EACCES && copy == -EPERM)
			nserr_hint(e, "set vm.memfd_noexec to 1, or run %s with CAP_SYS_ADMIN",
				   name);
		return memory;
	}
	fexecve(copy, argv, environ);
	/* after ENOENT, execute the copy by its path in /proc: the security module TOMOYO looks up
	 * the name of the copy, /dev/fd/N, but there may be no /dev in a container */
	if (errno == ENOENT)
		execve(file_fd_path(copy).text, argv, environ);
	error = errno;
	if (error == ENOENT && proc_stat_check(e) == -ENOENT)
		return -ENOENT;
	return nserr_set(e, error, "cannot execute the protected copy of %s", name);
}
