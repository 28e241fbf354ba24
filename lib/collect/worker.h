/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect_source: what a source of nscollect works with. */
#ifndef NSU_COLLECT_WORKER_H
#define NSU_COLLECT_WORKER_H

#include "base/num.h"
#include "collect/collect.h"
#include "ns/procfs.h"
#include "ns/socket.h"

/* A namespace that a process holds without being in it. */
struct nsfind {
	uint8_t kind, type;
	pid_t pid;
	int num;
	uint32_t inode;
	uint32_t instead; /* NSHOLD_TASK: where its process is */
};

/* Two of them share the processes above a few hundred; nothing in here is shared. */
struct worker {
	const struct collect *c;
	struct nsfind *found;
	size_t n, size;
	struct procfs_ids ids, tids;
	struct nssocket *sockets; /* asked when all processes have been looked at */
	size_t n_sockets, sockets_size;
	uint32_t children[NSTYPE_COUNT]; /* where those of the process will be; 0 when not read */
	struct nsmissed missed;
	struct nserr e;
	int err;
};

#define COLLECT_DESCRIPTORS (NSTYPE_BIT(COLLECT_FD) | NSTYPE_BIT(COLLECT_SOCK))

enum { WORKER_OK, WORKER_GONE, WORKER_DENIED };

/*
 * Sorts an error of a file of a process: WORKER_GONE, WORKER_DENIED, or the negative errno with
 * w->e set for what would make the answer wrong.
 */
int worker_error(struct worker *w, int rc, const char *path) must_check;

/* Inode of a link; WORKER_OK or as worker_error(). */
int worker_link(struct worker *w, const char *path, const struct nstype *type,
		uint32_t *inode) must_check;

/* Adds the counters of `more` to those of `sum`. */
void nsmissed_add_all(struct nsmissed *sum, const struct nsmissed *more);

/* Records what was found. 0 or -ENOMEM with w->e set. */
int worker_found(struct worker *w, const struct nsfind *f) must_check;

/* The sources that look at one process: 0 or a negative errno with w->e set. m is filled in by the
 * first of them, which may also say WORKER_GONE or WORKER_DENIED. */
int collect_proc(struct worker *w, struct nsmember *m) must_check;
int collect_task(struct worker *w, struct nsmember *m) must_check;
int collect_children(struct worker *w, struct nsmember *m) must_check;
int collect_fd(struct worker *w, struct nsmember *m) must_check; /* and sockets */

/* Notes a socket of a process. Returns 0 or -ENOMEM with w->e set. */
int collect_sock(struct worker *w, pid_t pid, int fd, uint64_t inode) must_check;

/* Finds the namespaces of all sockets of w. Returns 0 or a negative errno with w->e set. */
int collect_sockets(struct worker *w) must_check;

/* Fills c->members with the processes of /proc in ascending order, or with c->only. Returns 0 or a
 * negative errno with e set. */
int collect_list_members(struct collect *c, struct nserr *e) must_check;

/* The sources that look at the whole. 0 or a negative errno with e set. */
int collect_kernel(struct collect *c, struct nserr *e) must_check;
int collect_mnt(struct collect *c, struct nserr *e) must_check;

/* The *_for_children links below path, of a thread that itself is in `own`; what has been read of
 * them is in `known`, or NULL. */
int collect_children_of(struct worker *w, struct procfs_path *path, const uint32_t *own,
			const uint32_t *known, pid_t pid, pid_t tid) must_check;

/* Whether a namespace that cannot be opened is none of our faults: gone, or not for us. */
bool collect_is_gone(int rc);

/* Asks the kernel about one namespace, once, and climbs from there. */
int collect_inspect(struct collect *c, struct ns *ns, int fd, struct nserr *e) must_check;

/* Opens what was found, each namespace once, and adds parents and owners to closure. */
int collect_relate(struct collect *c, struct nserr *e) must_check;

#endif
