/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nscollect_source: what a source of nscollect works with. */
#ifndef NSU_NSCOLLECT_SOURCE_H
#define NSU_NSCOLLECT_SOURCE_H

#include "nscollect.h"
#include "nsproc.h"
#include "nssocket.h"
#include "num.h"

/* A namespace that a process holds without being in it. */
struct nsfind {
	uint8_t kind, type;
	pid_t pid;
	int num;
	uint32_t inode;
	uint32_t instead; /* NSHOLD_TASK: where its process is */
};

/* Two of them share the processes above a few hundred; nothing in here is shared. */
struct nsworker {
	const struct nscollect *c;
	struct nsfind *found;
	size_t n, size;
	struct nsproc_ids ids, tids;
	struct nssocket *sockets; /* asked when all processes have been looked at */
	size_t n_sockets, sockets_size;
	uint32_t children[NSTYPE_COUNT]; /* where those of the process will be; 0 when not read */
	struct nsmissed missed;
	struct nserr e;
	int err;
};

#define NSCOLLECT_DESCRIPTORS (NSTYPE_BIT(NSCOLLECT_FD) | NSTYPE_BIT(NSCOLLECT_SOCK))

enum { NSWORKER_OK, NSWORKER_GONE, NSWORKER_DENIED };

/*
 * Sorts an error of a file of a process: NSWORKER_GONE, NSWORKER_DENIED, or the negative errno with
 * w->e set for what would make the answer wrong.
 */
int nsworker_error(struct nsworker *w, int rc, const char *path) must_check;

/* Inode of a link; NSWORKER_OK or as nsworker_error(). */
int nsworker_link(struct nsworker *w, const char *path, const struct nstype *type,
		  uint32_t *inode) must_check;

/* Records what was found. 0 or -ENOMEM with w->e set. */
int nsworker_found(struct nsworker *w, const struct nsfind *f) must_check;

/* The sources that look at one process: 0 or a negative errno with w->e set. m is filled in by the
 * first of them, which may also say NSWORKER_GONE or NSWORKER_DENIED. */
int nscollect_proc(struct nsworker *w, struct nsmember *m) must_check;
int nscollect_task(struct nsworker *w, struct nsmember *m) must_check;
int nscollect_children(struct nsworker *w, struct nsmember *m) must_check;
int nscollect_fd(struct nsworker *w, struct nsmember *m) must_check; /* and sockets */

/* Notes a socket of a process. Returns 0 or -ENOMEM with w->e set. */
int nscollect_sock(struct nsworker *w, pid_t pid, int fd, uint64_t inode) must_check;

/* Finds the namespaces of all sockets of w. Returns 0 or a negative errno with w->e set. */
int nscollect_sockets(struct nsworker *w) must_check;

/* The sources that look at the whole. 0 or a negative errno with e set. */
int nscollect_kernel(struct nscollect *c, struct nserr *e) must_check;
int nscollect_mnt(struct nscollect *c, struct nserr *e) must_check;

/* The *_for_children links below path, of a thread that itself is in `own`; what has been read of
 * them is in `known`, or NULL. */
int nscollect_children_of(struct nsworker *w, struct nsproc_path *path, const uint32_t *own,
			  const uint32_t *known, pid_t pid, pid_t tid) must_check;

/* Whether a namespace that cannot be opened is none of our faults: gone, or not for us. */
bool nscollect_is_gone(int rc);

/* Asks the kernel about one namespace, once, and climbs from there. */
int nscollect_inspect(struct nscollect *c, struct ns *ns, int fd, struct nserr *e) must_check;

/* Opens what was found, each namespace once, and adds parents and owners to closure. */
int nscollect_relate(struct nscollect *c, struct nserr *e) must_check;

#endif
