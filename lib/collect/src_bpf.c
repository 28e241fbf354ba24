// SPDX-License-Identifier: GPL-2.0-or-later
/* src_bpf: decides whether the BPF iterators are used, runs them, and checks their result. */
#include "collect/src_bpf.h"

#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"

/* With fewer threads on the machine, reading /proc costs less. */
#define ENOUGH_IF_MAPPED 40
#define ENOUGH_IF_READ   200

#define PASSES 5 /* over the lists, until two agree */

/* An attempt to use the iterators. */
struct attempt {
	struct collect *c;
	struct worker *w;
	struct collect_bpf *b;
	struct bpf_source source;
	uint64_t at_least;    /* number of threads of the machine while the tasks were read */
	uint64_t threads;     /* number of threads in the result */
	bool any_number;      /* it does not matter how many there are */
	bool files, no_lists; /* descriptors are read; there are too many mounts for the lists */
	size_t n_found;       /* of w, without descriptors */
	int task, file;       /* programs */
	int loadavg;          /* descriptor of /proc/loadavg */
	int probe;            /* descriptor that makes the program write the lists, or -1 */
};

/* ---- Whether ---- */

/* Returns true if any of the sources needs the descriptors of all processes. */
static bool wants_files(const struct collect *c)
{
	return c->sources & COLLECT_DESCRIPTORS;
}

/* Returns true if any of the sources needs a list that only the program for descriptors gives. */
static bool wants_lists(const struct attempt *a)
{
	const struct collect *c = a->c;
	unsigned lists = NSTYPE_BIT(COLLECT_KERNEL);

	if (!c->q.mount_details)
		lists |= NSTYPE_BIT(COLLECT_MNT);
	return !a->no_lists && c->sources & lists && bpf_source_has_mounts(&a->source);
}

/* Finds out if the caller may see through /proc what the iterators show: that of the initial
 * namespaces. Returns 0 or a negative errno. */
static int check_caller(struct attempt *a)
{
	const uint64_t proc = SYS_CAP_BIT(CAP_SYS_PTRACE) | SYS_CAP_BIT(CAP_DAC_READ_SEARCH);
	const uint64_t admin = SYS_CAP_BIT(CAP_SYS_ADMIN);
	const uint64_t bpf = SYS_CAP_BIT(SYS_CAP_BPF) | SYS_CAP_BIT(SYS_CAP_PERFMON);
	const struct collect *c = a->c;
	struct sys_caps caps;
	int rc;

	if (!USE_BPF || sizeof(void *) != 8 || c->q.no_bpf || !c->q.self || c->q.only)
		return -EOPNOTSUPP;
	if (c->own_user != SYS_NS_INO_USER || c->top[NSTYPE_PID] != SYS_NS_INO_PID)
		return -EPERM;
	rc = sys_cap_get(&caps);
	if (rc == 0 && ((caps.effective & proc) != proc ||
			(!(caps.effective & admin) && (caps.effective & bpf) != bpf)))
		rc = -EPERM;
	return rc;
}

/* Reads the number of threads of the machine, from the text "0.12 0.34 0.56 1/234 5678". Returns 0
 * or a negative errno. */
static int count_threads(const struct attempt *a, uint64_t *n)
{
	char text[128];
	ssize_t len = pread(a->loadavg, text, sizeof(text) - 1, 0);
	const char *slash;

	if (len < 0)
		return -errno;
	text[len] = '\0';
	slash = strchr(text, '/');
	return slash ? num_u64n(slash + 1, strcspn(slash + 1, " "), 1, UINT32_MAX, n) : -EBADMSG;
}

/* Opens the BTF of the kernel if there are enough threads. Returns 0 or a negative errno. */
static int open_btf(struct attempt *a)
{
	uint64_t n;
	int rc;

	a->loadavg = file_open_at(a->c->q.proc, "loadavg", O_RDONLY, 0);
	rc = a->loadavg < 0 ? a->loadavg : count_threads(a, &n);
	if (rc < 0)
		return rc;
	if (n < ENOUGH_IF_MAPPED && !a->any_number)
		return -ERANGE;
	rc = btf_open(&a->source.btf, BTF_FILE, a->any_number || n >= ENOUGH_IF_READ);
	return rc < 0 ? rc : bpf_source_init(&a->source);
}

/* ---- Programs ---- */

/* Loads the program for tasks. Returns 0 or a negative errno. */
static int load_task(struct attempt *a)
{
	struct bpf p;
	int rc = bpf_build_task(&p, &a->source);

	if (rc == 0)
		rc = a->task = sys_bpf_load_iter(p.insn, p.n, a->source.iter_task, NULL, 0);
	return MIN(rc, 0);
}

/* Loads the program for descriptors if it is needed. Returns 0 or a negative errno. */
static int load_file(struct attempt *a)
{
	bool lists = wants_lists(a);
	struct bpf p;
	int rc;

	a->files = wants_files(a->c);
	if (!a->files && !lists)
		return 0;
	if (a->probe < 0)
		a->probe = nsfile_open_proc(a->c->q.proc, "self/ns/mnt");
	if (a->probe < 0)
		return a->probe;
	rc = bpf_build_file(&p, &a->source, (uint32_t)a->c->q.self, lists ? (uint32_t)a->probe : 0);
	if (rc == 0)
		rc = a->file = sys_bpf_load_iter(p.insn, p.n, a->source.iter_file, NULL, 0);
	return MIN(rc, 0);
}

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

/* Returns true if both lists are complete and have the same items. */
static bool is_same(const struct bpf_pairs *a, const struct bpf_pairs *b)
{
	return a->known && b->known && a->n == b->n &&
	       (a->n == 0 || memcmp(a->pair, b->pair, a->n * sizeof(*a->pair)) == 0);
}

