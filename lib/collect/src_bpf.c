// SPDX-License-Identifier: GPL-2.0-or-later
/* src_bpf: runs the BPF iterators and checks their result. */
#include "collect/src_bpf.h"

#include <pthread.h>
#include <sys/stat.h>

/* minimum number of threads on the machine for which a second thread makes the scan faster */
#define TWO_THREADS 400

#define PASSES 5 /* maximum number of repeated reads until two results are the same */

/* An attempt to read all processes and descriptors with the iterators. */
struct attempt {
	struct collect *c;
	struct worker *w;
	struct collect_bpf *b;
	struct collect_programs *p;
	uint64_t at_least; /* number of threads of the machine while the tasks were read */
	uint64_t threads;  /* number of threads in the result */
	size_t n_found;    /* length of w->found before the descriptors were added */
	/* the output of the program for descriptors, if a second thread has read it */
	struct buf files;
	int files_rc;
	bool has_files;
};

/* ---- Reading ---- */

static int by_pair(const void *a, const void *b)
{
	const struct bpf_pair *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->of < y->of ? -1 : x->of > y->of;
}

/* Sorts a list, so that lists of the same items are equal. */
static void sort(struct bpf_pairs *list)
{
	if (list->n > 0)
		qsort(list->pair, list->n, sizeof(*list->pair), by_pair);
}

/* Returns true if both lists are complete and contain the same items. */
static bool is_same(const struct bpf_pairs *a, const struct bpf_pairs *b)
{
	return a->known && b->known && a->n == b->n &&
	       (a->n == 0 || memcmp(a->pair, b->pair, a->n * sizeof(*a->pair)) == 0);
}

/* Reads the descriptors of one process, or of all processes if pid is 0. Returns 0 or a negative
 * errno. */
static int read_files(struct attempt *a, uint32_t pid, struct worker *w, struct collect_bpf *b)
{
	struct buf out = a->has_files ? a->files : BUF_INIT;
	bool seen = false;
	int rc = a->has_files ? a->files_rc : bpf_read(a->p->file, pid, &out);

	a->has_files = false;
	if (rc == 0)
		rc = bpf_take_files(a->c, w, b, &out, a->p->probe, &seen);
	buf_free(&out);
	sort(&b->mounts);
	return rc < 0 ? rc : seen || a->p->probe < 0 ? 0 : -EBADMSG;
}

/*
 * Reads the lists until two consecutive results are the same. The kernel does not lock the list of
 * mounts, so a mount that is removed during the scan could hide others. If the results always
 * differ, sets mounts.known to false, so that the mounts of each mount namespace are read instead.
 * Returns 0 or a negative errno.
 */
static int confirm_mounts(struct attempt *a)
{
	struct collect_bpf before = { 0 };
	int rc = 0;

	if (!a->b->mounts.known)
		rc = read_files(a, (uint32_t)a->c->q.self, NULL, a->b);
	for (int i = 0; i < PASSES && rc == 0 && !is_same(&before.mounts, &a->b->mounts); i++) {
		struct bpf_pairs old = before.mounts;

		before.mounts = a->b->mounts;
		a->b->mounts = old;
		rc = read_files(a, (uint32_t)a->c->q.self, NULL, a->b);
	}
	a->b->mounts.known = is_same(&before.mounts, &a->b->mounts);
	free(before.mounts.pair);
	return rc;
}

/* Reads the descriptors, and the lists of mounts and mount namespaces that the program writes after
 * them. Returns 0 or a negative errno. */
static int read_all_files(struct attempt *a)
{
	int rc = 0;

	if (bpf_wants_files(a->c))
		rc = read_files(a, 0, a->w, a->b);
	if (rc == 0 && a->p->lists)
		rc = confirm_mounts(a);
	if (rc == -E2BIG && a->p->lists) {
		/* more than 2,000 mounts do not fit into the kernel's buffer: close the descriptor
		 * `probe`, because the program writes the lists only when it reaches this
		 * descriptor */
		util_close(&a->p->probe);
		a->p->lists = false;
		a->b->mounts.known = a->b->mnt_ns.known = false;
		a->w->n = a->n_found;
		return read_all_files(a);
	}
	return rc;
}

