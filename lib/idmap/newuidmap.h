/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newuidmap: writes maps with newuidmap(1) and newgidmap(1), which map subordinate ids for ordinary
 * users. */
#ifndef NSU_IDMAP_NEWUIDMAP_H
#define NSU_IDMAP_NEWUIDMAP_H

#include "idmap/idmap.h"

/*
 * Returns the name of a capability that the caller needs to write m itself from the parent
 * namespace but does not have. Returns NULL if the caller has all needed capabilities. Since Linux
 * 5.12, CAP_SETFCAP is needed to map id 0 of the parent.
 */
const char *newuidmap_lacking_cap(const struct idmaps *m);

/*
 * Checks that newuidmap(1) and newgidmap(1) can write m. Returns 0, or a negative errno with e set,
 * whose hint is the reason: not installed, not set-user-ID root, no_new_privs is set, or the caller
 * has no passwd entry (-EPERM).
 */
int newuidmap_check(const struct idmaps *m, struct nserr *e) must_check;

/*
 * Writes m to the map files of the process whose /proc directory is procfd; the caller must own
 * this process. Writes "deny" to setgroups if m says so, runs newuidmap(1) if the uid map has
 * extents and newgidmap(1) if the gid map has extents, waits for them, and verifies the result.
 * Returns 0, or a negative errno with e set to a message with the output of the program that
 * failed. Returns -EINTR if the process has ended, or if stop (a descriptor, or -1) has become
 * readable.
 */
int idmaps_write_helpers(int procfd, const struct idmaps *m, int stop, struct nserr *e) must_check;

#endif
