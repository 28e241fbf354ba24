/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsjoin: entering the namespaces of a held process, and ones held by descriptor, together. */
#ifndef NSU_NSJOIN_H
#define NSU_NSJOIN_H

#include "buf.h"
#include "nserr.h"
#include "nsref.h"
#include "nstype.h"

struct nsjoin {
	struct nsproc_ref proc;          /* pid 0: there is no process */
	uint64_t mask;                   /* CLONE_NEW* flags of what is entered of proc */
	uint64_t optional;               /* those of mask that are left out where they may not be */
	int fds[NSTYPE_COUNT];           /* namespaces named one by one, -1 for none */
	const char *names[NSTYPE_COUNT]; /* of fds, for messages; borrowed */
};

void nsjoin_init(struct nsjoin *j);
void nsjoin_close(struct nsjoin *j);

/*
 * Adds to mask each namespace of proc that the caller does not share yet and that has no descriptor
 * of its own. A mount namespace is always added: entering it resets root and working directory. 0
 * or a negative errno with e set.
 */
int nsjoin_add_all(struct nsjoin *j, struct nserr *e) must_check;

/* The flags of all that would be entered. */
uint64_t nsjoin_types(const struct nsjoin *j);

/*
 * Enters everything, or fails with a negative errno and e set; what was entered by then is not left
 * again, so the caller must end. The caller has one thread.
 */
int nsjoin_enter(struct nsjoin *j, struct nserr *e) must_check;

/* Adds "enter mnt, pid of process 12, net of /run/netns/x" to out. */
void nsjoin_show(const struct nsjoin *j, struct buf *out);

#define cleanup_nsjoin __attribute__((cleanup(nsjoin_close)))

#endif
