/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker: declares the state of a scanning thread and the functions that the sources share. */
#ifndef NSU_COLLECT_WORKER_H
#define NSU_COLLECT_WORKER_H

#include "base/num.h"
#include "collect/collect.h"
#include "ns/procfs.h"
#include "ns/scan.h"
#include "ns/socket.h"

/* A holder of a namespace that a scanning thread (worker) has found in a process or thread. */
struct nsfind {
	uint8_t kind, type;
	pid_t pid;
	int num;
	uint32_t inode;
	/* only for NSHOLD_TASK: inode of the namespace of the same type that the process of the
	 * thread is in. This namespace's count of threads includes the thread, until merge_found()
	 * in collect.c subtracts it. */
	uint32_t instead;
};

/* A scanning thread. If there are many processes, two workers divide them, and share only the
 * member c. */
struct worker {
	const struct collect *c;
	struct nsfind *found;
	size_t n, size;
	struct scan ids, tids;
	/* sockets whose namespaces are looked up after all processes have been read */
	struct nssocket *sockets;
	size_t n_sockets, sockets_size;
	/* counter that rises if the descriptors of a process have the expected numbers 0 to n - 1,
	 * and falls if not; collect_fd() stops guessing the numbers when the counter is too low */
	int guess;
	/* inodes of the *_for_children namespaces of the process that is being scanned; 0 if not
	 * read */
	uint32_t children[NSTYPE_COUNT];
	struct nsmissed missed;
	struct nserr e;
	int err;
};

#define COLLECT_DESCRIPTORS (NSTYPE_BIT(COLLECT_FD) | NSTYPE_BIT(COLLECT_SOCK))

enum { WORKER_OK, WORKER_GONE, WORKER_DENIED };

/*
 * Classifies rc, the error of opening or reading the file `path`, a path relative to /proc that
 * belongs to a process. Returns WORKER_GONE if the process has ended, WORKER_DENIED if the caller
 * has no permission, otherwise rc with w->e set.
 */
int worker_error(struct worker *w, int rc, const char *path) must_check;

/* Sets *inode to the inode of the namespace to which the link `path`, below /proc, refers. Returns
 * WORKER_OK, or the result of worker_error(). */
int worker_link(struct worker *w, const char *path, const struct nstype *type,
		uint32_t *inode) must_check;

/* Adds the counters in `more` to the counters in `sum`. */
void nsmissed_add_all(struct nsmissed *sum, const struct nsmissed *more);

/* Appends a copy of f, which describes an object that keeps a namespace alive, to w->found. Returns
 * 0, or -ENOMEM with w->e set. */
int worker_found(struct worker *w, const struct nsfind *f) must_check;

/* These functions implement the sources that a scan reads for each process; m describes the
 * process. They add holders to w->found, and return 0, or a negative errno with w->e set.
 * collect_proc() must be called first: it sets m->inode, and may also return WORKER_GONE or
 * WORKER_DENIED. */
int collect_proc(struct worker *w, struct nsmember *m) must_check;
int collect_task(struct worker *w, struct nsmember *m) must_check;
int collect_children(struct worker *w, struct nsmember *m) must_check;
/* Implements the sources fd and sock: searches the descriptors of the process for namespace files,
 * and calls collect_sock() for each socket. */
int collect_fd(struct worker *w, struct nsmember *m) must_check;

/* Records a socket of a process for collect_sockets(). Returns 0, or -ENOMEM with w->e set. */
int collect_sock(struct worker *w, pid_t pid, int fd, uint64_t inode) must_check;

/* Finds the network namespaces of all sockets that collect_sock() has recorded, and adds the
 * sockets to w->found as holders. Returns 0 or a negative errno with w->e set. */
int collect_sockets(struct worker *w) must_check;

/* Fills c->members with the processes in /proc in ascending order of pid, or only with the process
 * c->q.only. Returns 0 or a negative errno with e set. */
int collect_list_members(struct collect *c, struct nserr *e) must_check;

/* These functions implement the sources that a scan reads only once, and not once for each process.
 * They return 0, or a negative errno with e set. */
int collect_kernel(struct collect *c, struct nserr *e) must_check;
int collect_mnt(struct collect *c, struct nserr *e) must_check;

/*
 * Reads the *_for_children links of a thread, and adds the thread to w->found as a holder of each
 * namespace that is not in `own`. `path` is the directory of the thread tid of the process pid
 * below /proc. `own` contains the inodes of the namespaces that the thread is in. `known` contains
 * the inodes of the links that were read before, or is NULL. Returns 0, or a negative errno with
 * w->e set.
 */
int collect_children_of(struct worker *w, struct procfs_path *path, const uint32_t *own,
			const uint32_t *known, pid_t pid, pid_t tid) must_check;

/*
 * Sets f->inode to the inode of one *_for_children link of the thread whose directory is `path`. If
 * the pid namespace for children has no process yet, the link cannot be read, so the inode is read
 * through a pidfd. Returns WORKER_OK, WORKER_DENIED, or a negative errno with w->e set. Returns
 * WORKER_GONE if the thread has ended, or if the kernel cannot open the namespace, which is then
 * counted as missed.
 */
int collect_child(struct worker *w, struct procfs_path *path, struct nsfind *f) must_check;

/* rc is the negative errno of a failed attempt to open a namespace. Returns true if rc means that
 * the namespace has vanished or was replaced, that the caller may not open it or cannot reach its
 * mount point, or that the kernel lacks the system call that opens it. */
bool collect_is_gone(int rc);

/* Sets the ids, the parent, the owner and the creator of ns, which are read from its descriptor fd
 * unless they were read before, and adds the parent and the owner to the table. Returns 0, or a
 * negative errno with e set. */
int collect_inspect(struct collect *c, struct ns *ns, int fd, struct nserr *e) must_check;

/* Opens each namespace in c->tab that has the flag `untried` and was not opened yet, and adds its
 * ancestors to the table. Sets ns.closed if the namespace exists but cannot be opened. Returns 0,
 * or a negative errno with e set. */
int collect_relate(struct collect *c, struct nserr *e) must_check;

/* Counts in c->missed the namespaces that exist but could not be opened. */
void collect_count_closed(struct collect *c);

#endif
