/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsfile: opens namespace files; no other file does. ns/socket opens those of sockets. */
#ifndef NSU_KERNEL_NSFILE_H
#define NSU_KERNEL_NSFILE_H

#include <sys/stat.h>

#include "base/nserr.h"

/*
 * A path such as /proc/PID/fd/N, or one in the mount namespace of another process, can lead to a
 * FIFO, a device or a file of a FUSE server by the time that it is opened. Opening these blocks or
 * has effects. Every function here identifies the file first, without opening it, and opens only
 * namespaces for reading.
 */

/* A /proc that was verified, and the device number of nsfs. */
struct nsfile_proc {
	int fd;
	bool owned; /* nsfile_proc_close() closes fd */
	uint32_t major, minor;
};

#define NSFILE_PROC_INIT ((struct nsfile_proc){ .fd = -1 })

/*
 * Opens and verifies /proc, or verifies the descriptor fd of a directory, which stays the caller's.
 * Returns 0, or a negative errno with e set: -ENOENT if it is no proc file system, -EXDEV if the
 * caller is no process of its pid namespace.
 */
int nsfile_proc_open(struct nsfile_proc *p, struct nserr *e) must_check;
int nsfile_proc_verify(struct nsfile_proc *p, int fd, struct nserr *e) must_check;
void nsfile_proc_close(struct nsfile_proc *p);

#define cleanup_nsfile_proc __attribute__((cleanup(nsfile_proc_close)))

/*
 * Identifies the file at dirfd/path, or dirfd itself if path is "", and sets st: its type in
 * stx_mode (0 if that may not be known) and its inode. Does not open the file and asks no file
 * server, so it does not block. Returns 1 for a namespace, 0 for another file, or a negative errno.
 */
int nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
		    struct statx *st) must_check;

/*
 * Opens the namespace file at dirfd/path for reading, following symbolic links. Returns a
 * descriptor (O_CLOEXEC, above 2), -ENOTTY if the file is no namespace, or another negative errno.
 */
int nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path) must_check;

/*
 * The same for a path of mountinfo, which contains no symbolic links; a link that was put there
 * later is not followed. If a file server would have to be asked on the way, it returns -EAGAIN
 * (from Linux 5.12 on; an older kernel asks it).
 */
int nsfile_open_mount(const struct nsfile_proc *p, int dirfd, const char *path) must_check;

/*
 * Opens a link that the kernel makes in the ns/ directory of a process: dirfd/path is
 * /proc/PID/ns/net or the like. It leads to a namespace, so it is opened at once. The caller has
 * verified that dirfd is a directory of a proc file system, or it is the caller's own /proc.
 * Returns a descriptor (O_CLOEXEC, above 2) or a negative errno.
 */
int nsfile_open_proc(int dirfd, const char *path) must_check;

#endif
