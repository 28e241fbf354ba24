/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procstat: what proc_pid_stat(5) tells of a process. */
#ifndef NSU_KERNEL_PROC_STAT_H
#define NSU_KERNEL_PROC_STAT_H

#include <sys/types.h>

#include "base/nserr.h"
#include "base/util.h"

struct proc_stat {
	pid_t ppid;     /* 0 for one outside of the pid namespace of that /proc */
	uint64_t start; /* clock ticks after boot, as the caller's time namespace sees them */
	char state;
	bool kthread;
	bool never_ran; /* ends, or has ended, without an exec since fork(2) */
	char comm[64];  /* the kernel gives kernel threads more than the 15 bytes of the others */
	size_t comm_len;
};

/* Reads dirfd/path, the file stat of a process or thread. 0, or a negative errno: -ENOENT or -ESRCH
 * when it has ended and is gone, -EIO for what is not understood. */
int proc_stat_read(int dirfd, const char *path, struct proc_stat *st) must_check;

/* Takes apart the text of such a file. Returns 0 or -EIO. Pure. */
int proc_stat_parse(const char *text, struct proc_stat *st) must_check;

/* Checks that /proc shows the caller's own pid namespace: in another one a number means another
 * process. Returns 0, or a negative errno with e set: -ENOENT without a /proc, -EXDEV. */
int proc_stat_check(struct nserr *e) must_check;

/* Checks that fd is in a proc file system. Returns 0, or a negative errno with e set: -ENOENT for
 * another file system. It does not say of which pid namespace. */
int proc_stat_check_fs(int fd, struct nserr *e) must_check;

/* Sets e to the message about a /proc of another pid namespace, and returns -EXDEV. */
int proc_stat_refuse(struct nserr *e);

/* The /proc directory (O_PATH) of a process that the caller has made and not waited for, or a
 * negative errno with e set. */
int proc_stat_open(pid_t pid, struct nserr *e) must_check;

/* Whether it has ended and is only waited for. */
static inline bool proc_stat_is_dead(const struct proc_stat *st)
{
	return st->state == 'Z' || st->state == 'X';
}

#endif