/* Reads the descriptors of one process, or of all with pid 0. Returns 0 or a negative errno. */
static int read_files(struct attempt *a, uint32_t pid, struct worker *w, struct collect_bpf *b)
{
	struct buf out = BUF_INIT;
	bool seen = false;
	int rc = bpf_read(a->file, pid, &out);

	if (rc == 0)
		rc = bpf_take_files(a->c, w, b, &out, a->probe, &seen);
	buf_free(&out);
	sort(&b->mounts);
	return rc < 0 ? rc : seen ? 0 : -EBADMSG;
}

/*
 * Reads the lists until they are the same twice: the kernel does not lock the list of mounts, and a
 * mount that is removed meanwhile could hide others. Otherwise mounts are read by mount namespace.
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

/* Reads the descriptors, and the lists with them. Returns 0 or a negative errno. */
static int read_all_files(struct attempt *a)
{
	int rc = 0;

	if (a->file < 0)
		return 0;
	if (a->files)
		rc = read_files(a, 0, a->w, a->b);
	if (rc == 0 && wants_lists(a))
		rc = confirm_mounts(a);
	if (rc == -E2BIG && !a->no_lists) {
		/* more than 2,000 mounts: do without the lists */
		a->no_lists = true;
		a->b->mounts.known = a->b->mnt_ns.known = false;
		util_close(&a->file);
		a->file = -1;
		a->w->n = a->n_found;
		rc = load_file(a);
		return rc < 0 ? rc : read_all_files(a);
	}
	return rc;
}

/* Reads the tasks. Returns 0 or a negative errno. */
static int read_tasks(struct attempt *a)
{
	struct buf out = BUF_INIT;
	uint64_t before, after;
	int rc = count_threads(a, &before);

	if (rc == 0)
		rc = bpf_read(a->task, 0, &out);
	if (rc == 0)
		rc = count_threads(a, &after);
	if (rc == 0)
		a->at_least = MIN(before, after);
	if (rc == 0)
		rc = bpf_take_tasks(a->c, a->w, a->b, &out, &a->threads);
	buf_free(&out);
	bpf_sort_related(a->b);
	a->b->has_ids = bpf_source_has_ids(&a->source);
	a->n_found = a->w->n;
	return rc;
}

/* ---- Checks of the result ---- */

/* Compares what the program for tasks found about ourselves with /proc. A member of the kernel's
 * structures whose meaning has changed would show here. Returns 0, or -EBADMSG with why set. */
static int check_self(struct attempt *a)
{
	const struct collect *c = a->c;
	const struct nsmember *me = collect_member(c, c->q.self);
	const uint32_t known[NSTYPE_COUNT] = { [NSTYPE_MNT] = c->own_mnt,
					       [NSTYPE_USER] = c->own_user,
					       [NSTYPE_PID] = c->top[NSTYPE_PID] };

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

/* Adds processes that the iterator did not show, in ascending order, to be read in /proc. Returns 0
 * or -ENOMEM. */
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

/* Returns the number of threads that process 1 has if the iterator did not show it; otherwise 0. It
 * is hidden more often than others, and listing /proc would cost as much as all the rest. */
static uint64_t hidden_init(const struct collect *c)
{
	struct stat st;

	if (collect_member(c, 1) || fstatat(c->q.proc, "1/task", &st, 0) < 0 || st.st_nlink < 3)
		return 0;
	return st.st_nlink - 2;
}

/* Finds processes that a security module hides from the iterator: it showed fewer threads than the
 * machine has. Returns 0 or a negative errno. */
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

/* ---- All of it ---- */

/* Releases what an attempt holds, except its result. */
static void close_attempt(struct attempt *a)
{
	btf_close(&a->source.btf);
	util_close(&a->task);
	util_close(&a->file);
	util_close(&a->probe);
	util_close(&a->loadavg);
}

static void free_result(struct collect_bpf *b)
{
	free(b->related);
	free(b->mounts.pair);
	free(b->mnt_ns.pair);
	free(b->sockets);
	scan_free(&b->unread);
	free(b);
}

/* Runs steps up to the first that fails. Returns 0 or a negative errno. */
static int run(struct attempt *a, int (*const *steps)(struct attempt *a), size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = steps[i](a);
	return rc;
}

bool collect_bpf(struct collect *c, struct worker *w)
{
	static int (*const steps[])(struct attempt * a) = {
		check_caller, open_btf,       load_task,  load_file,
		read_tasks,   read_all_files, check_self, find_hidden,
	};
	struct attempt a = { .c = c, .w = w, .task = -1, .file = -1, .probe = -1, .loadavg = -1 };
	int rc;

	a.b = calloc(1, sizeof(*a.b));
	if (!a.b)
		return false;
	rc = run(&a, steps, ARRAY_SIZE(steps));
	close_attempt(&a);
	if (rc == 0) {
		c->bpf = a.b;
		return true;
	}
	free_result(a.b);
	free(c->members);
	c->members = NULL;
	c->n = 0;
	w->n = 0;
	return false;
}

int collect_bpf_try(struct collect *c, enum collect_bpf_step last)
{
	static int (*const steps[])(struct attempt * a) = {
		[COLLECT_BPF_CALLER] = check_caller,
		[COLLECT_BPF_BTF] = open_btf,
		[COLLECT_BPF_TASK] = load_task,
		[COLLECT_BPF_FILE] = load_file,
	};
	struct attempt a = {
		.c = c, .any_number = true, .task = -1, .file = -1, .probe = -1, .loadavg = -1
	};
	int rc = run(&a, steps, last + 1);

	close_attempt(&a);
	return rc;
}

void collect_bpf_free(struct collect *c)
{
	if (c->bpf)
		free_result(c->bpf);
	c->bpf = NULL;
}
