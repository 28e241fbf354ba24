/* SPDX-License-Identifier: GPL-2.0-or-later */
/* newuidmap: maps written by newuidmap(1) and newgidmap(1), which map subordinate ids for ordinary
 * users. */
#ifndef NSU_IDMAP_NEWUIDMAP_H
#define NSU_IDMAP_NEWUIDMAP_H

#include "idmap/idmap.h"

/* Returns the name of a capability that the caller lacks to write m itself from the parent
 * namespace, or NULL. CAP_SETFCAP is needed to map id 0 of the parent (Linux 5.12). */
const char *newuidmap_lacking_cap(const struct idmaps *m);

/* Returns 0 if the programs can write m, or a negative errno with e set and the reason as its hint:
 * not installed, not setuid, no_new_privs is set, or the caller has no passwd entry (-EPERM). */
int newuidmap_check(const struct idmaps *m, struct nserr *e) must_check;

/*
 * Runs newuidmap(1) and newgidmap(1), each where there is a map for it, with all extents, for a
 * process that must be owned by the caller. Forks, and waits until they end; -EINTR when the
 * process has ended before, or stop (a descriptor, or -1) has something to read. setgroups is
 * written first when m says deny. What the programs say on standard error becomes part of the
 * sentence, and what they did is verified.
 */
int idmaps_write_helpers(int procfd, const struct idmaps *m, int stop, struct nserr *e) must_check;

#endif
