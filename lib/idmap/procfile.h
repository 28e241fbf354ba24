/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmapio: reading and writing the maps of processes, through a descriptor of /proc/PID. */
#ifndef NSU_IDMAP_PROCFILE_H
#define NSU_IDMAP_PROCFILE_H

#include "idmap/idmap.h"

/*
 * Reads /proc/PID/{uid_map,gid_map} (and setgroups) of the process whose directory procfd is
 * (O_PATH will do; AT_FDCWD is not one). What is outside is told as the caller's user namespace
 * sees it; in the caller's own namespace as the parent sees it. An unwritten map has no extent.
 * 0, or a negative errno with e set: -ESRCH or -ENOENT when the process has gone.
 */
int idmap_read(int procfd, enum idmap_kind kind, struct idmap *m, struct nserr *e) must_check;
int idmaps_read(int procfd, struct idmaps *m, struct nserr *e) must_check;

/*
 * Writes setgroups first, then the maps with one write(2) each. With setgroups unset and no
 * CAP_SETGID it writes deny, without which the kernel takes no gid map. 0, or a negative errno
 * with e naming the file and, where it can be found out, the rule.
 */
int idmaps_write(int procfd, const struct idmaps *m, struct nserr *e) must_check;

/* Whether the maps of procfd now are m (joined and sorted), and setgroups what m says, where it
 * says something. 0, or a negative errno with e set when they are not. */
int idmaps_verify(int procfd, const struct idmaps *m, struct nserr *e) must_check;

enum idmap_way { IDMAP_DIRECT, IDMAP_HELPERS };

/*
 * Whether the caller, still in the parent namespace, may write m directly, or newuidmap and
 * newgidmap must; -EPERM with e set when both cannot be.
 */
int idmaps_way(const struct idmaps *m, enum idmap_way *way, struct nserr *e) must_check;

/*
 * Runs newuidmap(1) and newgidmap(1), each where there is a map for it, with all extents, for a
 * process that must be owned by the caller. Forks, and waits until they end; -EINTR when the
 * process has ended before, or stop (a descriptor, or -1) has something to read. setgroups is
 * written first when m says deny. What the programs say on standard error becomes part of the
 * sentence, and what they did is verified.
 */
int idmaps_write_helpers(int procfd, const struct idmaps *m, int stop, struct nserr *e) must_check;

#endif
