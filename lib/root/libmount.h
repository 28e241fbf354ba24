/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mnt: the mount table of this process, read by libmount, which is loaded when it is first needed;
 * and what it tells about a mount that was refused. */
#ifndef NSU_ROOT_LIBMOUNT_H
#define NSU_ROOT_LIBMOUNT_H

#include "base/nserr.h"

struct mnt {
	int id, parent;
	const char *root;   /* what of the file system is shown */
	const char *target; /* where, as seen from the caller's root */
	const char *type;
	bool readonly;
};

struct mnt_table {
	struct mnt *m;
	size_t n;
	void *table; /* libmount's, which owns the strings */
};

#define MNT_TABLE_INIT ((struct mnt_table){ 0 })

/* Reads /proc/self/mountinfo, or another file of that form. 0 or a negative errno with e set. */
int libmount_read(struct mnt_table *t, const char *file, struct nserr *e) must_check;
void libmount_done(struct mnt_table *t);

/* The mount that keeps every proc (or sysfs) of the table from being fully visible: something is
 * mounted over a part of it, or it is read-only. NULL when one is fully visible, or when there is
 * none of that type. */
const struct mnt *libmount_mask(const struct mnt_table *t, const char *type);

/* Finds out why a file system of that type was refused with -EPERM, and sets the hint of e when it
 * is certain. */
void libmount_explain(const char *type, struct nserr *e);

/* Id of the mount that fd is on, from /proc/self/fdinfo. The id, or a negative errno. */
int libmount_id(int fd) must_check;

#endif