/* The start routine of a thread that reads the descriptors. Stores the result in the struct attempt
 * and returns NULL. */
static void *read_meanwhile(void *arg)
{
	struct attempt *a = arg;

	a->files_rc = bpf_read(a->p->file, 0, &a->files);
	return NULL;
}

/* Reads the tasks. If the machine has many threads, reads the descriptors in a second thread at the
 * same time. Returns 0 or a negative errno. */
static int read_output(struct attempt *a, uint64_t threads, struct buf *out)
{
	pthread_t thread;
	int rc;

	a->has_files = bpf_wants_files(a->c) && threads > TWO_THREADS &&
		       pthread_create(&thread, NULL, read_meanwhile, a) == 0;
	rc = bpf_read(a->p->task, 0, out);
	if (a->has_files)
		pthread_join(thread, NULL);
	return rc;
}

/* Reads the tasks, and counts the threads of the machine before and after this. Returns 0 or a
 * negative errno. */
static int read_tasks(struct attempt *a)
{
	struct buf out = BUF_INIT;
	uint64_t before, after;
	int rc = procfs_count_threads(a->p->loadavg, &before);

	if (rc == 0)
		rc = read_output(a, before, &out);
	if (rc == 0)
		rc = procfs_count_threads(a->p->loadavg, &after);
	if (rc == 0)
		a->at_least = MIN(before, after);
	if (rc == 0)
		rc = bpf_take_tasks(a->c, a->w, a->b, &out, &a->threads);
	buf_free(&out);
	bpf_sort_related(a->b);
	a->b->has_ids = a->p->has_ids;
	a->n_found = a->w->n;
	return rc;
}

/* ---- Checks of the result ---- */

/* Compares the record of this process with /proc, to detect a kernel that has changed the meaning
 * of a structure member. Returns 0 or -EBADMSG. */
static int check_self(struct attempt *a)
{
	const struct collect *c = a->c;
	const struct nsmember *me = collect_member(c, c->q.self);
	const uint32_t known[NSTYPE_COUNT] = { [NSTYPE_MNT] = c->own_mnt,
					       [NSTYPE_USER] = c->own_user,
					       [NSTYPE_PID] = c->top[NSTYPE_PID] };

	if (!me || me->ppid != getppid() || me->uid != geteuid())
		return -EBADMSG;
	for (size_t i = 0; me && i < NSTYPE_COUNT; i++) {
		struct procfs_path path;
		uint32_t inode = known[i];
		int rc = 0;

		if (!(c->types & NSTYPE_BIT(i)))
			continue;
		procfs_path_set(&path, c->q.self);
		if (!inode)
			rc = procfs_link(c->q.proc, procfs_path_at(&path, nstypes[i].file),
					 &nstypes[i], &inode);
		if ((rc < 0 && !scan_gone(rc)) || inode != me->inode[i])
			me = NULL;
	}
	return me ? 0 : -EBADMSG;
}

/* Adds the processes that the iterator did not report, in ascending order, so that they are read
 * from /proc. Returns 0 or -ENOMEM. */
static int add_unread(struct collect *c, struct collect_bpf *b, const struct scan *pids)
{
	struct nsmember *all = calloc(c->n + pids->n + 1, sizeof(*all));
	size_t n = 0, k = 0;

	b->unread.id = calloc(pids->n + 1, sizeof(*b->unread.id));
	if (!all || !b->unread.id) {
		free(all);
		return -ENOMEM;
	}
	for (size_t i = 0; i < pids->n; i++) {
		while (k < c->n && c->members[k].pid < pids->id[i])
			all[n++] = c->members[k++];
		if (k < c->n && c->members[k].pid == pids->id[i])
			continue;
		all[n++].pid = b->unread.id[b->unread.n++] = pids->id[i];
	}
	while (k < c->n)
		all[n++] = c->members[k++];
	free(c->members);
	c->members = all;
	c->n = n;
	return 0;
}

