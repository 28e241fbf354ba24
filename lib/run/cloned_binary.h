/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cloned_binary: keeps the binary of a tool out of reach of the program that the tool executes. */
#ifndef NSU_RUN_CLONED_BINARY_H
#define NSU_RUN_CLONED_BINARY_H

#include "base/nserr.h"

/* Where the program will run, as seen from the caller. */
enum cloned_binary_user {
	CLONED_BINARY_SAME_USERNS, /* in the caller's user namespace */
	CLONED_BINARY_NEW_USERNS,  /* in a user namespace that the caller creates */
};

/*
 * Executes this binary again, with argv, from a copy that no process can write: a sealed memfd, or,
 * where memory files may not be executed (vm.memfd_noexec=2, Linux 6.3), a detached read-only
 * mount. Without it, a script "#!/proc/self/exe" in a foreign root, or /proc/PID/exe of a tool that
 * waits, gives the program a descriptor of the tool's binary on the host (CVE-2019-5736).
 *
 * Returns 0 without a second execution if the caller already runs from such a copy, or if the
 * program cannot write the binary: its owner is not mapped in the program's user namespace, and it
 * has no write permission for group or others and no ACL. Returns a negative errno with e set if no
 * copy can be made. Call it before anything is changed or read from a stream. Descriptors that the
 * caller inherited stay open; its own must be O_CLOEXEC.
 */
int cloned_binary_enter(char *const argv[], enum cloned_binary_user where,
			struct nserr *e) must_check;

#endif
