/* SPDX-License-Identifier: GPL-2.0-or-later */
/* join: enters the namespaces of an opened process together with namespaces given by descriptor. */
#ifndef NSU_NS_JOIN_H
#define NSU_NS_JOIN_H

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/ref.h"
#include "ns/type.h"

struct nsjoin {
	struct nsref_process proc;       /* pid 0: no process */
	uint64_t mask;                   /* CLONE_NEW* types of proc that are entered */
	uint64_t optional;               /* types of mask that may fail with EPERM */
	int fds[NSTYPE_COUNT];           /* of each type that is entered, or -1 */
	const char *names[NSTYPE_COUNT]; /* for messages, of types not of proc; borrowed */
};

void nsjoin_init(struct nsjoin *j);
void nsjoin_close(struct nsjoin *j);

/*
 * Open namespaces of proc that the process was in at the same time, except types that have a
 * descriptor already. nsjoin_hold() opens the types of mask. nsjoin_hold_all() opens every type
 * that the caller does not share, adds it to mask, and always adds the mount namespace, because
 * entering it resets root and working directory. If the process is in the caller's user namespace,
 * nsjoin_hold_all() refuses namespaces of a descendant user namespace (-EPERM). Return 0 or a
 * negative errno with e set: -ESRCH if the process has ended, -EAGAIN if it keeps changing its
 * namespaces.
 */
int nsjoin_hold(struct nsjoin *j, struct nserr *e) must_check;
int nsjoin_hold_all(struct nsjoin *j, struct nserr *e) must_check;

/* Returns the CLONE_NEW* flags of all types that are entered. */
uint64_t nsjoin_types(const struct nsjoin *j);

/*
 * Enters all opened namespaces. Returns 0, or a negative errno with e set; the caller must end
 * then, because it may have entered some of them. The caller must have one thread.
 */
int nsjoin_enter(struct nsjoin *j, struct nserr *e) must_check;

/* Adds "enter mnt, pid of process 12, net of /run/netns/x" to out. */
void nsjoin_show(const struct nsjoin *j, struct buf *out);

#define cleanup_nsjoin __attribute__((cleanup(nsjoin_close)))

#endif
