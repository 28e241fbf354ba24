/* SPDX-License-Identifier: GPL-2.0-or-later */
/* populate: creates directories, links, files and a minimal /dev in a root, hides paths, and makes
 * paths read-only. */
#ifndef NSU_ROOT_POPULATE_H
#define NSU_ROOT_POPULATE_H

#include "root/tree.h"

/* The functions below return 0, or a negative errno with e set. Paths are relative to the new
 * root. */

/* Creates a directory with the given mode, and creates its missing parents with mode 0755. Does not
 * change an existing directory. */
int root_make_dir(struct root *r, const char *path, mode_t mode, struct nserr *e) must_check;

/* Creates a symbolic link. Does not change an existing link with the same target. */
int root_make_symlink(struct root *r, const char *target, const char *path,
		      struct nserr *e) must_check;

/* Creates a file at path with the n bytes of text. The file is on the tmpfs of root_scratch() and
 * is bound on path, so an existing file at path is covered and stays unchanged. */
int root_make_file(struct root *r, const char *path, const char *text, size_t n,
		   const struct mntopt *o, struct nserr *e) must_check;

/* Mounts a minimal /dev: a tmpfs with null, zero, full, random, urandom, tty and the usual links.
 * The nodes are read-only bind mounts of the caller's nodes. Their types and numbers are verified
 * first. Device nodes on the tmpfs itself would not work if the tmpfs had the mount option nodev.
 */
int root_make_dev(struct root *r, const char *path, const struct mntopt *o,
		  struct nserr *e) must_check;

/* Makes path and all mounts below it read-only. If try is set, a missing path is ignored;
 * root_finish() verifies that the path is still missing. */
int root_make_readonly(struct root *r, const char *path, bool try, struct nserr *e) must_check;

/* Covers a directory with an empty read-only tmpfs, or a file with /dev/null. If try is set, a
 * missing path is ignored; root_finish() verifies that the path is still missing. */
int root_make_mask(struct root *r, const char *path, bool try, struct nserr *e) must_check;

#endif
