/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfile: reads and writes the id maps of a process through a descriptor of its /proc
 * directory. */
#ifndef NSU_IDMAP_PROCFILE_H
#define NSU_IDMAP_PROCFILE_H

#include "idmap/idmap.h"

/*
 * Read /proc/PID/{uid_map,gid_map} and, in idmaps_read(), setgroups. procfd is a descriptor of the
 * /proc directory of the process; O_PATH is enough, AT_FDCWD is invalid. The outside ids are ids of
 * the caller's user namespace or, for a process in the caller's user namespace, ids of the parent.
 * A map that is not written yet has no extents. Return 0, or a negative errno with e set and m
 * empty: -ESRCH or -ENOENT if the process has ended. The caller frees m.
 */
int idmap_read(int procfd, enum idmap_kind kind, struct idmap *m, struct nserr *e) must_check;
int idmaps_read(int procfd, struct idmaps *m, struct nserr *e) must_check;

/* Returns the state in the setgroups file of the process, or IDMAP_SETGROUPS_UNSET if this file
 * cannot be read. Kernels before 3.19 lack the file and always allow setgroups(2). */
enum idmap_setgroups idmap_read_setgroups(int procfd);

/* Writes the state of setgroups unless it is unset, and then each map that has extents. Each file
 * is written by one write(2). Returns 0, or a negative errno with e naming the file and, if it can
 * be determined, the kernel rule that was violated. */
int idmaps_write(int procfd, const struct idmaps *m, struct nserr *e) must_check;

/* Compares the maps of a process with m. Compares setgroups, too, unless it is unset in m. Returns
 * 0, or a negative errno with e set if they differ (-EIO for a map) or cannot be read. */
int idmaps_verify(int procfd, const struct idmaps *m, struct nserr *e) must_check;

#endif
