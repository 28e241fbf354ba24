// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_mount: calls the mount system calls by number, because their glibc and kernel headers cannot
 * be included together. */
#include "kernel/sys_mount.h"

#include <sys/syscall.h>

#include "base/file.h"

/* System calls from 424 on have the same number on all architectures. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif

struct mnt_id_req_v1 { /* struct mnt_id_req with mnt_ns_id (Linux 6.11) */
	__u32 size;
	__u32 spare;
	__u64 mnt_id;
	__u64 param;
	__u64 mnt_ns_id;
};
#define MNT_ID_REQ_SIZE_V0 24 /* size of struct mnt_id_req without mnt_ns_id (Linux 6.8) */

struct open_how_v0 {
	__u64 flags, mode, resolve;
};

struct mount_attr_v0 {
	__u64 attr_set, attr_clr, propagation, userns_fd;
};

static int result(long rc)
{
	return rc < 0 ? -errno : (int)rc;
}

static int result_fd(long rc)
{
	return rc < 0 ? -errno : file_above_std((int)rc);
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return result(syscall(SYS_pivot_root, new_root, put_old));
}

int sys_mount(const char *source, const char *target, const char *fstype, unsigned long flags,
	      const char *data)
{
	return result(syscall(SYS_mount, source, target, fstype, flags, data));
}

int sys_umount(const char *target, int flags)
{
	return result(syscall(SYS_umount2, target, flags));
}

int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return result_fd(syscall(SYS_open_tree, dirfd, path, flags | OPEN_TREE_CLOEXEC));
}

int sys_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags)
{
	return result(syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags));
}

int sys_fsopen(const char *fstype)
{
	return result_fd(syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC));
}

int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux)
{
	return result(syscall(SYS_fsconfig, fd, cmd, key, value, aux));
}

int sys_fsmount(int fd, unsigned attr)
{
	return result_fd(syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attr));
}

int sys_mount_setattr(int dirfd, const char *path, unsigned flags, uint64_t set, uint64_t clear,
		      uint64_t propagation, int userns_fd)
{
	struct mount_attr_v0 attr = {
		.attr_set = set,
		.attr_clr = clear,
		.propagation = propagation,
		.userns_fd = (set & MOUNT_ATTR_IDMAP) ? (__u64)userns_fd : 0,
	};

	return result(syscall(SYS_mount_setattr, dirfd, path, flags, &attr, sizeof(attr)));
}

ssize_t sys_listmount(uint64_t mnt_ns_id, uint64_t parent, uint64_t last, uint64_t *ids, size_t n)
{
	struct mnt_id_req_v1 req = {
		.size = mnt_ns_id ? sizeof(req) : MNT_ID_REQ_SIZE_V0,
		.mnt_id = parent,
		.param = last,
		.mnt_ns_id = mnt_ns_id,
	};
	long rc = syscall(SYS_listmount, &req, ids, n, 0);

	return rc < 0 ? -errno : rc;
}

int sys_statmount(uint64_t mnt_ns_id, uint64_t mnt_id, uint64_t mask, struct sys_statmount *buf,
		  size_t size)
{
	struct mnt_id_req_v1 req = {
		.size = mnt_ns_id ? sizeof(req) : MNT_ID_REQ_SIZE_V0,
		.mnt_id = mnt_id,
		.param = mask,
		.mnt_ns_id = mnt_ns_id,
	};

	return result(syscall(SYS_statmount, &req, buf, size, 0));
}

ssize_t sys_getcwd(char *path, size_t size)
{
	long n = syscall(SYS_getcwd, path, size);

	if (n < 0)
		return -errno;
	/* getcwd(2) returns a path that begins with "(unreachable)" if the directory is outside of
	 * the root */
	return path[0] == '/' ? n - 1 : -ENOENT;
}

int sys_openat2(int dirfd, const char *path, uint64_t flags, mode_t mode, uint64_t resolve)
{
	struct open_how_v0 how = { flags | O_CLOEXEC, mode, resolve };

	/* retry after EAGAIN, as openat2(2) recommends: a rename or mount happened during the
	 * resolution */
	for (int tries = 0; tries < 128; tries++) {
		long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return result_fd(fd);
	}
	return -EAGAIN;
}
