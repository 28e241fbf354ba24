/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nspin: namespaces kept by a bind mount of their file, as --mount=FILE and ip-netns(8) do. */
#ifndef NSU_NSPIN_H
#define NSU_NSPIN_H

#include "nserr.h"
#include "nstype.h"

struct nspin {
	const char *path; /* borrowed */
	bool created;     /* the file was not there before */
	char *bound;      /* what path led to when it was mounted on, or NULL */
};

/*
 * Keeps the namespace of that type of a process, whose /proc directory procfd is, on pin->path,
 * making the file when it is missing. 0, or a negative errno with e set to what could not be done
 * (a mount namespace on a shared mount is explained), and then nothing is left.
 */
int nspin_bind(struct nspin *pin, int procfd, const struct nstype *type,
	       struct nserr *e) must_check;

/*
 * The kernel takes the file of a mount namespace only where its id is above that of the mounter's
 * own namespace, so that none holds itself. Linux 6.18 hands ids out in batches to each processor,
 * and a later namespace may get a lower one. nspin_id() is the caller's mount namespace's id
 * (0: unknown, before 6.11); nspin_above(), in a new mount namespace, makes another one until its
 * id is above that. 0, or a negative errno with e set.
 */
uint64_t nspin_id(void);
int nspin_above(uint64_t id, struct nserr *e) must_check;

/* Takes back what nspin_bind() did. */
void nspin_undo(struct nspin *pin);

/*
 * Makes dir ready to hold namespaces: made when missing (*created) and, when it lies on a shared
 * mount, bound on itself as a private one, since a mount namespace can be kept on no
 * other: *bound is where, or NULL. nspin_dir_undo() takes that back and frees it. 0 or a negative
 * errno with e set.
 */
int nspin_dir(const char *dir, bool *created, char **bound, struct nserr *e) must_check;
void nspin_dir_undo(const char *dir, bool created, char *bound);

/*
 * Lets go of all namespaces that --persist DIR keeps: unmounts and removes dir/TYPE of every type,
 * the private mount, and dir itself when it is empty then. The number of namespaces that were kept,
 * or a negative errno with e set: -ENOENT when dir holds none.
 */
int nspin_release(const char *dir, struct nserr *e) must_check;

#endif
