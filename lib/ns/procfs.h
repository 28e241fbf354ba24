/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs: builds paths below /proc and reads the files of a process. The caller passes /proc as a
 * descriptor, so that tests can pass a directory tree instead. */
#ifndef NSU_NS_PROCFS_H
#define NSU_NS_PROCFS_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "kernel/proc_stat.h"
#include "ns/type.h"

/* A path below /proc, built without printf(3): "PID/", "PID/task/TID/", … */
struct procfs_path {
	char s[64];
	/* length of the part of the path that procfs_path_set*() has set; procfs_path_at() appends
	 * to this part */
	size_t len;
};

/* Store the path "PID/", "PID/fd/FD" or "PID/task/TID/" in p. */
void procfs_path_set(struct procfs_path *p, pid_t pid);
void procfs_path_set_fd(struct procfs_path *p, pid_t pid, int fd);
void procfs_path_set_task(struct procfs_path *p, pid_t pid, pid_t tid);

/* Appends name to the part that procfs_path_set*() set, and drops any earlier name. Returns the
 * path, which belongs to p. */
const char *procfs_path_at(struct procfs_path *p, const char *name);

/* Opens the directory `root` to read processes from it. If root is "/proc", verifies that the
 * directory is a proc file system of the caller's pid namespace. Returns a descriptor, which the
 * caller closes, or a negative errno with e set. */
int procfs_open(const char *root, struct nserr *e) must_check;

/* Sets *inode to the inode of the namespace to which the link dirfd/path refers. Returns 0, or a
 * negative errno: -EIO if the link does not refer to a namespace of the type `type`. */
int procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *inode) must_check;

/* Read the stat file of a process into *st, or its effective user id into *uid. Return 0 or a
 * negative errno. */
int procfs_read_stat(int proc, pid_t pid, struct proc_stat *st) must_check;
int procfs_read_uid(int proc, pid_t pid, uid_t *uid) must_check;

/*
 * procfs_open_loadavg() opens the file loadavg in the /proc directory `proc` and returns its
 * descriptor, which the caller closes. procfs_count_threads() sets *n to the number of threads on
 * the machine, which it reads from this descriptor, and returns 0. Both return a negative errno
 * after a failure.
 */
int procfs_open_loadavg(int proc) must_check;
int procfs_count_threads(int loadavg, uint64_t *n) must_check;

/* limit in bytes for procfs_read_cmdline(); longer command lines are truncated */
#define PROCFS_CMDLINE_MAX 65536

/* Appends to out the arguments in the command line of a process, separated by blanks. The command
 * line of kernel threads and zombies is empty. Returns 0 or a negative errno. */
int procfs_read_cmdline(int proc, pid_t pid, struct buf *out) must_check;

#endif
