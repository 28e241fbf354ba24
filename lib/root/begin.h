/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin: begins the construction of a new root, and chooses the system calls that make its
 * mounts. */
#ifndef NSU_ROOT_BEGIN_H
#define NSU_ROOT_BEGIN_H

#include "root/tree.h"

/*
 * Starts a tree of mounts with a private clone of the directory dir (an O_PATH descriptor,
 * borrowed) and of all mounts below it. With readonly, root_finish() leaves all of these mounts
 * read-only. The tree is built by the mount API, or by mount(2) if the kernel lacks the API (before
 * Linux 5.12) or a filter denies it. Returns 0 or a negative errno with e set.
 */
int root_begin(struct root *r, int dir, bool readonly, struct nserr *e) must_check;

/* Does the same as root_begin(), but starts the tree of mounts with an empty tmpfs with the options
 * o. */
int root_begin_tmpfs(struct root *r, const struct mntopt *o, bool readonly,
		     struct nserr *e) must_check;

#endif
