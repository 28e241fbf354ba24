/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_stat: reads proc_pid_stat(5) and verifies /proc. */
#ifndef NSU_KERNEL_PROC_STAT_H
#define NSU_KERNEL_PROC_STAT_H

#include <sys/types.h>

#include "base/nserr.h"
#include "base/util.h"

struct proc_stat {
	pid_t ppid;     /* 0 if the parent is outside the pid namespace of that /proc */
	uint64_t start; /* clock ticks after boot, as the caller's time namespace sees them */
	char state;
	bool kthread;
	bool never_ran; /* is ending, or has ended, without an exec since fork(2) */
	char comm[64];  /* the kernel gives kernel threads more than the 15 bytes of the others */
	size_t comm_len;
};

/* Reads dirfd/path, the stat file of a process or thread. Returns 0, or a negative errno: -ENOENT
 * or -ESRCH if the process is gone, -EIO for an invalid file. */
int proc_stat_read(int dirfd, const char *path, struct proc_stat *st) must_check;

/* Parses the text of such a file. Returns 0 or -EIO. Has no side effects. */
int proc_stat_parse(const char *text, struct proc_stat *st) must_check;

/* Checks that /proc shows the caller's own pid namespace, because a number means another process in
 * another namespace. Returns 0, or a negative errno with e set: -ENOENT without a /proc, -EXDEV if
 * /proc shows another pid namespace. */
int proc_stat_check(struct nserr *e) must_check;

/* Checks that fd is in a proc file system. Returns 0, or a negative errno with e set: -ENOENT for
 * another file system. It does not check the pid namespace. */
int proc_stat_check_fs(int fd, struct nserr *e) must_check;

/* Sets e to the message about a /proc of another pid namespace, and returns -EXDEV. */
int proc_stat_refuse(struct nserr *e);

/* Opens the /proc directory (O_PATH) of a child that the caller has not waited for. Returns a
 * descriptor, or a negative errno with e set. */
int proc_stat_open(pid_t pid, struct nserr *e) must_check;

/* Returns true if the process has ended and its parent has not waited for it. */
static inline bool proc_stat_is_dead(const struct proc_stat *st)
{
	return st->state == 'Z' || st->state == 'X';
}

#endif