/* If the iterator did not report process 1, returns the number of threads of process 1, otherwise
 * 0. Process 1 is checked first, because it is hidden more often than others, and listing /proc
 * takes as long as the rest of the scan. */
static uint64_t hidden_init(const struct collect *c)
{
	struct stat st;

	if (collect_member(c, 1) || fstatat(c->q.proc, "1/task", &st, 0) < 0 || st.st_nlink < 3)
		return 0;
	return st.st_nlink - 2;
}

/* Finds processes that a security module hides from the iterator, if the iterator reported fewer
 * threads than the machine has. Returns 0 or a negative errno. */
static int find_hidden(struct attempt *a)
{
	struct scan pids = { 0 };
	uint64_t init;
	int rc;

	if (a->threads >= a->at_least)
		return 0;
	init = hidden_init(a->c);
	if (init && a->threads + init >= a->at_least)
		return add_unread(a->c, a->b, &(struct scan){ (int[]){ 1 }, 1, 1 });
	rc = scan_dir(a->c->q.proc, ".", 0, &pids);
	if (rc == 0)
		rc = add_unread(a->c, a->b, &pids);
	scan_free(&pids);
	return rc;
}

/* ---- Namespaces without a process ---- */

/*
 * Removes the pid namespaces of future children that cannot be opened. The iterators report a pid
 * namespace without processes on every kernel, but before Linux 6.11 no program can open it, so no
 * tool would accept a reference to it. Counts these namespaces as missed, as the scan of /proc
 * does. Returns 0 or a negative errno.
 */
static int check_children(struct attempt *a)
{
	struct worker *w = a->w;
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct nsfind f = w->found[i];
		struct procfs_path path;
		int rc = WORKER_OK;

		if (f.kind == NSHOLD_CHILDREN && f.type == NSTYPE_PID) {
			procfs_path_set_task(&path, f.pid, f.num);
			rc = collect_child(w, &path, &f);
		}
		if (rc < 0)
			return rc;
		if (rc == WORKER_OK && f.inode == w->found[i].inode)
			w->found[kept++] = f;
	}
	w->n = kept;
	return 0;
}

/* ---- The whole scan ---- */

static void free_result(struct collect_bpf *b)
{
	free(b->related);
	free(b->mounts.pair);
	free(b->mnt_ns.pair);
	free(b->sockets);
	scan_free(&b->unread);
	free(b);
}

bool collect_bpf(struct collect *c, struct worker *w)
{
	static int (*const steps[])(struct attempt * a) = { read_tasks, read_all_files, check_self,
							    find_hidden, check_children };
	struct collect_programs own = COLLECT_PROGRAMS_INIT;
	struct attempt a = { .c = c, .w = w, .p = c->q.programs ? c->q.programs : &own };
	int rc;

	a.b = calloc(1, sizeof(*a.b));
	if (!a.b)
		return false;
	rc = bpf_load(c, a.p, COLLECT_BPF_LOADED, false);
	for (size_t i = 0; i < ARRAY_SIZE(steps) && rc == 0; i++)
		rc = steps[i](&a);
	if (a.has_files)
		buf_free(&a.files);
	if (rc < 0 || a.p == &own)
		collect_programs_close(a.p);
	if (rc == 0) {
		c->bpf = a.b;
		return true;
	}
	free_result(a.b);
	free(c->members);
	c->members = NULL;
	c->n = 0;
	w->n = 0;
	w->missed = (struct nsmissed){ 0 };
	w->e = NSERR_INIT;
	return false;
}

void collect_bpf_free(struct collect *c)
{
	if (c->bpf)
		free_result(c->bpf);
	c->bpf = NULL;
}
