// SPDX-License-Identifier: GPL-2.0-or-later
/* collect: calls the functions of all sources of namespaces (src_*.c), in two threads if there are
 * many processes, and merges their results. */
#include "collect/collect.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/choice.h"
#include "collect/src_bpf.h"
#include "kernel/sys_ns.h"
#include "ns/timens_proc.h"

/* minimum number of processes for which a second thread makes the scan faster */
#define TWO_THREADS 400
#define CHUNK       64 /* number of processes that a worker reserves for itself at once */

const char *const collect_source_names[COLLECT_SOURCES] = {
	[COLLECT_PROC] = "proc",     [COLLECT_TASK] = "task", [COLLECT_CHILDREN] = "children",
	[COLLECT_FD] = "fd",         [COLLECT_SOCK] = "sock", [COLLECT_MNT] = "mnt",
	[COLLECT_KERNEL] = "kernel",
};

static int (*const process_sources[COLLECT_SOURCES])(struct worker *w, struct nsmember *m) = {
	[COLLECT_PROC] = collect_proc,         [COLLECT_TASK] = collect_task,
	[COLLECT_CHILDREN] = collect_children, [COLLECT_FD] = collect_fd,
	[COLLECT_SOCK] = collect_fd,
};

static int unknown_source(const char *word, size_t n, struct nserr *e)
{
	struct choice choice;

	choice_init(&choice, word, n);
	for (size_t i = 0; i < COLLECT_SOURCES; i++)
		choice_add(&choice, collect_source_names[i]);
	return choice_unknown(&choice, "source", e);
}

int collect_parse(const char *list, unsigned *sources, struct nserr *e)
{
	unsigned set = 0;

	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ","), i = 0;

		while (i < COLLECT_SOURCES &&
		       (strncmp(collect_source_names[i], s, n) != 0 || collect_source_names[i][n]))
			i++;
		if (i == COLLECT_SOURCES)
			return unknown_source(s, n, e);
		set |= NSTYPE_BIT(i);
		s += n;
		if (!*s)
			break;
	}
	*sources = set;
	return 0;
}

/* ---- Workers ---- */

/* Reads one process with the functions of all sources in use (src_*.c). If the process ends
 * meanwhile, stores the results that were found before. Returns 0, or a negative errno with w->e
 * set. */
static int look_at(struct worker *w, struct nsmember *m)
{
	unsigned sources = w->c->sources;
	int rc = collect_proc(w, m);

	/* skip the descriptors of nslist: own_descriptors() has read them before the scan opened
	 * any */
	if (m->pid == w->c->q.self)
		sources &= ~COLLECT_DESCRIPTORS;
	else if (sources & NSTYPE_BIT(COLLECT_FD))
		/* skip the source `sock`, because collect_fd() also finds the sockets of the
		 * process */
		sources &= ~NSTYPE_BIT(COLLECT_SOCK);

	if (rc == WORKER_DENIED)
		nsmissed_add(&w->missed, NSMISSED_PROC, -EACCES);
	for (int i = COLLECT_PROC + 1; rc == 0 && i < COLLECT_SOURCES; i++)
		if (sources & NSTYPE_BIT(i) && process_sources[i])
			rc = process_sources[i](w, m);
	return MIN(rc, 0);
}

struct crew {
	struct collect *c;
	atomic_size_t next;
	atomic_bool failed;
	struct worker worker[2];
};

/* Reads processes until all are read or a worker has failed. */
static void work(struct crew *crew, struct worker *w)
{
	size_t n = crew->c->n, i;

	while (!crew->failed && (i = atomic_fetch_add(&crew->next, CHUNK)) < n) {
		size_t end = MIN(i + CHUNK, n);

		for (; i < end && w->err == 0; i++)
			w->err = look_at(w, &crew->c->members[i]);
		if (w->err < 0)
			crew->failed = true;
	}
}

/* The start routine of the second thread that reads processes. Returns NULL. */
static void *second(void *arg)
{
	struct crew *crew = arg;

	work(crew, &crew->worker[1]);
	return NULL;
}

/* Sets c->fd_sizes to true if the size of /proc/PID/fd is the number of descriptors (since Linux
 * 6.2). */
static void find_fd_sizes(struct collect *c)
{
	struct stat st;

	c->fd_sizes = c->sources & COLLECT_DESCRIPTORS && c->q.self &&
		      fstatat(c->q.proc, "self/fd", &st, 0) == 0 && st.st_size > 0;
}

/* Reads the descriptors with which nslist was started. Returns 0, or a negative errno with w->e
 * set. */
static int own_descriptors(struct collect *c, struct worker *w)
{
	struct nsmember me = { .pid = c->q.self };

	if (!(c->sources & COLLECT_DESCRIPTORS) || !c->q.self)
		return 0;
	find_fd_sizes(c);
	return collect_fd(w, &me);
}

/* Looks up the sockets of both workers together, because processes may share a socket. Returns 0,
 * or a negative errno with w->e set. */
