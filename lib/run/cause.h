/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause: finds out after a failure why the kernel refused a call. Each function examines e->errnum
 * and sets the hint of e if the reason is certain; otherwise e stays as it was.
 */
#ifndef NSU_RUN_CAUSE_H
#define NSU_RUN_CAUSE_H

#include "base/nserr.h"

/* Explains unshare(2) or clone3(2) with these CLONE_NEW* flags, or fork(2) without flags. Call it
 * in the process that failed. */
void cause_unshare(uint64_t types, struct nserr *e);

/* Explains EAGAIN of fork(2), or of execve(2) after a change of user: the user has too many
 * processes. */
void cause_nproc(struct nserr *e);

/* Explains EACCES for path (a program, a directory to enter): names the directory, on the way or at
 * the end, that this process may not search. */
void cause_search(const char *path, struct nserr *e);

#endif
