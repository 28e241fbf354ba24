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
 * Checks that no process in the new root's /proc could lead the program back to the old root after
 * the pivot. A process passes this check if its root and working directory are "/", because
 * pivot_root(2) changes both, or if the caller has no permission to open these directories. Returns
 * 0, -EBUSY with e set if a process fails the check, or another negative errno with e set.
 */
int root_pivot_check_processes(const struct root *r, struct nserr *e) must_check;

/*
 * Checks that the new root contains the program: a path, a path relative to the directory cwd, or a
 * name that is searched in the directories of the environment variable PATH. Returns 0 if the new
 * root contains the program, or if this cannot be determined before execve(2). Otherwise returns a
 * negative errno with e set; e then contains the exit status 126 or 127.
 */
int root_pivot_check_program(const struct root *r, const char *cwd, const char *program,
			     struct nserr *e) must_check;

/*
 * Mounts the new root on the old "/", unless it is mounted there already, and calls pivot_root(2).
 * Moves the old root to the path put_old in the new root. If put_old is NULL, detaches the old root
 * and verifies that it is not mounted any more. Afterwards "/" and the working directory are the
 * new root. Returns 0, or a negative errno with e set.
 */
int root_pivot(struct root *r, const char *put_old, struct nserr *e) must_check;

/* Replaces each of the descriptors 0 to 2 that is /dev/null of the old root by /dev/null of the new
 * root, if that exists. Returns 0, or a negative errno with e set. Also fails if one of these
 * descriptors refers to a directory. */
int root_pivot_std_fds(struct nserr *e) must_check;

#endif
