/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pivot: makes the new root the root of the mount namespace, and verifies that the old root is
 * gone. */
#ifndef NSU_ROOT_PIVOT_H
#define NSU_ROOT_PIVOT_H

#include "root/tree.h"

/*
 * Returns 0 if this is not the mount namespace of the machine, which is that of process 1 of the
 * initial pid namespace. Returns -EPERM with e set if it is, or if this cannot be determined.
 */
int root_pivot_check_ns(struct nserr *e) must_check;

/*
 * Returns 0 if no process that the new root's /proc shows could reach the old root after the pivot:
 * each has its root and working directory at "/", which pivot_root(2) changes, or we may not open
 * them. Otherwise returns -EBUSY or another negative errno with e set.
 */
int root_pivot_check_processes(const struct root *r, struct nserr *e) must_check;

/*
 * Returns 0 if the new root contains the program: a path, a path relative to the directory cwd, or
 * a name that is found in the PATH of the environment. A program that only execve(2) can judge
 * passes. Otherwise returns a negative errno and sets e with the exit status 126 or 127.
 */
int root_pivot_check_program(const struct root *r, const char *cwd, const char *program,
			     struct nserr *e) must_check;

/*
 * Attaches the tree and pivots. Moves the old root to the path put_old of the new root, or, if
 * put_old is NULL, detaches it and verifies that it is gone. Afterwards "/" and the working
 * directory are the new root. Returns 0 or a negative errno with e set.
 */
int root_pivot(struct root *r, const char *put_old, struct nserr *e) must_check;

/* Replaces the old root's /dev/null on descriptors 0 to 2 by that of the new root. Returns 0, or a
 * negative errno with e set, also if one of these descriptors is a directory. */
int root_pivot_std_fds(struct nserr *e) must_check;

#endif
