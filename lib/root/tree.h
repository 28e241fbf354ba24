/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree: defines struct root, which describes a root directory under construction and its tree of
 * mounts. Other processes cannot see these mounts until the pivot. */
#ifndef NSU_ROOT_TREE_H
#define NSU_ROOT_TREE_H

#include "root/mntopt.h"
#include "root/mounts.h"
#include "root/resolve.h"

#define ROOT_FRESH 16

enum root_state {
	ROOT_DETACHED, /* state: no other process can reach the tree */
	ROOT_ATTACHED, /* state: the tree is mounted on top of the old "/" */
	ROOT_PIVOTED,  /* state: pivot_root(2) has made the tree the root of this mount namespace */
	ROOT_SWITCHED, /* state: chroot(2) has made the tree the root of this process */
};

struct root;
struct root_place;

/* The functions that create, change and move the mounts of a tree. Each function returns 0, a
 * descriptor of the new mount, or a negative errno with e set, except where noted. */
struct root_ops {
	/* begin() starts a tree with a clone of the mounts at dir (borrowed), and begin_fs() with a
	 * new file system. */
	int (*begin)(struct root *r, int dir, struct nserr *e);
	int (*begin_fs)(struct root *r, const char *type, const struct mntopt *o, struct nserr *e);

	/* mount() mounts a new file system on a mount point, and bind() binds the file or directory
	 * src (borrowed) on it. */
	int (*mount)(struct root *r, const char *type, const struct root_place *p,
		     const struct mntopt *o, struct nserr *e);
	int (*bind)(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		    struct nserr *e);

	/* Applies the options o to the mount at fd and, unless o->norec is set, to the mounts below
	 * it. Returns 0, or a negative errno with e set. */
	int (*setattr)(int fd, const struct mntopt *o, struct nserr *e);

	/* Moves the mount whose root directory is `from` to the directory `to` (borrowed
	 * descriptors). Returns 0 or a negative errno. */
	int (*move)(int from, int to);

	/* Does the same as move(), but for the mount of the old root, which covers the new root
	 * after the pivot. The working directory must be the directory `to`. */
	int (*move_old)(int old, int to);

	/* options of a file system must be joined by commas, as mount(2) requires */
	bool one_string;
};

struct root {
	int fd;    /* descriptor of the root directory of the new tree */
	int old;   /* descriptor of the caller's "/" */
	int files; /* descriptor of the tmpfs of root_scratch(); -1 until it is needed */
	unsigned nfiles;
	uint64_t fresh[ROOT_FRESH]; /* ids of the mounts that only this process can have changed */
	size_t nfresh;
	struct root_mounts mounts; /* recorded mounts on paths of the tree */
	/* root_done() leaves descriptors below this number open until exec closes them, which is
	 * faster than close(2) */
	int left_open;
	int null; /* descriptor of the caller's /dev/null; -1 until it is needed */
	enum root_state state;
	bool files_attached; /* the tmpfs `files` is mounted on the old "/", under the new root */
	const struct root_ops *ops;
	bool readonly; /* root_finish() makes the root mount read-only */
	bool nodev;    /* new mounts get the option nodev unless their options contain "dev" */
	/* MS_PRIVATE or MS_SLAVE for the mounts of the directory that becomes the root; 0 means
	 * MS_PRIVATE */
	unsigned long propagation;
	int *protected; /* descriptors of the mounts that root_finish() makes read-only */
	size_t nprotected;
	struct root_log log;
};

#define ROOT_INIT \
	((struct root){ .fd = -1, .old = -1, .files = -1, .null = -1, .log = ROOT_LOG_INIT })

/* Returns true if the caller is in a user namespace other than the initial one. */
bool root_in_userns(void);

/* Returns the value for root.left_open in a process that executes a program: at most half of its
 * RLIMIT_NOFILE, the limit of open descriptors. */
int root_left_open(void);

/* Closes a descriptor that is no longer needed, or leaves it open for exec to close. Ignores a
 * negative fd. */
void root_done(const struct root *r, int fd);

/*
 * Makes the mount whose root directory is fd and all mounts below it read-only. If the kernel
 * cannot change these mounts while the tree is detached, root_finish() changes them. Takes
 * ownership of fd. Returns 0, or a negative errno with e set.
 */
int root_protect(struct root *r, int fd, const char *path, struct nserr *e) must_check;

/* Creates a detached mount of a new file system. Returns a descriptor, which the caller passes to
 * root_done(), or a negative errno with e set. */
int root_new_fs(const struct root *r, const char *type, const struct mntopt *o,
		struct nserr *e) must_check;

/*
 * Clones the mount of src. rec is 0, or AT_RECURSIVE to clone the mounts below src, too. The clone
 * is detached and has the propagation type `propagation`, such as MS_PRIVATE; its attributes in
 * `set` are set and those in `clr` are cleared. The kernel clones only mounts of this mount
 * namespace and, since Linux 6.15, detached mounts. On older kernels, if src is a detached mount,
 * sets its attributes and returns a duplicate of src. If src was opened in another mount namespace,
 * root_reopen() replaces it. Returns a descriptor or a negative errno.
 */
int root_clone(int src, unsigned rec, uint64_t set, uint64_t clr,
	       unsigned long propagation) must_check;

/* Returns the attributes to set on a new mount: those in the options o and those that apply to the
 * whole tree. */
uint64_t root_attributes(const struct root *r, const struct mntopt *o);

/* Returns a descriptor, owned by r, of the tmpfs that contains the files and device nodes to bind
 * into the tree. The first call creates this tmpfs outside of the tree. Returns a negative errno
 * with e set if this fails. */
int root_scratch(struct root *r, struct nserr *e) must_check;

/* Detaches the mount whose root directory is fd and all mounts on top of it. Changes the working
 * directory to fd. Returns 0, -EINVAL if fd is not the root of a mount, or another negative errno.
 */
int root_detach(int fd) must_check;

/* Moves the mount of the old root to the directory `put`. After the pivot, the old root covers the
 * new root at "/". Returns 0, or a negative errno with e set. */
int root_move_old(struct root *r, int put, struct nserr *e) must_check;

/* Verifies r->mounts. Then makes the mounts in r->protected read-only, and the root mount, too, if
 * r->readonly is set. Returns 0, or a negative errno with e set. */
int root_finish(struct root *r, struct nserr *e) must_check;

/* Mounts the tree on top of the old "/", unless it is mounted already. If `early` is set, the tree
 * is not complete yet; the tmpfs of root_scratch() is then mounted on "/", too, below the tree.
 * Returns 0, or a negative errno with e set. */
int root_attach(struct root *r, bool early, struct nserr *e) must_check;

/* Removes the tree and the mount points that were created for it, and closes all descriptors of
 * r. */
void root_undo(struct root *r);

/* Closes all descriptors of r. If the tree is still detached, the kernel then removes its
 * mounts. */
void root_close(struct root *r);

#endif
