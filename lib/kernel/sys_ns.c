// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_ns: calls setns(2), unshare(2), ioctl_ns(2) and listns(2), and opens nsfs file handles. */
#include "kernel/sys_ns.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/file.h"

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
#ifndef SYS_listns
#define SYS_listns 470 /* listns(2) has the same number on all architectures */
#endif

#define FD_NSFS_ROOT (-10003) /* Linux 6.18 and later accept FD_NSFS_ROOT as a descriptor */
#define FILEID_NSFS  0xf1

int sys_unshare(uint64_t flags)
{
	return syscall(SYS_unshare, (unsigned long)flags) < 0 ? -errno : 0;
}

int sys_setns(int fd, uint64_t flags)
{
	return syscall(SYS_setns, fd, (unsigned long)flags) < 0 ? -errno : 0;
}

static int ns_ioctl_fd(int fd, unsigned long request)
{
	int out = ioctl(fd, request);

	/* the kernel sets O_CLOEXEC on descriptors that it returns for ioctl_ns(2) */
	return out < 0 ? -errno : file_above_std(out);
}

int sys_ns_owner(int fd)
{
	return ns_ioctl_fd(fd, NS_GET_USERNS);
}

int sys_ns_parent(int fd)
{
	return ns_ioctl_fd(fd, NS_GET_PARENT);
}

int sys_ns_in_userns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) < 0 ? -errno : st.st_ino != SYS_NS_INO_USER;
}

int64_t sys_ns_type(int fd)
{
	int flag = ioctl(fd, NS_GET_NSTYPE);

	return flag < 0 ? -errno : (int64_t)(unsigned)flag;
}

int sys_ns_owner_uid(int fd, uid_t *uid)
{
	return ioctl(fd, NS_GET_OWNER_UID, uid) < 0 ? -errno : 0;
}

static int ns_ioctl_id(int fd, unsigned long request, uint64_t *id)
{
	__u64 v;

	if (ioctl(fd, request, &v) < 0)
		return errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP : -errno;
	*id = v;
	return 0;
}

int sys_ns_id(int fd, uint64_t *id)
{
	return ns_ioctl_id(fd, NS_GET_ID, id);
}

int sys_ns_mnt_id(int fd, uint64_t *id)
{
	return ns_ioctl_id(fd, NS_GET_MNTNS_ID, id);
}

static int ns_ioctl_mnt(int fd, unsigned long request)
{
	struct mnt_ns_info info = { .size = sizeof(info) };
	int out = ioctl(fd, request, &info);

	return out < 0 ? -errno : file_above_std(out);
}

int sys_ns_mnt_next(int fd)
{
	return ns_ioctl_mnt(fd, NS_MNT_GET_NEXT);
}

int sys_ns_mnt_prev(int fd)
{
	return ns_ioctl_mnt(fd, NS_MNT_GET_PREV);
}

int sys_ns_of_socket(int sock)
{
	return ns_ioctl_fd(sock, SIOCGSKNS);
}

int sys_ns_is_nsfs(int fd)
{
	struct statfs fs;

	if (RETRY_EINTR(fstatfs(fd, &fs)) < 0)
		return -errno;
	return fs.f_type == SYS_NS_MAGIC;
}

ssize_t sys_listns(const struct sys_ns_id_req *req, uint64_t *ids, size_t n)
{
	long rc = syscall(SYS_listns, req, ids, n, 0);

	if (rc < 0)
		return errno == ENOENT ? 0 : -errno;
	return rc;
}

int sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t inode)
{
	struct {
		unsigned int bytes;
		int type;
		uint64_t id;
		uint32_t flag, inode;
	} handle = { 16, FILEID_NSFS, id, flag, inode };
	long fd = syscall(SYS_open_by_handle_at, FD_NSFS_ROOT, &handle, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		/* kernels before 6.18 do not know FD_NSFS_ROOT and return EBADF */
		return errno == EBADF || errno == ENOSYS ? -EOPNOTSUPP : -errno;
	return file_above_std((int)fd);
}

int sys_sethostname(const char *name, size_t n)
{
	return syscall(SYS_sethostname, name, n) < 0 ? -errno : 0;
}

int sys_setdomainname(const char *name, size_t n)
{
	return syscall(SYS_setdomainname, name, n) < 0 ? -errno : 0;
}
