/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree: a root under construction. Other processes cannot see its mounts until the pivot. */
#ifndef NSU_ROOT_TREE_H
#define NSU_ROOT_TREE_H

#include "root/mntopt.h"
#include "root/mounts.h"
#include "root/resolve.h"

#define ROOT_FRESH 16

enum root_state {
	ROOT_DETACHED, /* no process can reach the tree */
	ROOT_ATTACHED, /* the tree is mounted on top of the old "/" */
	ROOT_PIVOTED,  /* pivot_root(2) has made the tree the root of this mount namespace */
	ROOT_SWITCHED, /* chroot(2) has made the tree the root of this process */
};

struct root;
struct root_place;

/* How the mounts of a tree are made. Each function returns 0, a descriptor of the new mount, or a
 * negative errno with e set, except where noted. */
struct root_ops {
	/* Start a tree: with a clone of the mounts of dir (borrowed), or with a new file system. */
	int (*begin)(struct root *r, int dir, struct nserr *e);
	int (*begin_fs)(struct root *r, const char *type, const struct mntopt *o, struct nserr *e);

	/* Mount a new file system on a mount point, or bind the file or directory src (borrowed) on
	 * it. */
	int (*mount)(struct root *r, const char *type, const struct root_place *p,
		     const struct mntopt *o, struct nserr *e);
	int (*bind)(struct root *r, int src, const struct root_place *p, const struct mntopt *o,
		    struct nserr *e);

	/* Applies o to the mount at fd and, unless o->norec, to those below it. Returns 0 or a
	 * negative errno. */
	int (*setattr)(int fd, const struct mntopt *o);

	/* Moves the mount whose root is from to the directory to. Returns 0 or a negative errno. */
	int (*move)(int from, int to);

	/* Does the same for the old root, which covers the new one after the pivot. The working
	 * directory must be the directory `to`. */
	int (*move_old)(int old, int to);

	bool one_string; /* all options of a file system are joined by commas, as mount(2) wants */
};

struct root {
	int fd;    /* root directory of the new tree */
	int old;   /* "/" of the caller */
	int files; /* tmpfs for the contents of files, -1 until needed */
	unsigned nfiles;
	uint64_t fresh[ROOT_FRESH]; /* ids of mounts that no other process can have changed */
	size_t nfresh;
	struct root_mounts mounts; /* recorded mounts on paths of the tree */
	/* leave finished descriptors below this number open: exec closes them faster */
	int left_open;
	int null; /* the caller's /dev/null, -1 until needed */
	enum root_state state;
	bool files_attached; /* `files` is mounted on the old "/", below the tree */
	const struct root_ops *ops;
	bool readonly;  /* root_finish() makes the root mount read-only */
	bool nodev;     /* mounts get nodev unless their options contain "dev" */
	int *protected; /* mounts that root_finish() makes read-only */
	size_t nprotected;
	struct root_log log;
};

#define ROOT_INIT \
	((struct root){ .fd = -1, .old = -1, .files = -1, .null = -1, .log = ROOT_LOG_INIT })

/* Returns true if the caller is in a user namespace other than the initial one. */
bool root_in_userns(void);

/* Returns the number for root.left_open of a process that executes a program: at most half of its
 * limit of open descriptors, RLIMIT_NOFILE. */
int root_left_open(void);

/* Closes a descriptor that is no longer needed, or leaves it open for exec to close. Ignores a
 * negative fd. */
void root_done(const struct root *r, int fd);

/*
 * Makes the mount whose root directory is fd and all mounts below it read-only. If the kernel
 * cannot do this while the tree is detached, root_finish() does it. Takes ownership of fd. Returns
 * 0, or a negative errno with e set.
 */
int root_protect(struct root *r, int fd, const char *path, struct nserr *e) must_check;

/* Creates a detached mount of a new file system. Returns a descriptor, which the caller passes to
 * root_done(), or a negative errno with e set. */
int root_new_fs(const struct root *r, const char *type, const struct mntopt *o,
		struct nserr *e) must_check;

/*
 * Clones the mount of src. rec is AT_RECURSIVE or 0. The clone is private and detached, and has the
 * attributes set and clr applied. The kernel clones only mounts of this mount namespace and, since
 * Linux 6.15, detached ones; before, returns the detached mount src itself. If src was opened in
 * another mount namespace, root_reopen() replaces it. Returns a descriptor or a negative errno.
 */
int root_clone(int src, unsigned rec, uint64_t set, uint64_t clr) must_check;

/* Returns the attributes to set on a new mount: those of o and those of the tree. */
uint64_t root_attributes(const struct root *r, const struct mntopt *o);

/* Creates a tmpfs outside of the tree on first use, from which files are bound. Returns its
 * descriptor, which r owns, or a negative errno with e set. */
int root_scratch(struct root *r, struct nserr *e) must_check;

/* Detaches the mount whose root directory is fd and all mounts on top of it. Changes the working
 * directory. Returns 0 or a negative errno. */
int root_detach(int fd) must_check;

/* Moves the old root from "/", where it covers the new root after the pivot, to the directory put.
 * Returns 0, or a negative errno with e set. */
int root_move_old(struct root *r, int put, struct nserr *e) must_check;

/* Verifies r->mounts. Then makes r->protected and, if r->readonly is set, the root mount read-only.
 * Returns 0, or a negative errno with e set. */
int root_finish(struct root *r, struct nserr *e) must_check;

/* Mounts the tree on top of the old "/", unless it is mounted already. `early` means that the tree
 * is not complete yet. Returns 0, or a negative errno with e set. */
int root_attach(struct root *r, bool early, struct nserr *e) must_check;

/* Removes the tree and the mount points that were created for it, and closes all descriptors of
 * r. */
void root_undo(struct root *r);

/* Closes all descriptors of r. A tree that is still detached disappears with them. */
void root_close(struct root *r);

#endif
