/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_mount: declares the system calls for mounts: mount(2), pivot_root(2), the mount API,
 * openat2(2). */
#ifndef NSU_KERNEL_SYS_MOUNT_H
#define NSU_KERNEL_SYS_MOUNT_H

#include <fcntl.h>
#include <linux/types.h>
#include <sys/mount.h>
#include <sys/types.h>

/* glibc before 2.36 does not declare the mount API, so the header of the kernel is included. With
 * later versions of glibc, both headers can be included. */
#ifndef FSOPEN_CLOEXEC
#include <linux/mount.h>
#endif

#include "base/util.h"

#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000 /* idmapped mounts, since Linux 5.12 */
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
/* do not follow symbolic links on the mount, since Linux 5.14 */
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* move_mount(2) below the topmost mount, since Linux 6.5 */
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* flags of openat2(2) (Linux 5.6) */
#define SYS_RESOLVE_NO_XDEV       0x01
#define SYS_RESOLVE_NO_MAGICLINKS 0x02
#define SYS_RESOLVE_NO_SYMLINKS   0x04
#define SYS_RESOLVE_BENEATH       0x08
#define SYS_RESOLVE_IN_ROOT       0x10
/* openat2(2) fails if it cannot resolve the path from the dentry cache alone, since Linux 5.12 */
#define SYS_RESOLVE_CACHED        0x20

/* The fields of struct statmount (Linux 6.8) that the tools read. Strings are offsets into str. */
struct sys_statmount {
	__u32 size;
	__u32 mnt_opts;
	__u64 mask;
	__u32 sb_dev_major, sb_dev_minor;
	__u64 sb_magic;
	__u32 sb_flags;
	__u32 fs_type;
	__u64 mnt_id, mnt_parent_id;
	__u32 mnt_id_old, mnt_parent_id_old;
	__u64 mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
	__u32 mnt_root;
	__u32 mnt_point;
	__u64 mnt_ns_id; /* id of the mount namespace, since Linux 6.11 */
	__u64 spare2[49];
	char str[];
};
#define SYS_STATMOUNT_SB_BASIC  0x01
#define SYS_STATMOUNT_MNT_BASIC 0x02
#define SYS_STATMOUNT_MNT_ROOT  0x08
#define SYS_STATMOUNT_MNT_POINT 0x10
#define SYS_STATMOUNT_FS_TYPE   0x20
#define SYS_LSMT_ROOT           UINT64_MAX

/* The functions below return 0, a count, or a descriptor (O_CLOEXEC, above 2), which the caller
 * closes. After a failure they return a negative errno: -ENOSYS before the Linux version that the
 * comment on the function gives. */
int sys_pivot_root(const char *new_root, const char *put_old) must_check;
int sys_mount(const char *source, const char *target, const char *fstype, unsigned long flags,
	      const char *data) must_check;
int sys_umount(const char *target, int flags) must_check;
/* open_tree(2), since Linux 5.2 */
int sys_open_tree(int dirfd, const char *path, unsigned flags) must_check;
/* flags of sys_move_mount() if source and target are descriptors and both paths are empty */
#define SYS_FD_TO_FD (MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
int sys_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to,
		   unsigned flags) must_check; /* move_mount(2), since Linux 5.2 */
int sys_fsopen(const char *fstype) must_check; /* fsopen(2), since Linux 5.2 */
int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux) must_check;
int sys_fsmount(int fd, unsigned attr) must_check; /* fsmount(2), since Linux 5.2 */

/*
 * Sets and clears MOUNT_ATTR_* flags of the mount at dirfd/path (mount_setattr(2), Linux 5.12).
 * With AT_RECURSIVE, also changes all mounts below it. propagation is an MS_* flag or 0. userns_fd
 * is ignored without MOUNT_ATTR_IDMAP.
 */
int sys_mount_setattr(int dirfd, const char *path, unsigned flags, uint64_t set, uint64_t clear,
		      uint64_t propagation, int userns_fd) must_check;

/*
 * Stores the ids of up to n mounts below the mount `parent` that follow the id `last`, in the mount
 * namespace with the id mnt_ns_id (0: the caller's). Returns the number of ids. Calls listmount(2),
 * which needs Linux 6.8, or 6.11 for a mount namespace other than the caller's.
 */
ssize_t sys_listmount(uint64_t mnt_ns_id, uint64_t parent, uint64_t last, uint64_t *ids,
		      size_t n) must_check;

/* Stores the fields in `mask` of the mount mnt_id in buf, which has `size` bytes. Returns
 * -EOVERFLOW if buf is too small. Calls statmount(2), which needs Linux 6.8. */
int sys_statmount(uint64_t mnt_ns_id, uint64_t mnt_id, uint64_t mask, struct sys_statmount *buf,
		  size_t size) must_check;

/*
 * Calls getcwd(2) without the C library, which would walk up from a directory outside of the root
 * and might return a misleading path. Returns the length of the path without NUL, -ENOENT if the
 * directory is not below the root, or -ERANGE if the path is longer than size.
 */
ssize_t sys_getcwd(char *path, size_t size) must_check;

/* Calls openat2(2) (Linux 5.6). Adds O_CLOEXEC to flags and repeats the call after EINTR and
 * EAGAIN. */
int sys_openat2(int dirfd, const char *path, uint64_t flags, mode_t mode,
		uint64_t resolve) must_check;

#endif
