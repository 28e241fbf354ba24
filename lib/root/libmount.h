/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libmount: reads a mount table with libmount, which is loaded on first use, and explains refused
 * mounts. */
#ifndef NSU_ROOT_LIBMOUNT_H
#define NSU_ROOT_LIBMOUNT_H

#include "base/nserr.h"

struct mnt {
	int id, parent;
	const char *root;   /* path, in the file system, of the directory that is mounted */
	const char *target; /* mount point, relative to the caller's root */
	const char *type;
	bool readonly;
};

struct mnt_table {
	struct mnt *m;
	size_t n;
	void *table; /* libmount's table, which owns the strings */
};

#define MNT_TABLE_INIT ((struct mnt_table){ 0 })

/* Reads /proc/self/mountinfo, or another file in this format, into t. After success, the caller
 * must call libmount_done(). Returns 0, or a negative errno with e set. */
int libmount_read(struct mnt_table *t, const char *file, struct nserr *e) must_check;

/* Frees the table. */
void libmount_done(struct mnt_table *t);

/*
 * Searches the table for the reason why no mount of the given type (proc or sysfs) is fully
 * visible. Returns a mount of this type that is read-only, or a mount that covers a part of a mount
 * of this type. Returns NULL if a mount of this type is fully visible, or if the table has no mount
 * of this type. Has no side effects.
 */
const struct mnt *libmount_mask(const struct mnt_table *t, const char *type);

/* Finds out why the kernel refused to mount a file system of this type with EPERM
 * (mount_namespaces(7)). Sets the hint of e if the reason is certain. */
void libmount_explain(const char *type, struct nserr *e);

/* Returns the id of the mount that contains the file of fd, read from /proc/self/fdinfo, or a
 * negative errno. */
int libmount_id(int fd) must_check;

/* Explains EPERM of a mount or of pivot_root(2) if the caller lacks CAP_SYS_ADMIN: sets the hint of
 * e and returns true. Otherwise returns false. */
bool libmount_explain_privilege(struct nserr *e);

#endif
