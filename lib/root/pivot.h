/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pivot: makes the new root the root of the mount namespace, and verifies that the old root is not
 * reachable. */
#ifndef NSU_ROOT_PIVOT_H
#define NSU_ROOT_PIVOT_H

#include "root/tree.h"

/*
 * Checks that the caller is not in the initial mount namespace of the host, which is the mount
 * namespace of process 1 of the initial pid namespace. Returns 0, or -EPERM with e set if the
 * caller is in this namespace or if this cannot be determined.
 */
int root_pivot_check_ns(struct nserr *e) must_check;

/*
 * Checks that no process in the new root's /proc could reach the old root after the pivot. The root
 * and working directory of each process must be "/", which pivot_root(2) changes, or the caller
 * must have no permission to open these directories. Returns 0, -EBUSY or another negative errno
 * with e set.
 */
int root_pivot_check_processes(const struct root *r, struct nserr *e) must_check;

/*
 * Checks that the new root contains the program: a path, a path relative to the directory cwd, or a
 * name that is searched in the directories of the environment variable PATH. Returns 0 if the new
 * root contains the program or if only execve(2) can find this out, or a negative errno with e set;
 * the exit status in e is 126 or 127.
 */
int root_pivot_check_program(const struct root *r, const char *cwd, const char *program,
			     struct nserr *e) must_check;

/*
 * Attaches the tree and calls pivot_root(2). Moves the old root to the path put_old in the new
 * root. If put_old is NULL, detaches the old root and verifies that it is not mounted any more.
 * Afterwards "/" and the working directory are the new root. Returns 0, or a negative errno with e
 * set.
 */
int root_pivot(struct root *r, const char *put_old, struct nserr *e) must_check;

/* If one of the descriptors 0 to 2 is /dev/null of the old root, replaces it by /dev/null of the
 * new root. Returns 0, or a negative errno with e set. Fails also if one of these descriptors is a
 * directory. */
int root_pivot_std_fds(struct nserr *e) must_check;

#endif
