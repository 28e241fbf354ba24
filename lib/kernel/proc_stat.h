/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_stat: reads the stat files of processes (proc_pid_stat(5)), and verifies /proc. */
#ifndef NSU_KERNEL_PROC_STAT_H
#define NSU_KERNEL_PROC_STAT_H

#include <poll.h>
#include <sys/types.h>

#include "base/nserr.h"
#include "base/util.h"

struct proc_stat {
	/* pid of the parent; 0 if the parent is outside of the pid namespace of this /proc */
	pid_t ppid;
	/* start time in clock ticks after boot, on the clock of the reader's time namespace if
	 * proc_stat_is_moved() returns true */
	uint64_t start;
	char state;
	bool kthread;
	/* the process is ending or has ended, and has not called execve(2) since fork(2) */
	bool never_ran;
	/* name of the process; only names of kernel threads are longer than 15 bytes */
	char comm[64];
	size_t comm_len;
};

/* Reads the stat file dirfd/path of a process or thread into *st. Returns 0, or a negative errno:
 * -ENOENT or -ESRCH if the process has ended, -EIO if the file is invalid. */
int proc_stat_read(int dirfd, const char *path, struct proc_stat *st) must_check;

/* Parses the text of a stat file into *st. Returns 0 or -EIO. Has no side effects. */
int proc_stat_parse(const char *text, struct proc_stat *st) must_check;

/*
 * Checks that /proc shows the caller's own pid namespace, because the same pid belongs to different
 * processes in different pid namespaces. Returns 0, or a negative errno with e set: -ENOENT if
 * /proc is missing, -EXDEV if /proc shows another pid namespace.
 */
int proc_stat_check(struct nserr *e) must_check;

/* Checks that fd is on a proc file system. Does not check which pid namespace this file system
 * shows. Returns 0, or a negative errno with e set: -ENOENT for another file system. */
int proc_stat_check_fs(int fd, struct nserr *e) must_check;

/* Sets e to the message that /proc shows another pid namespace, and returns -EXDEV. */
int proc_stat_refuse(struct nserr *e);

/* Opens the /proc directory (O_PATH) of a child that the caller has not waited for. Returns a
 * descriptor, which the caller closes, or a negative errno with e set. */
int proc_stat_open(pid_t pid, struct nserr *e) must_check;

/* Returns true if the process has ended and its parent has not waited for it. */
static inline bool proc_stat_is_dead(const struct proc_stat *st)
{
	return st->state == 'Z' || st->state == 'X';
}

/* Returns true if the process whose /proc directory is procfd has ended, also if it is a zombie.
 * Returns false if the state cannot be read although the process exists. */
bool proc_stat_has_ended(int procfd);

/*
 * Like poll(2) without a time limit, waits for events of the n descriptors in p. Unless procfd is
 * negative, also ends when the process whose /proc directory is procfd has ended, and checks this
 * ten times a second. It is for a process without a pidfd (a seccomp filter denies them). Returns
 * the number of descriptors with events, 0 if the process has ended, or a negative errno. A signal
 * does not end the wait.
 */
int proc_stat_poll(struct pollfd *p, nfds_t n, int procfd) must_check;

/*
 * Returns true if /proc shows times on the boottime clock of the reader's namespace, as Linux 5.11
 * and later do for start times and for btime in /proc/stat (proc_stat(5)). btime is the real time
 * at which the clock of /proc was zero. `seconds` is the offset of this clock. Also returns true if
 * the offset is 0 or if btime cannot be read.
 */
bool proc_stat_is_moved(int64_t seconds);

#endif
