/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfile: reads and writes the maps of a process through a descriptor of its /proc directory. */
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
 * Writes setgroups, unless it is unset, and then the maps with one write(2) each. Returns 0, or a
 * negative errno with e set: the file and, if it can be found out, the kernel rule that was broken.
 */
int idmaps_write(int procfd, const struct idmaps *m, struct nserr *e) must_check;

/* Whether the maps of procfd now are m (joined and sorted), and setgroups what m says, where it
 * says something. 0, or a negative errno with e set when they are not. */
int idmaps_verify(int procfd, const struct idmaps *m, struct nserr *e) must_check;

#endif
