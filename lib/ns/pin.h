/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin: keeps namespaces by a bind mount of their file, as --mount=FILE and ip-netns(8) do. */
#ifndef NSU_NS_PIN_H
#define NSU_NS_PIN_H

#include "base/nserr.h"
#include "kernel/trustpath.h"
#include "ns/type.h"

/* A directory that keeps namespaces, held so that nobody can exchange it. */
struct nspin_dir {
	const char *path; /* as the caller named it, borrowed */
	struct trustpath at;
	int fd;       /* O_PATH, or -1 */
	bool created; /* it did not exist before */
	bool bound;   /* fd is a private mount of the directory on itself */
};

#define NSPIN_DIR_INIT ((struct nspin_dir){ .at = TRUSTPATH_INIT, .fd = -1 })

/* A file that keeps a namespace. */
struct nspin {
	const char *path; /* as the caller named it, borrowed */
	struct trustpath at;
	int mount;    /* the mount of the namespace file, O_PATH, or -1 */
	bool created; /* the file did not exist before */
};

#define NSPIN_INIT ((struct nspin){ .at = TRUSTPATH_INIT, .mount = -1 })

/*
 * Keeps the namespace of that type of a process, whose /proc directory procfd is, by a bind mount:
 * on the file of the type's name in dir or, if dir is NULL, on pin->path. A missing file is
 * created. Symbolic links of other users are not followed, and the file in dir must belong to root
 * or the caller. Returns 0, or a negative errno with e set (a mount namespace on a shared mount is
 * explained), and then nothing is left.
 */
int nspin_bind(struct nspin *pin, const struct nspin_dir *dir, int procfd,
	       const struct nstype *type, struct nserr *e) must_check;

/*
 * The kernel mounts the file of a mount namespace only if its id is above that of the caller's own
 * mount namespace, so that no namespace holds itself. Linux 6.18 gives each processor a batch of
 * ids, so a later namespace may have a lower id. nspin_id() returns the id of the caller's mount
 * namespace (0: unknown, before 6.11). nspin_above(), called in a new mount namespace, creates
 * others until the id is above the given one. Returns 0, or a negative errno with e set.
 */
uint64_t nspin_id(void);
int nspin_above(uint64_t id, struct nserr *e) must_check;

/* Undoes nspin_bind() by the descriptor of the mount. */
void nspin_undo(struct nspin *pin);

/* Closes the descriptors of pin, which keep others from unmounting; the namespace is kept. */
void nspin_free(struct nspin *pin);

/*
 * Prepares dir->path to keep namespaces: created if it is missing and, if it lies on a shared
 * mount, bound on itself as a private one, since a shared mount cannot hold a mount namespace. The
 * directory and all directories above it must belong to root or the caller, and other users must
 * not be able to replace what is in them: otherwise a namespace could be mounted over another file.
 * Returns 0, or a negative errno with e set, and then nothing is left.
 */
int nspin_dir_open(struct nspin_dir *dir, struct nserr *e) must_check;

/* nspin_dir_undo() undoes nspin_dir_open(); nspin_dir_free() closes the descriptors only. */
void nspin_dir_undo(struct nspin_dir *dir);
void nspin_dir_free(struct nspin_dir *dir);

/*
 * Releases all namespaces that --persist DIR keeps: unmounts and removes dir/TYPE of every type,
 * the private mount, and dir itself if it is empty then. Only mounts of namespaces are unmounted.
 * The directory must be one that nspin_dir_open() would take. Returns the number of namespaces that
 * were kept, or a negative errno with e set: -ENOENT if dir holds none.
 */
int nspin_release(const char *dir, struct nserr *e) must_check;

#endif
