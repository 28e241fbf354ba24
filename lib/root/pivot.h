/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootpivot: entering the new root for good, and the old one gone. */
#ifndef NSU_ROOT_PIVOT_H
#define NSU_ROOT_PIVOT_H

#include "root/tree.h"

/*
 * Whether this is the mount namespace of the machine (that of process 1 of the initial pid
 * namespace): 0 when it is not, -EPERM with e set when it is or when nobody can tell.
 */
int root_pivot_check_ns(struct nserr *e) must_check;

/*
 * That no process which the new root's /proc shows would keep the old root within reach: each has
 * its root and working directory at "/", which pivot_root(2) moves along, or they cannot be opened
 * by us. 0 or -EBUSY with e set.
 */
int root_pivot_check_processes(const struct root *r, struct nserr *e) must_check;

/*
 * That the new root has the program (a path, one relative to the directory cwd, or a name that the
 * PATH of the environment leads to), as far as anything but execve(2) can tell. 0 or a negative
 * errno with e set, exit status included.
 */
int root_pivot_check_program(const struct root *r, const char *cwd, const char *program,
			     struct nserr *e) must_check;

/*
 * Attaches the tree and pivots. put_old: where in the new root the old one is put, NULL to detach
 * it and verify that it is gone. Afterwards "/" and the working directory are the new root,
 * verified.
 */
int root_pivot(struct root *r, const char *put_old, struct nserr *e) must_check;

/* Descriptors 0 to 2 that are the old root's /dev/null become the new one's; none may be a
 * directory. */
int root_pivot_std_fds(struct nserr *e) must_check;

#endif
