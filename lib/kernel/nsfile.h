/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsfile: opens the files of namespaces. No other source file opens namespaces, except ns/socket,
 * which opens the network namespaces of sockets. */
#ifndef NSU_KERNEL_NSFILE_H
#define NSU_KERNEL_NSFILE_H

#include "base/nserr.h"
#include "kernel/sys_stat.h"

/*
 * A path such as /proc/PID/fd/N, or a path in another mount namespace, may lead to a FIFO, a device
 * or a file of a FUSE server by the time it is opened. Opening such a file can block or have side
 * effects. So the functions here, except nsfile_open_proc(), first identify the file without
 * opening it, and open it for reading only if it is a namespace.
 */

/* A /proc directory that was verified, and the device number of nsfs, the file system of
 * namespaces. */
struct nsfile_proc {
	int fd;
	bool owned; /* true if nsfile_proc_close() must close fd */
	uint32_t major, minor;
};

#define NSFILE_PROC_INIT ((struct nsfile_proc){ .fd = -1 })

/*
 * Open and verify /proc, or verify the directory descriptor fd, which the caller still owns. Return
 * 0, or a negative errno with e set: -ENOENT if the directory is not on a proc file system, -EXDEV
 * if it shows a pid namespace that the caller is not in.
 */
int nsfile_proc_open(struct nsfile_proc *p, struct nserr *e) must_check;
int nsfile_proc_verify(struct nsfile_proc *p, int fd, struct nserr *e) must_check;
void nsfile_proc_close(struct nsfile_proc *p);

#define cleanup_nsfile_proc __attribute__((cleanup(nsfile_proc_close)))

/*
 * Identifies the file at dirfd/path, or dirfd itself if path is "". Sets st->stx_mode to the file
 * type, or to 0 if the caller has no permission to read it, as on another user's FUSE mount, and
 * st->stx_ino to the inode. Does not open the file and sends no request to a file server, so it
 * does not block. Returns 1 for a namespace, 0 for another file, or a negative errno.
 */
int nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
		    struct statx *st) must_check;

/*
 * Opens the namespace file at dirfd/path for reading and follows symbolic links. Returns a
 * descriptor (O_CLOEXEC, above 2), which the caller closes, -ENOTTY if the file is not a namespace,
 * or another negative errno.
 */
int nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path) must_check;

/*
 * Opens the namespace file at a path from mountinfo. Such a path has no symbolic links, so none is
 * followed. If the path cannot be resolved without a request to a file server, returns -EAGAIN
 * (since Linux 5.12; older kernels send the request). Otherwise returns the same values as
 * nsfile_open().
 */
int nsfile_open_mount(const struct nsfile_proc *p, int dirfd, const char *path) must_check;

/*
 * Opens a link in the ns/ directory of a process; dirfd/path is, for example, /proc/PID/ns/net. The
 * kernel makes these links and they always lead to a namespace, so the file is not identified
 * first. dirfd must be the caller's own /proc, or a directory that the caller has verified to be on
 * a proc file system. Returns a descriptor (O_CLOEXEC, above 2), which the caller closes, or a
 * negative errno.
 */
int nsfile_open_proc(int dirfd, const char *path) must_check;

#endif
