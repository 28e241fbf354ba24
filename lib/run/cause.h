/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause: why the kernel refused, found out after the fact. Each function looks at e->errnum and
 * sets the hint of e, cause and cure, when it is certain; otherwise e stays as it was.
 */
#ifndef NSU_RUN_CAUSE_H
#define NSU_RUN_CAUSE_H

#include "base/nserr.h"

/* unshare(2) or clone3(2) with these CLONE_NEW* flags, or with none fork(2). Called in the process
 * that tried it. */
void cause_unshare(uint64_t types, struct nserr *e);

/* EAGAIN of an execve(2) behind a change of user, as of a fork(2): the user has too many
 * processes. */
void cause_nproc(struct nserr *e);

/* Use of path (a program, a directory to enter) that failed with EACCES: the directory, on the way
 * or at the end, that this process may not search. */
void cause_search(const char *path, struct nserr *e);

#endif