static int look_at_sockets(struct worker *w, const struct worker *more)
{
	for (size_t i = 0; i < more->n_sockets; i++) {
		const struct nssocket *s = &more->sockets[i];
		int rc = collect_sock(w, s->pid, s->fd, s->inode);

		if (rc < 0)
			return rc;
	}
	return collect_sockets(w);
}

/* Reads all processes, with a second thread if there are many processes. If a worker fails, its
 * member err contains the error. */
static void run_crew(struct crew *crew)
{
	struct worker *w = &crew->worker[0];
	pthread_t thread;
	bool two;

	w->err = own_descriptors(crew->c, w);
	if (w->err < 0)
		return;
	two = crew->c->n > TWO_THREADS && pthread_create(&thread, NULL, second, crew) == 0;

	work(crew, w);
	if (two)
		pthread_join(thread, NULL);
	if (!crew->failed)
		w->err = look_at_sockets(w, &crew->worker[1]);
}

/* ---- Merging ---- */

/* Sets e to an error for a failed allocation. Returns -ENOMEM. */
static int out_of_memory(struct nserr *e)
{
	return nserr_set(e, ENOMEM, "cannot list namespaces");
}

/* Adds a process to the namespaces that it is in. Returns 0 or -ENOMEM. */
static int merge_member(struct collect *c, const struct nsmember *m)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		struct ns *ns;

		if (m->inode[i] == 0)
			continue;
		ns = nstab_get(&c->tab, &nstypes[i], m->inode[i]);
		if (!ns)
			return -ENOMEM;
		if (ns->pid == 0 || m->pid < ns->pid)
			ns->pid = m->pid;
		ns->nprocs++;
		ns->nthreads += m->nthreads;
		ns->held |= NSHOLD_BIT(NSHOLD_PROC);
	}
	return 0;
}

/* Adds a holder, for example a descriptor, to the namespace that the holder refers to. Returns 0 or
 * -ENOMEM. */
static int merge_found(struct collect *c, const struct nsfind *f)
{
	const struct nstype *type = &nstypes[f->type];
	struct ns *ns = nstab_get(&c->tab, type, f->inode), *instead;

	if (!ns)
		return -ENOMEM;
	if (f->kind == NSHOLD_TASK) {
		ns->nthreads++;
		instead = nstab_find(&c->tab, type, f->instead);
		if (instead)
			instead->nthreads--;
	}
	ns->nfds += f->kind == NSHOLD_FD;
	ns->nsocks += f->kind == NSHOLD_SOCK;
	return nstab_hold(ns, f->kind, f->pid, f->num, NULL);
}

/* Adds the results of both workers to the table. Returns 0, or a negative errno with e set. */
static int merge(struct crew *crew, struct nserr *e)
{
	struct collect *c = crew->c;

	for (size_t i = 0; i < c->n; i++)
		if (merge_member(c, &c->members[i]) < 0)
			return out_of_memory(e);
	for (size_t k = 0; k < ARRAY_SIZE(crew->worker); k++) {
		struct worker *w = &crew->worker[k];

		nsmissed_add_all(&c->missed, &w->missed);
		if (w->err < 0) {
			*e = w->e;
			return w->err;
		}
		for (size_t i = 0; i < w->n; i++)
			if (merge_found(c, &w->found[i]) < 0)
				return out_of_memory(e);
	}
	return 0;
}

/* Reads the inode of a namespace of nslist itself. *inode stays 0 if the link is missing or must
 * not be read. Returns 0, or a negative errno with e set. */
static int own_link(const struct collect *c, const char *path, int type, uint32_t *inode,
		    struct nserr *e)
{
	int rc = procfs_link(c->q.proc, path, &nstypes[type], inode);

	if (rc == 0 || scan_gone(rc) || rc == -EACCES || rc == -EPERM)
		return 0;
	return nserr_set(e, rc, "cannot read /proc/%s", path);
}

/* Reads the inodes of the namespaces of nslist itself, and verifies /proc. Returns 0, or a negative
 * errno with e set. */
static int look_at_self(struct collect *c, struct nserr *e)
{
	int rc = own_link(c, "self/ns/mnt", NSTYPE_MNT, &c->own_mnt, e);

	if (rc == 0)
		rc = own_link(c, "self/ns/user", NSTYPE_USER, &c->own_user, e);
	if (rc < 0 || !c->q.self)
		return rc;
	/* use a constant, because the initial time namespace has the same inode on every kernel
	 * since Linux 5.6 */
	c->top[NSTYPE_TIME] = TIMENS_INITIAL_INO;
	rc = own_link(c, "self/ns/pid", NSTYPE_PID, &c->top[NSTYPE_PID], e);
	return rc < 0 ? rc : nsfile_proc_verify(&c->files, c->q.proc, e);
}

/* Removes the source `sock` (src_sock.c) from c->sources if network namespaces are not requested.
 * Reads the namespaces of nslist itself. Returns 0, or a negative errno with e set. */
static int prepare(struct collect *c, struct nserr *e)
{
	if (!(c->types & NSTYPE_BIT(NSTYPE_NET)))
		c->sources &= ~NSTYPE_BIT(COLLECT_SOCK);
	return look_at_self(c, e);
}

