/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan: lists the numbered entries of directories in /proc: processes, threads, descriptors. */
#ifndef NSU_NS_SCAN_H
#define NSU_NS_SCAN_H

#include "base/util.h"

/* A list of numbers, which the caller keeps from one scan_dir() to the next and then frees. */
struct scan {
	int *id;
	size_t n, size;
};

/*
 * Reads the numbers that name entries of the directory dirfd/path, in the order of the kernel,
 * which is ascending. If `expected` is not 0, stops after that many, which saves the getdents64(2)
 * call that finds the end. Returns 0, or a negative errno; then s has the numbers read so far.
 */
int scan_dir(int dirfd, const char *path, size_t expected, struct scan *s) must_check;

/* Releases the list and empties it. */
void scan_free(struct scan *s);

/* Returns true if the error of a file below /proc/PID only means that the process has ended. */
static inline bool scan_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

#endif
