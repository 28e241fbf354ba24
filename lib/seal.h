/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seal: the binary of a tool kept from a program that is trusted less than the tool. */
#ifndef NSU_SEAL_H
#define NSU_SEAL_H

#include "nserr.h"

/*
 * Executes this binary again from a sealed copy in memory, with the same arguments, unless it runs
 * from one already. A file in a foreign root that begins with "#!/proc/self/exe" makes the kernel
 * execute the binary that is about to execute it; what then runs may open that for writing when it
 * is no longer busy. To be called before anything is changed; what is held by then must be
 * close-on-exec. Returns 0 in the copy, or a negative errno with e set.
 */
int seal_self(char *const argv[], struct nserr *e) must_check;

#endif
