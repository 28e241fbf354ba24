/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsproc: what /proc tells about one process. The root is a descriptor, so that a fixture tree
 * does. */
#ifndef NSU_NS_PROCFS_H
#define NSU_NS_PROCFS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "kernel/proc_stat.h"
#include "ns/type.h"

/* Names below /proc are built here without printf(3): "PID/", "PID/task/TID/", … */
struct procfs_path {
	char s[64];
	size_t len; /* of what procfs_path_set() wrote; the rest is appended by procfs_path_at() */
};

void procfs_path_set(struct procfs_path *p, pid_t pid);
void procfs_path_set_fd(struct procfs_path *p, pid_t pid, int fd); /* whole */
void procfs_path_set_task(struct procfs_path *p, pid_t pid, pid_t tid);
const char *procfs_path_at(struct procfs_path *p, const char *name);

/*
 * Opens a proc tree and makes sure that it is one, and that of the caller's own pid namespace when
 * root is "/proc". A descriptor, or a negative errno with e set.
 */
int procfs_open(const char *root, struct nserr *e) must_check;

struct procfs_ids {
	int *id;
	size_t n, size;
};

/*
 * The numbers that name entries of directory fd: processes, threads or descriptors, in the order of
 * the kernel (ascending). One large getdents64(2) where it fits; expected, when not 0, is how many
 * there are, which saves the call that finds the end. 0 or a negative errno.
 */
int procfs_numbers(int fd, size_t expected, struct procfs_ids *out) must_check;
void procfs_ids_free(struct procfs_ids *ids);

/* Whether an error of a file below /proc/PID only says that the process has ended. */
static inline bool procfs_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

/* Inode of the namespace link at dirfd/path. 0 or a negative errno. */
int procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *inode) must_check;

/* All of these: 0 or a negative errno. */
int procfs_read_stat(int proc, pid_t pid, struct proc_stat *st) must_check;
int procfs_read_uid(int proc, pid_t pid, uid_t *uid) must_check;

#define PROCFS_CMDLINE_MAX 65536 /* longer command lines are cut */

/*
 * Appends the command line, arguments separated by blanks; nothing for a kernel thread or a zombie.
 */
int procfs_read_cmdline(int proc, pid_t pid, struct buf *out) must_check;

#endif
