/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rootfs: a root under construction: a tree of mounts that nobody sees until it is pivoted into. */
#ifndef NSU_ROOTFS_H
#define NSU_ROOTFS_H

#include "mntopt.h"
#include "rootmount.h"
#include "rootwalk.h"

#define ROOTFS_FRESH 16

struct rootfs {
	int fd;    /* the root directory of the new tree, in its mount */
	int old;   /* "/" of the caller */
	int files; /* a tmpfs for contents given by us, -1 until needed */
	unsigned nfiles;
	uint64_t fresh[ROOTFS_FRESH]; /* ids of mounts whose contents are ours alone */
	size_t nfresh;
	struct rootmounts mounts; /* what we have mounted on paths of the tree */
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
	struct rootwalk_log log;
};

#define ROOTFS_INIT \
	((struct rootfs){ .fd = -1, .old = -1, .files = -1, .null = -1, .log = ROOTWALK_LOG_INIT })

/*
 * Begins with what a directory descriptor (O_PATH) shows, all mounts below it included, private and
 * detached. With readonly every one of these mounts will be read-only in the end.
 * 0 or a negative errno with e set. Not taken: dir.
 */
int rootfs_begin(struct rootfs *r, int dir, bool readonly, struct nserr *e) must_check;

/* Begins with an empty tmpfs. */
int rootfs_begin_tmpfs(struct rootfs *r, const struct mntopt *o, bool readonly,
		       struct nserr *e) must_check;

/* Whether we are in a user namespace that is not the initial one. */
bool rootfs_in_userns(void);

/* Closes a descriptor that was needed to get here, or leaves it to exec. Takes a negative one too.
 */
void rootfs_done(const struct rootfs *r, int fd);

/* Makes the mount at fd (its root) read-only with those below it: at once, or when the tree is
 * attached where a detached one does not let. Takes fd. 0 or a negative errno with e set. */
int rootfs_protect(struct rootfs *r, int fd, const char *path, struct nserr *e) must_check;

/* Adds to e what keeps a mount from being attached, when rc says that there is no room. */
void rootfs_explain_space(int rc, struct nserr *e);

/* A detached mount of a new file system. A descriptor or a negative errno with e set. */
int rootfs_new_fs(const struct rootfs *r, const char *type, const struct mntopt *o,
		  struct nserr *e) must_check;

/*
 * A private, detached clone of what src shows, with attributes set and cleared; rec is AT_RECURSIVE
 * or 0. Only mounts of this namespace and (6.15) detached ones can be cloned: a detached one is
 * taken as it is, what was opened in another namespace is looked up in this one. A descriptor or a
 * negative errno.
 */
int rootfs_clone(int src, unsigned rec, uint64_t set, uint64_t clr) must_check;

/* Returns the attributes to set on a new mount of the tree: those of o and those of the tree. */
uint64_t rootfs_attributes(const struct rootfs *r, const struct mntopt *o);

/* A tmpfs that is no part of the tree, for things to be bound from. Its descriptor, kept by r. */
int rootfs_scratch(struct rootfs *r, struct nserr *e) must_check;

/* Detaches the mount whose root is fd and all mounts on top of it; changes the working directory.
 * Returns 0 or a negative errno. */
int rootfs_detach(int fd) must_check;

/* After the pivot: moves the old root from "/", where it covers the new one, to the directory put.
 */
int rootfs_move_old(struct rootfs *r, int put, struct nserr *e) must_check;

/* Verifies r->mounts and makes what is read-only "in the end" so: the root mount. Returns 0 or a
 * negative errno with e set. */
int rootfs_finish(struct rootfs *r, struct nserr *e) must_check;

/* A descriptor of the same file or directory in this mount namespace, for one opened in another: by
 * its name, and only when that leads to the same inode. A descriptor or -EINVAL. */
int rootfs_reopen(int fd) must_check;

/* rootwalk_open() and rootwalk_parent() for a path in the new root. The part of it that lies below
 * one of r->mounts is resolved from that mount, which is verified first: see rootmount_enter(). */
int rootfs_open(const struct rootfs *r, const char *path, unsigned flags,
		struct rootwalk_log *log) must_check;
int rootfs_parent(const struct rootfs *r, const char *path, unsigned flags, const char **base,
		  struct rootwalk_log *log) must_check;

/* Puts the tree on top of the old "/", if it is not there yet; early: before it is complete. */
int rootfs_attach(struct rootfs *r, bool early, struct nserr *e) must_check;

/* Takes everything back: the tree, and what was made in it for mounts to stand on. */
void rootfs_undo(struct rootfs *r);

/* Closes the descriptors; the tree stays where it is, or goes when it is detached. */
void rootfs_close(struct rootfs *r);

#endif
