/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan: lists the numbered entries of directories in /proc: processes, threads, descriptors. */
#ifndef NSU_NS_SCAN_H
#define NSU_NS_SCAN_H

#include "base/util.h"

/* The numbers that scan_dir() has found. The caller can pass the same structure to several calls of
 * scan_dir(), and frees it at the end with scan_free(). */
struct scan {
	int *id;
	size_t n, size;
};

/*
 * Reads into s the numbers that name entries of the directory dirfd/path, in the order of the
 * kernel, which is ascending. If `expected` is not 0, stops after that many numbers, which saves
 * the last getdents64(2) call. Returns 0 or a negative errno. After an error, s contains the
 * numbers that were read before the error.
 */
int scan_dir(int dirfd, const char *path, size_t expected, struct scan *s) must_check;

/* Frees the list and empties it. */
void scan_free(struct scan *s);

/* Returns true if err, the error with which a file below /proc/PID could not be opened or read,
 * only means that the process has ended. */
static inline bool scan_gone(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

#endif
