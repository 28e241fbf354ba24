/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootmake: what a root is furnished with: directories, links, files, a minimal /dev, things hidden
 * or read-only. */
#ifndef NSU_ROOT_POPULATE_H
#define NSU_ROOT_POPULATE_H

#include "root/tree.h"

/* All: 0 or a negative errno with e set; paths are inside the new root. */
int root_make_dir(struct root *r, const char *path, mode_t mode, struct nserr *e) must_check;
int root_make_symlink(struct root *r, const char *target, const char *path,
		      struct nserr *e) must_check;

/* A file with that content, bound on path from a tmpfs of ours: the root's own stays as it is. */
int root_make_file(struct root *r, const char *path, const char *text, size_t n,
		   const struct mntopt *o, struct nserr *e) must_check;

/* Mounts a tmpfs with null, zero, full, random, urandom, tty and the usual links. The nodes are the
 * caller's, bound read-only after their types and numbers were verified: a node on the tmpfs itself
 * would need a mount without nodev. Returns 0 or a negative errno with e set. */
int root_make_dev(struct root *r, const char *path, const struct mntopt *o,
		  struct nserr *e) must_check;

/* Makes path read-only, with all mounts below it. With try a path that is missing is none to
 * protect. */
int root_make_readonly(struct root *r, const char *path, bool try, struct nserr *e) must_check;

/* Hides path behind an empty read-only directory, or a file behind /dev/null. */
int root_make_mask(struct root *r, const char *path, bool try, struct nserr *e) must_check;

#endif
