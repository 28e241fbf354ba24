/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootfs: a root under construction: a tree of mounts that nobody sees until it is pivoted into. */
#ifndef NSU_ROOT_TREE_H
#define NSU_ROOT_TREE_H

#include "root/mntopt.h"
#include "root/mounts.h"
#include "root/resolve.h"

#define ROOT_FRESH 16

struct root {
	int fd;    /* the root directory of the new tree, in its mount */
	int old;   /* "/" of the caller */
	int files; /* a tmpfs for contents given by us, -1 until needed */
	unsigned nfiles;
	uint64_t fresh[ROOT_FRESH]; /* ids of mounts whose contents are ours alone */
	size_t nfresh;
	struct root_mounts mounts; /* what we have mounted on paths of the tree */
	bool exec_closes; /* finished descriptors are left to exec, which closes them at no cost */
	int null;         /* the caller's /dev/null, -1 until needed */
	bool attached;    /* on top of the old "/": the kernel is too old to build it detached */
	bool early;       /* so attached before it was complete, and `files` with it */
	bool legacy;      /* by mount(2): the kernel has no descriptor-based mounts */
	bool readonly;    /* the root mount itself, set when all is in place */
	bool nodev;       /* mounts give no access to devices, unless an option says so */
	int *protected;   /* mounts made read-only, some only once the tree is attached */
	size_t nprotected;
	bool pivoted; /* it is the root of this mount namespace */
	struct root_log log;
};

#define ROOT_INIT \
	((struct root){ .fd = -1, .old = -1, .files = -1, .null = -1, .log = ROOT_LOG_INIT })

/*
 * Begins with what a directory descriptor (O_PATH) shows, all mounts below it included, private and
 * detached. With readonly every one of these mounts will be read-only in the end.
 * 0 or a negative errno with e set. Not taken: dir.
 */
int root_begin(struct root *r, int dir, bool readonly, struct nserr *e) must_check;

/* Begins with an empty tmpfs. */
int root_begin_tmpfs(struct root *r, const struct mntopt *o, bool readonly,
		     struct nserr *e) must_check;

/* Whether we are in a user namespace that is not the initial one. */
bool root_in_userns(void);

/* Closes a descriptor that was needed to get here, or leaves it to exec. Takes a negative one too.
 */
void root_done(const struct root *r, int fd);

/* Makes the mount at fd (its root) read-only with those below it: at once, or when the tree is
 * attached where a detached one does not let. Takes fd. 0 or a negative errno with e set. */
int root_protect(struct root *r, int fd, const char *path, struct nserr *e) must_check;

/* Adds to e what keeps a mount from being attached, when rc says that there is no room. */
void root_explain_space(int rc, struct nserr *e);

/* A detached mount of a new file system. A descriptor or a negative errno with e set. */
int root_new_fs(const struct root *r, const char *type, const struct mntopt *o,
		struct nserr *e) must_check;

/*
 * A private, detached clone of what src shows, with attributes set and cleared; rec is AT_RECURSIVE
 * or 0. Only mounts of this namespace and (6.15) detached ones can be cloned: a detached one is
 * taken as it is, what was opened in another namespace is looked up in this one. A descriptor or a
 * negative errno.
 */
int root_clone(int src, unsigned rec, uint64_t set, uint64_t clr) must_check;

/* Returns the attributes to set on a new mount of the tree: those of o and those of the tree. */
uint64_t root_attributes(const struct root *r, const struct mntopt *o);

/* A tmpfs that is no part of the tree, for things to be bound from. Its descriptor, kept by r. */
int root_scratch(struct root *r, struct nserr *e) must_check;

/* Detaches the mount whose root is fd and all mounts on top of it; changes the working directory.
 * Returns 0 or a negative errno. */
int root_detach(int fd) must_check;

/* After the pivot: moves the old root from "/", where it covers the new one, to the directory put.
 */
int root_move_old(struct root *r, int put, struct nserr *e) must_check;

/* Verifies r->mounts and makes what is read-only "in the end" so: the root mount. Returns 0 or a
 * negative errno with e set. */
int root_finish(struct root *r, struct nserr *e) must_check;

/* A descriptor of the same file or directory in this mount namespace, for one opened in another: by
 * its name, and only when that leads to the same inode. A descriptor or -EINVAL. */
int root_reopen(int fd) must_check;

/* root_resolve() and root_resolve_parent() for a path in the new root. The part of it that lies
 * below one of r->mounts is resolved from that mount, which is verified first: see
 * root_mounts_enter(). */
int root_open(const struct root *r, const char *path, unsigned flags,
	      struct root_log *log) must_check;
int root_parent(const struct root *r, const char *path, unsigned flags, const char **base,
		struct root_log *log) must_check;

/* Puts the tree on top of the old "/", if it is not there yet; early: before it is complete. */
int root_attach(struct root *r, bool early, struct nserr *e) must_check;

/* Takes everything back: the tree, and what was made in it for mounts to stand on. */
void root_undo(struct root *r);

/* Closes the descriptors; the tree stays where it is, or goes when it is detached. */
void root_close(struct root *r);

#endif
