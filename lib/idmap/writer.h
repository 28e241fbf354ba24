/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writer: decides which process writes the maps of a user namespace, user_namespaces(7). */
#ifndef NSU_IDMAP_WRITER_H
#define NSU_IDMAP_WRITER_H

#include "idmap/idmap.h"

enum idmap_writer {
	IDMAP_BY_CHILD,   /* a process in the new namespace: its own ids only, without privilege */
	IDMAP_BY_PARENT,  /* a process in the parent namespace that has the capabilities */
	IDMAP_BY_HELPERS, /* newuidmap(1) and newgidmap(1), run in the parent namespace */
};

/*
 * Sets m->setgroups to "deny" if it is unset, the gid map consists of the writer's own gid and the
 * caller lacks CAP_SETGID: the kernel accepts such a map only after setgroups(2) is denied (Linux
 * 3.19). Call it in the parent namespace. Returns 0, or a negative errno with e set if the
 * capabilities cannot be read.
 */
int idmaps_settle_setgroups(struct idmaps *m, gid_t gid, struct nserr *e) must_check;

/*
 * Chooses the writer for a process in a child namespace of the caller's: IDMAP_BY_PARENT if the
 * caller may write m itself, otherwise IDMAP_BY_HELPERS. Returns 0, or -EPERM with e set if the
 * helpers cannot work either (not installed, not setuid, no_new_privs, no passwd entry).
 */
int idmaps_choose_writer(const struct idmaps *m, enum idmap_writer *w, struct nserr *e) must_check;

/*
 * Prepares m for a user namespace that a process with the effective ids uid and gid will create as
 * a child of the caller's: settles setgroups, chooses the writer among all three (without by_child
 * never IDMAP_BY_CHILD: a process that is not dumpable cannot open its own map files, proc(5)), and
 * splits the extents where those of the caller's own map begin and end. Returns 0, or a negative
 * errno with e set.
 */
int idmaps_prepare(struct idmaps *m, uid_t uid, gid_t gid, bool by_child, enum idmap_writer *w,
		   struct nserr *e) must_check;

/*
 * Writes m for the process of procfd, in the way that w names: idmaps_write(), or
 * idmaps_write_helpers() with stop, which also verifies the result. Returns 0, or a negative errno
 * with e set.
 */
int idmaps_write_by(enum idmap_writer w, int procfd, const struct idmaps *m, int stop,
		    struct nserr *e) must_check;

#endif
