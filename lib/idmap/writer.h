/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writer: chooses the process that writes the maps of a user namespace (user_namespaces(7)). */
#ifndef NSU_IDMAP_WRITER_H
#define NSU_IDMAP_WRITER_H

#include "idmap/idmap.h"

enum idmap_writer {
	/* a process in the new namespace, which can map only its own ids unless it is privileged */
	IDMAP_BY_CHILD,
	IDMAP_BY_PARENT,  /* a process in the parent namespace that has the required capabilities */
	IDMAP_BY_HELPERS, /* newuidmap(1) and newgidmap(1), run in the parent namespace */
};

/*
 * Sets m->setgroups to "deny" if it is unset, the gid map contains only `gid`, the gid of the
 * writer, and the caller lacks CAP_SETGID. The kernel accepts such a map only after setgroups(2)
 * was denied (Linux 3.19). Must be called in the parent namespace. Returns 0, or a negative errno
 * with e set if the capabilities cannot be read.
 */
int idmaps_settle_setgroups(struct idmaps *m, gid_t gid, struct nserr *e) must_check;

/*
 * Sets *w to the writer of m for a process in a child namespace: IDMAP_BY_PARENT if the caller may
 * write m itself, otherwise IDMAP_BY_HELPERS. Returns 0, or -EPERM with e set if the helpers cannot
 * work either (not installed, not set-user-ID, no_new_privs is set, or no passwd entry).
 */
int idmaps_choose_writer(const struct idmaps *m, enum idmap_writer *w, struct nserr *e) must_check;

/*
 * Prepares m for a user namespace that a process with the effective ids uid and gid will create as
 * a child of the caller's. Sets m->setgroups if needed, sets *w to the writer, and splits the
 * extents at the limits of the caller's own map. by_child must be false if this process will be
 * undumpable, because it then cannot open its own map files (proc(5)); IDMAP_BY_CHILD is not chosen
 * in this case. Returns 0, or a negative errno with e set.
 */
int idmaps_prepare(struct idmaps *m, uid_t uid, gid_t gid, bool by_child, enum idmap_writer *w,
		   struct nserr *e) must_check;

/*
 * Writes m to the map files of the process whose /proc directory is procfd. If w is
 * IDMAP_BY_HELPERS, calls idmaps_write_helpers(procfd, m, stop, e), which also verifies the result;
 * otherwise calls idmaps_write(). Returns 0, or a negative errno with e set.
 */
int idmaps_write_by(enum idmap_writer w, int procfd, const struct idmaps *m, int stop,
		    struct nserr *e) must_check;

#endif
