/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin: like unshare(1) and ip-netns(8), bind-mounts the files of namespaces, so that the namespaces
 * persist without a process. */
#ifndef NSU_NS_PIN_H
#define NSU_NS_PIN_H

#include "base/nserr.h"
#include "kernel/trustpath.h"
#include "ns/type.h"

/* A directory for the bind mounts of namespace files. All accesses use the open descriptor, so they
 * reach this directory even if another user moves another file to its path. */
struct nspin_dir {
	const char *path; /* path of the directory, from the caller, not copied */
	struct trustpath at;
	int fd;       /* O_PATH descriptor of the directory, or -1 */
	bool created; /* nspin_dir_open() has created the directory */
	bool bound;   /* fd refers to a private bind mount of the directory on itself */
};

#define NSPIN_DIR_INIT ((struct nspin_dir){ .at = TRUSTPATH_INIT, .fd = -1 })

/* A file on which a namespace is bind-mounted. No descriptor of the mounted file stays open: it
 * would keep the mount busy, and the program that the tool executes could not unmount it. */
struct nspin {
	const char *path; /* path of the file, from the caller, not copied */
	struct trustpath at;
	uint64_t inode; /* inode of the namespace that nspin_bind() has mounted, or 0 */
	bool created;   /* nspin_bind() has created the file */
};

#define NSPIN_INIT ((struct nspin){ .at = TRUSTPATH_INIT })

/*
 * Bind-mounts the file of a namespace of a process, so that the namespace continues to exist
 * without the process. procfd is the /proc directory of the process. The mount point is dir/NAME,
 * where NAME is the name of the type, or pin->path if dir is NULL. A missing file is created.
 * Symbolic links of other users are not followed, and a file in dir must belong to root or the
 * caller. Returns 0, or a negative errno with e set; then the mount and the created file are
 * removed again. If the kernel refuses to mount a mount namespace because the mount below is
 * shared, e has a hint.
 */
int nspin_bind(struct nspin *pin, const struct nspin_dir *dir, int procfd,
	       const struct nstype *type, struct nserr *e) must_check;

/*
 * The file of a mount namespace can only be mounted in a mount namespace with a lower id. The
 * kernel refuses other mounts, so that no mount namespace contains the mount that keeps it alive.
 * Since Linux 6.18 each processor has a batch of ids, so a namespace that is created later may have
 * a lower id. nspin_id() returns the id of the caller's mount namespace, or 0 if the id is unknown
 * (before Linux 6.11). nspin_above(), called in a new mount namespace, moves to each processor in
 * turn, even if the affinity of the caller excludes the processor, and creates a mount namespace
 * there, until the id of the new namespace is greater than `id`. Then nspin_above() restores the
 * affinity. It returns 0, or a negative errno with e set.
 */
uint64_t nspin_id(void);
int nspin_above(uint64_t id, struct nserr *e) must_check;

/* Unmounts the namespace that nspin_bind() has mounted, removes the file if nspin_bind() has
 * created the file, and closes the descriptors of pin. */
void nspin_undo(struct nspin *pin);

/* Closes the descriptors of pin. The namespace stays mounted. */
void nspin_free(struct nspin *pin);

/*
 * Prepares the directory dir->path for the bind mounts of namespaces. Creates the directory if it
 * is missing. If the directory is on a shared mount, bind-mounts it on itself as a private mount,
 * because the kernel refuses to mount a mount namespace on a shared mount. The directory and all
 * directories above it must belong to root or the caller, and other users must not be able to
 * replace files in them: otherwise a namespace could be mounted over another file. Returns 0, or a
 * negative errno with e set; then all changes are undone.
 */
int nspin_dir_open(struct nspin_dir *dir, struct nserr *e) must_check;

/* nspin_dir_undo() removes the mount and the directory that nspin_dir_open() has created, and
 * closes the descriptors. nspin_dir_free() only closes the descriptors. */
void nspin_dir_undo(struct nspin_dir *dir);
void nspin_dir_free(struct nspin_dir *dir);

/*
 * Removes all namespaces that --persist DIR has mounted: unmounts and removes dir/TYPE of every
 * type, the private mount, and dir itself if it is empty then. Does not unmount anything except
 * namespaces. The directory must meet the conditions of nspin_dir_open(). Returns the number of
 * namespaces that were unmounted, or a negative errno with e set: -ENOENT if no namespace is
 * mounted in dir.
 */
int nspin_release(const char *dir, struct nserr *e) must_check;

#endif
