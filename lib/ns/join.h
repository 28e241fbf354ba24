/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsjoin: entering the namespaces of a held process, and ones held by descriptor, together. */
#ifndef NSU_NS_JOIN_H
#define NSU_NS_JOIN_H

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/ref.h"
#include "ns/type.h"

struct nsjoin {
	struct nsref_process proc;       /* pid 0: there is no process */
	uint64_t mask;                   /* CLONE_NEW* flags of what is entered of proc */
	uint64_t optional;               /* those of mask that are left out where they may not be */
	int fds[NSTYPE_COUNT];           /* of all that is entered, once it is held; else -1 */
	const char *names[NSTYPE_COUNT]; /* of those that are not of proc; borrowed */
};

void nsjoin_init(struct nsjoin *j);
void nsjoin_close(struct nsjoin *j);

/*
 * Open the namespaces of proc: those of mask, or each that the caller does not share yet, which is
 * added to mask. One that has a descriptor already is left as it is. All that are opened are
 * namespaces that the process was in at one time. A mount namespace is always added by
 * nsjoin_hold_all(): entering it resets root and working directory. If nsjoin_hold_all() finds the
 * process in the caller's user namespace, it refuses namespaces of a descendant user namespace
 * (-EPERM). Return 0 or a negative errno with e set: -ESRCH for a process that has ended, -EAGAIN
 * for one that keeps changing its namespaces.
 */
int nsjoin_hold(struct nsjoin *j, struct nserr *e) must_check;
int nsjoin_hold_all(struct nsjoin *j, struct nserr *e) must_check;

/* The flags of all that would be entered. */
uint64_t nsjoin_types(const struct nsjoin *j);

/*
 * Enters everything that is held, or fails with a negative errno and e set; what was entered by
 * then is not left again, so the caller must end. The caller has one thread.
 */
int nsjoin_enter(struct nsjoin *j, struct nserr *e) must_check;

/* Adds "enter mnt, pid of process 12, net of /run/netns/x" to out. */
void nsjoin_show(const struct nsjoin *j, struct buf *out);

#define cleanup_nsjoin __attribute__((cleanup(nsjoin_close)))

#endif
