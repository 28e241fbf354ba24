/* SPDX-License-Identifier: GPL-2.0-or-later */
/* join: enters the namespaces of an opened process together with namespaces given by descriptor. */
#ifndef NSU_NS_JOIN_H
#define NSU_NS_JOIN_H

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/ref.h"
#include "ns/type.h"

struct nsjoin {
	/* process whose namespaces are entered; its pid is 0 if there is no such process */
	struct nsref_process proc;
	uint64_t mask; /* CLONE_NEW* flags of the namespaces of proc that are entered */
	/* those flags of mask whose namespaces are skipped if entering them fails with EPERM */
	uint64_t optional;
	int fds[NSTYPE_COUNT]; /* for each type, a descriptor of the namespace to enter, or -1 */
	/* for each type, the name of the namespace for messages (not copied), or NULL if the
	 * namespace belongs to the process in the member `proc` */
	const char *names[NSTYPE_COUNT];
};

/* nsjoin_init() initializes j without a process and without namespaces. nsjoin_close() closes all
 * descriptors of j. */
void nsjoin_init(struct nsjoin *j);
void nsjoin_close(struct nsjoin *j);

/*
 * Open the namespaces of proc. Types for which j already has a descriptor are skipped. All opened
 * descriptors refer to namespaces that the process was in at the same time. nsjoin_hold() opens the
 * namespaces of the types in mask. nsjoin_hold_all() opens each namespace of proc that the caller
 * is not in, and adds its type to mask. It always opens the mount namespace, because entering it
 * resets the root and the working directory. If the process is in the caller's user namespace,
 * nsjoin_hold_all() refuses namespaces that a descendant user namespace owns (-EPERM). Return 0, or
 * a negative errno with e set: -ESRCH if the process has ended, -EAGAIN if it keeps changing its
 * namespaces.
 */
int nsjoin_hold(struct nsjoin *j, struct nserr *e) must_check;
int nsjoin_hold_all(struct nsjoin *j, struct nserr *e) must_check;

/* Returns the CLONE_NEW* flags of all types that nsjoin_enter() enters. */
uint64_t nsjoin_types(const struct nsjoin *j);

/*
 * Enters all opened namespaces. Returns 0, or a negative errno with e set. After a failure the
 * calling process must exit, because it may have entered some of the namespaces. The calling
 * process must have only one thread.
 */
int nsjoin_enter(struct nsjoin *j, struct nserr *e) must_check;

/* Appends a text such as "enter mnt, pid of process 12, net of /run/netns/x" to out. */
void nsjoin_show(const struct nsjoin *j, struct buf *out);

#define cleanup_nsjoin __attribute__((cleanup(nsjoin_close)))

#endif
