/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootmake: what a root is furnished with: directories, links, files, a minimal /dev, things hidden
 * or read-only. */
#ifndef NSU_ROOTMAKE_H
#define NSU_ROOTMAKE_H

#include "rootfs.h"

/* All: 0 or a negative errno with e set; paths are inside the new root. */
int rootmake_dir(struct rootfs *r, const char *path, mode_t mode, struct nserr *e) must_check;
int rootmake_symlink(struct rootfs *r, const char *target, const char *path,
		     struct nserr *e) must_check;

/* A file with that content, bound on path from a tmpfs of ours: the root's own stays as it is. */
int rootmake_file(struct rootfs *r, const char *path, const char *text, size_t n,
		  const struct mntopt *o, struct nserr *e) must_check;

/* Mounts a tmpfs with null, zero, full, random, urandom, tty and the usual links. The nodes are the
 * caller's, bound read-only after their types and numbers were verified: a node on the tmpfs itself
 * would need a mount without nodev. Returns 0 or a negative errno with e set. */
int rootmake_dev(struct rootfs *r, const char *path, const struct mntopt *o,
		 struct nserr *e) must_check;

/* Makes path read-only, with all mounts below it. With try a path that is missing is none to
 * protect. */
int rootmake_readonly(struct rootfs *r, const char *path, bool try, struct nserr *e) must_check;

/* Hides path behind an empty read-only directory, or a file behind /dev/null. */
int rootmake_mask(struct rootfs *r, const char *path, bool try, struct nserr *e) must_check;

#endif
