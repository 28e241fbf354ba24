/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cloned_binary: prevents the executed program from writing to the binary of the tool. */
#ifndef NSU_RUN_CLONED_BINARY_H
#define NSU_RUN_CLONED_BINARY_H

#include "base/nserr.h"

/* The user namespace in which the program will run. */
enum cloned_binary_user {
	CLONED_BINARY_SAME_USERNS, /* the program runs in the caller's user namespace */
	/* the program runs in a user namespace that the caller creates */
	CLONED_BINARY_NEW_USERNS,
};

/*
 * Executes this binary again, with the same argv, from a copy that no process can write to: a
 * sealed memfd or, if memfds may not be executed (vm.memfd_noexec=2, Linux 6.3), a detached
 * read-only mount. Without the copy, the program could open the tool's binary on the host: by a
 * script that begins with "#!/proc/self/exe" in the program's root directory, or by /proc/PID/exe
 * of a tool that waits (CVE-2019-5736).
 *
 * Returns 0 without a second execution if the caller already runs from such a copy, or if the
 * program cannot write to the binary: its owner is not mapped in the program's user namespace, its
 * group and others have no write permission, and it has no ACL. Returns a negative errno with e set
 * if the copy fails. Call this function before anything is changed and before a stream is read.
 * Descriptors that the caller inherited stay open; the caller's own descriptors must be O_CLOEXEC.
 */
int cloned_binary_enter(char *const argv[], enum cloned_binary_user where,
			struct nserr *e) must_check;

#endif
