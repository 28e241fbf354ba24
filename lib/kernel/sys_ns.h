/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_ns: declares the system calls and ioctls for namespaces, and constants that older headers
 * lack. */
#ifndef NSU_KERNEL_SYS_NS_H
#define NSU_KERNEL_SYS_NS_H

#include <linux/nsfs.h>
#include <linux/types.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "base/util.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080 /* time namespaces, since Linux 5.6 */
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef NS_GET_MNTNS_ID
/* ioctl that returns the id of a mount namespace, since Linux 6.11 */
#define NS_GET_MNTNS_ID _IOR(NSIO, 0x5, __u64)
#endif
#ifndef NS_MNT_GET_INFO
struct mnt_ns_info {
	__u32 size;
	__u32 nr_mounts;
	__u64 mnt_ns_id;
};
/* ioctls for the next and the previous mount namespace, since Linux 6.12 */
#define NS_MNT_GET_INFO _IOR(NSIO, 10, struct mnt_ns_info)
#define NS_MNT_GET_NEXT _IOR(NSIO, 11, struct mnt_ns_info)
#define NS_MNT_GET_PREV _IOR(NSIO, 12, struct mnt_ns_info)
#endif
#ifndef NS_GET_ID
/* ioctl that returns the id of any namespace, since Linux 6.18 */
#define NS_GET_ID _IOR(NSIO, 13, __u64)
#endif

/* PROC_USER_INIT_INO, the inode of the initial user namespace on every kernel */
#define SYS_NS_INO_USER UINT64_C(0xEFFFFFFD)

/* PROC_PID_INIT_INO, the inode of the initial pid namespace on every kernel */
#define SYS_NS_INO_PID UINT64_C(0xEFFFFFFC)

#define SYS_NS_MAGIC 0x6e736673 /* NSFS_MAGIC, the f_type of namespace files in statfs(2) */

/* The lowest inode that a namespace can have. The inodes of initial namespaces are fixed and above
 * 0xEFFFFFF6. The inodes of other namespaces begin at 0xF0000000 (PROC_DYNAMIC_FIRST). */
#define SYS_NS_INO_MIN UINT64_C(4026531831)

struct sys_ns_id_req { /* struct ns_id_req of listns(2) (Linux 6.19) */
	__u32 size;
	__u32 spare;
	__u64 ns_id; /* listns(2) returns only namespaces whose ids are greater than ns_id */
	__u32 ns_type;
	__u32 spare2;
	__u64 user_ns_id;
};

/* Call unshare(2) and setns(2). Return 0 or a negative errno. */
int sys_unshare(uint64_t flags) must_check;
int sys_setns(int fd, uint64_t flags) must_check;

/*
 * Open the user namespace that owns the namespace fd, or the parent namespace of fd (ioctl_ns(2)).
 * Return a descriptor (O_CLOEXEC, above 2), which the caller closes, or a negative errno: -EPERM if
 * the result is outside of the caller's hierarchy, -EINVAL if namespaces of this type have no
 * parent.
 */
int sys_ns_owner(int fd) must_check;
int sys_ns_parent(int fd) must_check;

/* Returns 1 if the caller is not in the initial user namespace, 0 if it is, or a negative errno if
 * /proc is missing. */
int sys_ns_in_userns(void) must_check;

/* Returns the CLONE_NEW* flag of the namespace fd (Linux 4.11), or a negative errno: -ENOTTY if fd
 * is another kind of file. */
int64_t sys_ns_type(int fd) must_check;

/* Sets *uid to the user id of the creator of a user namespace (Linux 4.11), as mapped in the
 * caller's user namespace. Returns 0 or a negative errno. */
int sys_ns_owner_uid(int fd, uid_t *uid) must_check;

/* Set *id to the 64-bit id of any namespace (NS_GET_ID, Linux 6.18) or of a mount namespace
 * (NS_GET_MNTNS_ID, Linux 6.11). Return 0, or -EOPNOTSUPP if the kernel has no such ids. */
int sys_ns_id(int fd, uint64_t *id) must_check;
int sys_ns_mnt_id(int fd, uint64_t *id) must_check;

/* Open the mount namespace whose id follows or precedes the id of fd (Linux 6.12). Return a
 * descriptor, which the caller closes, or a negative errno: -ENOENT if there is no such
 * namespace. */
int sys_ns_mnt_next(int fd) must_check;
int sys_ns_mnt_prev(int fd) must_check;

/* Opens the network namespace of a socket (SIOCGSKNS, Linux 4.10). Returns a descriptor, which the
 * caller closes, or a negative errno. */
int sys_ns_of_socket(int sock) must_check;

/* Returns 1 if fd is on the file system of namespaces (nsfs), 0 if not, or a negative errno. */
int sys_ns_is_nsfs(int fd) must_check;

/* Stores up to n ids of active namespaces that follow req->ns_id, in ascending order (listns(2),
 * Linux 6.19). Returns their number, 0 at the end, or a negative errno: -ENOSYS before Linux
 * 6.19. */
ssize_t sys_listns(const struct sys_ns_id_req *req, uint64_t *ids, size_t n) must_check;

/*
 * Opens a namespace by its 64-bit id through an nsfs file handle. Since Linux 6.19 the id is enough
 * (flag and inode may be 0); Linux 6.18 needs flag and inode, too. Returns a descriptor, which the
 * caller closes, -ESTALE if the namespace does not exist any more or the caller may not open it, or
 * -EOPNOTSUPP if the kernel has no such handles.
 */
int sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t inode) must_check;

/* Call sethostname(2) and setdomainname(2). Return 0 or a negative errno. */
int sys_sethostname(const char *name, size_t n) must_check;
int sys_setdomainname(const char *name, size_t n) must_check;

#endif
