/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause: finds out why the kernel refused a call. Each function examines e->errnum and the state of
 * the caller, and sets the hint of e if the reason is certain. Otherwise the function does not
 * change e.
 */
#ifndef NSU_RUN_CAUSE_H
#define NSU_RUN_CAUSE_H

#include "base/nserr.h"

/* Explains a failure of unshare(2) or clone3(2) with these CLONE_NEW* flags, or of fork(2) if types
 * is 0. Must be called in the process whose call failed. */
void cause_unshare(uint64_t types, struct nserr *e);

/* The hint for ENOMEM of fork(2) in a process whose children are created in another pid namespace
 * (pid_for_children). No process can be created in a pid namespace after its process 1 has ended
 * (pid_namespaces(7)). */
#define CAUSE_ENDED_PIDNS \
	"create a new pid namespace: this one has ended, because its process 1 has ended"

/* Explains EAGAIN of fork(2), or of execve(2) after a change of user id: the user has reached
 * RLIMIT_NPROC. */
void cause_nproc(struct nserr *e);

/* Explains EACCES for path, which names a program or a directory to enter. The hint names the
 * directory in path for which this process has no search permission. */
void cause_search(const char *path, struct nserr *e);

/* Explains a failure of execve(2) for path. Recognizes, among other reasons, a directory without
 * search permission, a file without execute permission, a noexec mount, a missing interpreter or
 * loader, and a binary for another architecture. */
void cause_exec(const char *path, struct nserr *e);

/* Returns true if the file may be a script without "#!": its first line names no interpreter and
 * has no NUL byte, it is not empty, and it is not an ELF file. Also returns true if the file cannot
 * be read. */
bool cause_is_text(const char *path);

#endif