/* Adds the namespaces that the kernel lists, if the source `kernel` (src_kernel.c) is in use.
 * Returns 0, or a negative errno with e set. */
static int list_by_kernel(struct collect *c, struct nserr *e)
{
	/* a fixture is a copy of another machine's /proc, so do not query the running kernel */
	return c->sources & NSTYPE_BIT(COLLECT_KERNEL) && c->q.self ? collect_kernel(c, e) : 0;
}

/* Returns true if the kernel has listed all mount namespaces and opens them by their ids (Linux
 * 6.18). */
static bool needs_no_mnt_holder(const struct collect *c)
{
	const struct nstype *mnt = &nstypes[NSTYPE_MNT];
	const struct ns *own = c->all_mnt ? nstab_find(&c->tab, mnt, c->own_mnt) : NULL;
	cleanup_fd int fd = -1;

	if (own && own->id)
		fd = sys_ns_open_id(own->id, (uint32_t)mnt->flag, own->inode);
	return fd >= 0;
}

/* Lists the processes in /proc. Returns 0, or a negative errno with e set. */
static int prepare_proc(struct collect *c, struct nserr *e)
{
	int rc = list_by_kernel(c, e);

	if (rc < 0)
		return rc;
	/* find all mount namespaces and their holders, because the source `mnt` (src_mnt.c) later
	 * reads the mounts of each mount namespace, and a mounted namespace is opened there */
	if (c->sources & NSTYPE_BIT(COLLECT_MNT) && !needs_no_mnt_holder(c))
		c->types |= NSTYPE_BIT(NSTYPE_MNT);
	return collect_list_members(c, e);
}

/* Returns the member with the pid, which must exist. */
static struct nsmember *member_of(const struct collect *c, pid_t pid)
{
	return c->members + (collect_member(c, pid) - c->members);
}

/* Reads from /proc the processes that the iterators did not report. After a failure, err of the
 * first worker contains the error. */
static void read_unread(struct crew *crew)
{
	struct worker *w = &crew->worker[0];
	const struct scan *unread = &crew->c->bpf->unread;

	if (unread->n > 0)
		find_fd_sizes(crew->c);
	for (size_t i = 0; i < unread->n && w->err == 0; i++)
		w->err = look_at(w, member_of(crew->c, unread->id[i]));
	if (w->err == 0 && w->n_sockets > 0)
		w->err = collect_sockets(w);
}

/* Runs the sources on all processes, by BPF iterators if possible. Returns 0, or a negative errno
 * with e set. */
static int scan_members(struct collect *c, struct nserr *e)
{
	struct crew crew = { .c = c, .worker = { { .c = c }, { .c = c } } };
	int rc = 0;

	/* find all mount namespaces, because the source `mnt` (src_mnt.c) later reads their
	 * mounts */
	if (c->sources & NSTYPE_BIT(COLLECT_MNT))
		c->types |= NSTYPE_BIT(NSTYPE_MNT);
	if (collect_bpf(c, &crew.worker[0])) {
		read_unread(&crew);
	} else {
		c->types = c->q.types;
		rc = prepare_proc(c, e);
		if (rc == 0)
			run_crew(&crew);
	}
	if (rc == 0)
		rc = merge(&crew, e);
	for (size_t k = 0; k < ARRAY_SIZE(crew.worker); k++) {
		free(crew.worker[k].found);
		free(crew.worker[k].sockets);
		scan_free(&crew.worker[k].ids);
		scan_free(&crew.worker[k].tids);
	}
	return rc;
}

/* Adds the parents and owners of the namespaces. Returns 0, or a negative errno with e set. */
static int relate(struct collect *c, struct nserr *e)
{
	int rc = 0;

	if (c->bpf) {
		if (bpf_relate(c) < 0)
			return out_of_memory(e);
		rc = list_by_kernel(c, e);
	}
	return rc < 0 ? rc : collect_relate(c, e);
}

int collect_run(struct collect *c, const struct collect_query *q, struct nserr *e)
{
	static int (*const steps[])(struct collect * c, struct nserr * e) = {
		prepare,
		scan_members,
		relate,
		collect_mnt,
	};

	*c = (struct collect){ .q = *q, .types = q->types, .sources = q->sources };
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int rc = steps[i](c, e);

		if (rc < 0)
			return rc;
	}
	collect_count_closed(c);
	nstab_finish(&c->tab);
	return 0;
}

bool collect_complete(const struct collect *c)
{
	static const struct nsmissed none;

	return memcmp(&c->missed, &none, sizeof(none)) == 0;
}

void collect_free(struct collect *c)
{
	nstab_free(&c->tab);
	collect_bpf_free(c);
	free(c->members);
	c->members = NULL;
	c->n = 0;
}

int collect_try_bpf(const struct collect_query *q, enum collect_bpf_step step)
{
	struct collect c = { .q = *q, .types = q->types, .sources = q->sources };
	struct collect_programs p = COLLECT_PROGRAMS_INIT;
	int rc = prepare(&c, NULL);

	if (rc == 0)
		rc = bpf_load(&c, &p, step, true);
	collect_programs_close(&p);
	return rc;
}
