/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_stat: declares stat(2) and statx(2), also for C libraries that lack statx() or whose struct
 * statx lacks stx_mnt_id (Linux 5.8). */
#ifndef NSU_KERNEL_SYS_STAT_H
#define NSU_KERNEL_SYS_STAT_H

#include <sys/stat.h>

#if !HAVE_STRUCT_STATX_STX_MNT_ID
#include <sys/syscall.h>
#include <unistd.h>

/* musl 1.2.5 declares statx() with a structure that lacks stx_mnt_id, so the structure of the
 * kernel gets another name here */
#define statx           kernel_statx
#define statx_timestamp kernel_statx_timestamp
#include <linux/stat.h>

static inline int kernel_statx(int dirfd, const char *path, int flags, unsigned mask,
			       struct statx *st)
{
	return (int)syscall(SYS_statx, dirfd, path, flags, mask, st);
}
#endif

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000 /* mount id from statx(2), since Linux 5.8 */
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000 /* unique mount id from statx(2), since Linux 6.8 */
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000 /* the file is the root of a mount, since Linux 5.8 */
#endif

/* musl does not define these masks of permission bits */
#ifndef ACCESSPERMS
#define ACCESSPERMS 0777
#define ALLPERMS    07777
#endif

#endif
