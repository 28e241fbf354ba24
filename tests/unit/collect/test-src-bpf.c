// SPDX-License-Identifier: GPL-2.0-or-later
/* test-src-bpf: collects processes and namespaces from the output of imitated BPF programs. The
 * linker replaces the functions that load and run the programs and those that read /proc (option
 * --wrap in tests/Makemodule.am). */
#include <pthread.h>
#include <sys/stat.h>

#include "bpf.h"

#define SELF 50
/* the namespaces of this process have the inodes OWN plus the index of the type */
#define OWN  100u

/* The results of the replaced functions: negative errnos, or 0 for success. */
static struct {
	int count, load, read_task, read_file, link, scan, child;
} fails;

static struct {
	uint64_t threads, more; /* the second count is threads + more */
	unsigned counted;
	bool has_mounts, has_ids;
	bool any_number; /* the argument any_number of bpf_load() */
	const char *bad_link;
	struct buf tasks;
	/* the outputs of the program for descriptors; further reads return the last one */
	struct buf files[8];
	unsigned n_files, reads, reads_self;
	unsigned too_big; /* the number of the read that fails with E2BIG, from 1 */
	pthread_t main;
	bool threaded; /* a second thread has read the descriptors */
	struct scan pids;
	unsigned scans, asked;
	uint32_t child_inode; /* the namespace for children that collect_child() finds */
	struct collect_programs *programs;
} world;

/* ---- The replaced functions */

int __wrap_procfs_count_threads(int loadavg, uint64_t *n);
int __wrap_procfs_count_threads(int loadavg, uint64_t *n)
{
	CHECK(loadavg > 2);
	*n = world.threads + (world.counted++ ? world.more : 0);
	return fails.count;
}

int __wrap_bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
		    bool any_number);
int __wrap_bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
		    bool any_number)
{
	CHECK_INT(last, any_number ? COLLECT_BPF_CALLER : COLLECT_BPF_LOADED);
	world.any_number = any_number;
	world.programs = p;
	p->task = descriptor();
	p->file = descriptor();
	p->probe = descriptor();
	p->loadavg = descriptor();
	p->lists = bpf_wants_lists(c) && world.has_mounts;
	p->has_ids = world.has_ids;
	return fails.load;
}

/* Appends to `out` the output of the program for tasks, or the next output of the program for
 * descriptors. */
int __wrap_bpf_read(int prog, uint32_t pid, struct buf *out);
int __wrap_bpf_read(int prog, uint32_t pid, struct buf *out)
{
	const struct buf *b = &world.tasks;

	if (prog == world.programs->task) {
		CHECK_INT(pid, 0);
		buf_add(out, b->s, b->len);
		return fails.read_task;
	}
	CHECK_INT(prog, world.programs->file);
	CHECK(pid == 0 || pid == SELF);
	world.threaded |= !pthread_equal(world.main, pthread_self());
	world.reads_self += pid == SELF;
	b = &world.files[MIN(world.reads, world.n_files - 1)];
	buf_add(out, b->s, b->len);
	if (++world.reads == world.too_big)
		return -E2BIG;
	return fails.read_file;
}

int __wrap_procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *inode);
int __wrap_procfs_link(int dirfd, const char *path, const struct nstype *type, uint32_t *inode)
{
	(void)dirfd;
	CHECK(str_after(path, "self/") || str_after(path, "50/") || str_after(path, "60/"));
	*inode = 0;
	if (fails.link && (!world.bad_link || strstr(path, world.bad_link)))
		return fails.link;
	*inode = OWN + (uint32_t)nstype_index(type);
	return 0;
}

int __wrap_scan_dir(int dirfd, const char *path, size_t expected, struct scan *s);
int __wrap_scan_dir(int dirfd, const char *path, size_t expected, struct scan *s)
{
	(void)dirfd;
	CHECK_STR(path, ".");
	CHECK_INT(expected, 0);
	world.scans++;
	s->id = calloc(world.pids.n + 1, sizeof(*s->id));
	for (size_t i = 0; i < world.pids.n; i++)
		s->id[i] = world.pids.id[i];
	s->n = s->size = world.pids.n;
	return fails.scan;
}

int __wrap_collect_child(struct worker *w, struct procfs_path *path, struct nsfind *f);
int __wrap_collect_child(struct worker *w, struct procfs_path *path, struct nsfind *f)
{
	(void)w;
	CHECK_INT(f->type, NSTYPE_PID);
	CHECK_STR(procfs_path_at(path, ""), "60/task/60/");
	world.asked++;
	f->inode = world.child_inode;
	return fails.child;
}

int __wrap_nsfile_proc_verify(struct nsfile_proc *p, int fd, struct nserr *e);
int __wrap_nsfile_proc_verify(struct nsfile_proc *p, int fd, struct nserr *e)
{
	(void)e;
	p->fd = fd;
	return 0;
}

static void reset(void)
{
	memset(&fails, 0, sizeof(fails));
	buf_free(&world.tasks);
	for (size_t i = 0; i < ARRAY_SIZE(world.files); i++)
		buf_free(&world.files[i]);
	memset(&world, 0, sizeof(world));
	world.threads = 1000;
	world.n_files = 1;
	world.main = pthread_self();
}

/* ---- Reading */

/* Returns the record of this process (pid SELF), or of another process in the same namespaces. */
static struct bpf_task process(uint32_t pid)
{
	struct bpf_task t = task_of(pid, pid, OWN);

	t.ppid = (uint32_t)getppid();
	t.euid = geteuid();
	return t;
}

static void add_task(uint32_t pid)
{
	struct bpf_task t = process(pid);

	buf_add(&world.tasks, &t, sizeof(t));
}

static void add_file(struct buf *out, uint32_t pid, uint32_t fd, uint64_t inode, int type)
{
	struct bpf_file f = {
		BPF_RECORD_FILE, pid, pid, fd, inode, (uint32_t)nstypes[type].flag, 0, 1
	};

	buf_add(out, &f, sizeof(f));
}

/* The descriptor of this process that must be in the output. __wrap_bpf_load() opens it when no
 * descriptor of an earlier call is open, so the number is the same in all calls. */
static int probe;

static void add_files(struct buf *out)
{
	add_file(out, 60, 3, 500, NSTYPE_UTS);
	add_file(out, SELF, (uint32_t)probe, OWN + NSTYPE_MNT, NSTYPE_MNT);
}

/* Adds a list of mounts with the ids a and b. */
static void add_mounts(struct buf *out, uint64_t a, uint64_t b)
{
	const struct bpf_pair pairs[] = { { BPF_RECORD_MOUNTS, 0 }, { a, 7 }, { b, 7 }, { 0, 0 } };

	buf_add(out, pairs, sizeof(pairs));
}

static void begin(struct collect *c, unsigned sources)
{
	int fds[3];

	reset();
	*c = scan_by(SELF);
	c->sources = sources;
	c->own_mnt = OWN + NSTYPE_MNT;
	c->own_user = OWN + NSTYPE_USER;
	c->top[NSTYPE_PID] = OWN + NSTYPE_PID;
	world.threads = 3;
	add_task(SELF);
	add_task(60);
	/* __wrap_bpf_load() opens two descriptors before the probe */
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = descriptor();
	probe = fds[2];
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	add_files(&world.files[0]);
}

/* Calls collect_bpf(), and checks that a failed call changes nothing. Returns true on success. */
static bool run(struct collect *c, struct worker *w)
{
	bool done;

	*w = (struct worker){ .c = c };
	done = collect_bpf(c, w);
	CHECK_INT(done, c->bpf != NULL);
	if (!done)
		CHECK(!c->members && c->n == 0 && w->n == 0 && !w->e.what[0] && w->missed.err == 0);
	return done;
}

static void end(struct collect *c, struct worker *w)
{
	collect_free(c);
	CHECK(!c->bpf && !c->members && c->n == 0);
	collect_bpf_free(c);
	free(w->found);
	reset();
}

#define WITH_FILES (NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_FD) | NSTYPE_BIT(COLLECT_TASK))

static void reads_the_output_of_the_programs(void)
{
	const struct bpf_relation relation = { .kind = BPF_RECORD_RELATION,
					       .of = { [NSTYPE_UTS] = { .inode = 7 } } };
	struct collect_programs p = COLLECT_PROGRAMS_INIT;
	struct collect c;
	struct worker w;

	begin(&c, WITH_FILES);
	world.has_ids = true;
	/* the output contains the same relation twice */
	buf_add(&world.tasks, &relation, sizeof(relation));
	buf_add(&world.tasks, &relation, sizeof(relation));
	CHECK(run(&c, &w));
	CHECK(!world.any_number && !world.threaded && world.reads == 1 && world.scans == 0);
	CHECK(c.n == 2 && c.members[0].pid == SELF && c.members[1].pid == 60);
	CHECK(c.members[0].known && c.members[0].nthreads == 1 && c.members[1].nthreads == 2);
	CHECK(w.n == 1 && w.found[0].kind == NSHOLD_FD && w.found[0].inode == 500);
	CHECK(c.bpf->has_ids && c.bpf->n_related == 1 && c.bpf->unread.n == 0);
	CHECK(!c.bpf->mounts.known && !c.bpf->mnt_ns.known);
	end(&c, &w);
	/* programs of the caller stay loaded, unless they fail */
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.q.programs = &p;
	CHECK(run(&c, &w));
	CHECK(p.task > 2 && p.file > 2 && p.probe > 2 && p.loadavg > 2 && world.reads == 0);
	CHECK(!c.bpf->has_ids);
	collect_programs_close(&p);
	end(&c, &w);
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.q.programs = &p;
	fails.read_task = -EIO;
	CHECK(!run(&c, &w));
	CHECK(p.task < 0 && p.file < 0 && p.probe < 0 && p.loadavg < 0);
	end(&c, &w);
}

static void an_error_makes_the_scan_read_proc(void)
{
	static const struct {
		int *error;
		int value;
		unsigned reads;
	} rows[] = {
		{ &fails.load, -EPERM, 0 },      { &fails.count, -EIO, 0 },
		{ &fails.read_task, -EIO, 0 },   { &fails.read_file, -EIO, 1 },
		{ &fails.read_file, -E2BIG, 1 }, { &fails.link, -EIO, 1 },
	};
	struct collect c;
	struct worker w;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&c, WITH_FILES);
		*rows[i].error = rows[i].value;
		CHECK(!run(&c, &w));
		CHECK_INT(world.reads, rows[i].reads);
		end(&c, &w);
	}
	/* the output lacks the descriptor of this process */
	begin(&c, WITH_FILES);
	buf_reset(&world.files[0]);
	add_file(&world.files[0], 60, 3, 500, NSTYPE_UTS);
	CHECK(!run(&c, &w));
	end(&c, &w);
	begin(&c, WITH_FILES);
	buf_addc(&world.tasks, 1);
	CHECK(!run(&c, &w));
	end(&c, &w);
	begin(&c, WITH_FILES);
	buf_addc(&world.files[0], 1);
	CHECK(!run(&c, &w));
	end(&c, &w);
}

/* Calls collect_bpf() with t as the only record of a task. `link` is the result of reading ns/uts.
 * Returns true on success. */
static bool accepts(const struct bpf_task *t, unsigned types, int link)
{
	struct collect c;
	struct worker w;
	bool done;

	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.types = types;
	buf_reset(&world.tasks);
	buf_add(&world.tasks, t, sizeof(*t));
	world.threads = 1;
	fails.link = link;
	world.bad_link = "ns/uts";
	done = run(&c, &w);
	end(&c, &w);
	return done;
}

static void the_record_of_this_process_must_be_right(void)
{
	struct bpf_task t = process(SELF);

	CHECK(accepts(&t, NSTYPE_ALL_BITS, 0));
	t.ppid++;
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, 0));
	t = process(SELF);
	t.euid++;
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, 0));
	t = process(SELF + 1);
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, 0));
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		t = process(SELF);
		t.inode[i]++;
		CHECK(!accepts(&t, NSTYPE_ALL_BITS, 0));
		/* a type that was not requested is not compared */
		CHECK(accepts(&t, NSTYPE_ALL_BITS & ~NSTYPE_BIT(i), 0));
	}
	/* ns/uts cannot be read, or does not exist because the kernel lacks UTS namespaces */
	t = process(SELF);
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, -EIO));
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, -ENOENT));
	t.inode[NSTYPE_UTS] = 0;
	CHECK(accepts(&t, NSTYPE_ALL_BITS, -ENOENT));
	CHECK(!accepts(&t, NSTYPE_ALL_BITS, -EIO));
}

/* ---- Lists of mounts */

static void a_list_of_mounts_is_read_until_it_stays_the_same(void)
{
	static const struct {
		unsigned sources;
		/* the ids of the two mounts in each output */
		uint64_t mounts[8][2];
		unsigned n_files, reads, reads_self;
		bool known;
	} rows[] = {
		{ WITH_FILES, { { 1, 2 } }, 1, 1, 0, false },
		{ WITH_FILES | NSTYPE_BIT(COLLECT_KERNEL), { { 1, 2 } }, 1, 2, 1, true },
		{ NSTYPE_BIT(COLLECT_KERNEL), { { 1, 2 } }, 1, 2, 2, true },
		/* the order does not matter */
		{ NSTYPE_BIT(COLLECT_MNT), { { 1, 2 }, { 2, 1 } }, 2, 2, 2, true },
		{ NSTYPE_BIT(COLLECT_KERNEL),
		  { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 1, 4 }, { 1, 5 } },
		  5,
		  4,
		  4,
		  true },
		{ NSTYPE_BIT(COLLECT_KERNEL),
		  { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 1, 5 }, { 1, 6 }, { 1, 6 } },
		  6,
		  6,
		  6,
		  true },
		{ NSTYPE_BIT(COLLECT_KERNEL),
		  { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 1, 5 }, { 1, 6 }, { 1, 7 }, { 1, 7 } },
		  7,
		  6,
		  6,
		  false },
	};
	struct collect c;
	struct worker w;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&c, rows[i].sources);
		world.has_mounts = true;
		world.n_files = rows[i].n_files;
		for (size_t k = 0; k < rows[i].n_files; k++) {
			buf_reset(&world.files[k]);
			add_files(&world.files[k]);
			add_mounts(&world.files[k], rows[i].mounts[k][0], rows[i].mounts[k][1]);
		}
		CHECK(run(&c, &w));
		CHECK_INT(world.reads, rows[i].reads);
		CHECK_INT(world.reads_self, rows[i].reads_self);
		if (rows[i].reads > 1)
			CHECK_INT(c.bpf->mounts.known, rows[i].known);
		CHECK_INT(w.n, rows[i].sources & NSTYPE_BIT(COLLECT_FD) ? 1 : 0);
		end(&c, &w);
	}
}

static void a_list_that_is_too_long_is_not_used(void)
{
	struct collect_programs p = COLLECT_PROGRAMS_INIT;
	struct collect c;
	struct worker w;

	for (unsigned read = 1; read <= 3; read++) {
		begin(&c, WITH_FILES | NSTYPE_BIT(COLLECT_KERNEL));
		world.has_mounts = true;
		world.too_big = read;
		c.q.programs = &p;
		add_mounts(&world.files[0], 1, 2);
		buf_add(&world.files[1], world.files[0].s, world.files[0].len);
		/* the read after the failed read returns an output without lists */
		world.n_files = read + 1;
		buf_reset(&world.files[read]);
		add_file(&world.files[read], 60, 3, 500, NSTYPE_UTS);
		CHECK(run(&c, &w));
		/* the third read does not occur, because the first two outputs are the same */
		CHECK_INT(p.lists, read == 3);
		CHECK_INT(p.probe >= 0, read == 3);
		CHECK_INT(world.reads, read == 2 ? 3 : 2);
		CHECK_INT(c.bpf->mounts.known, read == 3);
		CHECK(!c.bpf->mnt_ns.known);
		CHECK_INT(w.n, 1);
		collect_programs_close(&p);
		end(&c, &w);
	}
}

/* ---- Threads and hidden processes */

static void many_threads_are_read_by_two_threads(void)
{
	struct collect c;
	struct worker w;

	for (uint64_t n = 400; n <= 401; n++) {
		begin(&c, WITH_FILES);
		buf_reset(&world.tasks);
		for (uint32_t pid = SELF; pid < SELF + 400; pid++)
			add_task(pid);
		world.threads = n;
		CHECK(run(&c, &w));
		CHECK_INT(world.threaded, n > 400);
		CHECK_INT(world.reads, 1);
		CHECK_INT(w.n, 1);
		end(&c, &w);
		/* the descriptors cannot be read */
		begin(&c, WITH_FILES);
		world.threads = n;
		fails.read_file = -EIO;
		CHECK(!run(&c, &w));
		end(&c, &w);
	}
	/* without descriptors to read, no second thread is started; if one is started, a failure
	 * to read the tasks is still reported */
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	world.pids = (struct scan){ (int[]){ SELF, 60 }, 2, 2 };
	world.threads = 401;
	CHECK(run(&c, &w));
	CHECK(!world.threaded && world.reads == 0);
	end(&c, &w);
	begin(&c, WITH_FILES);
	world.threads = 401;
	fails.read_task = -EIO;
	CHECK(!run(&c, &w));
	end(&c, &w);
}

static void finds_processes_that_the_iterators_miss(void)
{
	static int pids[] = { 1, SELF, 55, 60, 70 };
	char top[UNIT_DIR_SIZE];
	struct stat st = { .st_nlink = 0 };
	struct collect c;
	struct worker w;
	int proc = unit_directory(top);

	/* the iterators report 3 threads, and the number of threads falls from 9 to 3 meanwhile */
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.q.proc = proc;
	world.threads = 9;
	world.more = (uint64_t)-6;
	CHECK(run(&c, &w));
	CHECK(world.scans == 0 && c.n == 2);
	end(&c, &w);
	/* the number of threads rises from 3 to 12 meanwhile */
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.q.proc = proc;
	world.more = 9;
	CHECK(run(&c, &w));
	CHECK(world.scans == 0 && c.n == 2);
	end(&c, &w);
	/* /proc lists more processes */
	for (int error = 0; error <= EIO; error += EIO) {
		begin(&c, NSTYPE_BIT(COLLECT_PROC));
		c.q.proc = proc;
		world.threads = 4;
		world.pids = (struct scan){ pids, ARRAY_SIZE(pids), ARRAY_SIZE(pids) };
		fails.scan = -error;
		CHECK_INT(run(&c, &w), !error);
		CHECK_INT(world.scans, 1);
		CHECK_INT(c.n, error ? 0 : ARRAY_SIZE(pids));
		for (size_t i = 0; i < c.n; i++)
			CHECK_INT(c.members[i].pid, pids[i]);
		if (c.bpf)
			CHECK(c.bpf->unread.n == 3 && c.bpf->unread.id[0] == 1 &&
			      c.bpf->unread.id[1] == 55 && c.bpf->unread.id[2] == 70);
		end(&c, &w);
	}
	/* process 60 is missing in /proc */
	begin(&c, NSTYPE_BIT(COLLECT_PROC));
	c.q.proc = proc;
	world.threads = 4;
	world.pids = (struct scan){ (int[]){ 1, SELF, 55 }, 3, 3 };
	CHECK(run(&c, &w));
	CHECK(c.n == 4 && c.members[3].pid == 60 && c.members[3].known && c.bpf->unread.n == 2);
	end(&c, &w);
	/* process 1 has three threads */
	CHECK(mkdirat(proc, "1", 0700) == 0 && mkdirat(proc, "1/task", 0700) == 0);
	CHECK(mkdirat(proc, "1/task/1", 0700) == 0 && mkdirat(proc, "1/task/7", 0700) == 0);
	CHECK(mkdirat(proc, "1/task/8", 0700) == 0 && fstatat(proc, "1/task", &st, 0) == 0);
	/* some file systems do not count subdirectories */
	for (uint64_t threads = 4; threads <= 7 && st.st_nlink == 5; threads++) {
		begin(&c, NSTYPE_BIT(COLLECT_PROC));
		c.q.proc = proc;
		world.threads = threads;
		world.pids = (struct scan){ pids, ARRAY_SIZE(pids), ARRAY_SIZE(pids) };
		CHECK(run(&c, &w));
		CHECK_INT(world.scans, threads > 6);
		CHECK_INT(c.bpf->unread.n, threads > 6 ? 3 : 1);
		CHECK_INT(c.bpf->unread.id[0], 1);
		CHECK_INT(c.members[0].pid, 1);
		CHECK_INT(c.n, threads > 6 ? 5 : 3);
		end(&c, &w);
	}
	CHECK(unlinkat(proc, "1/task/1", AT_REMOVEDIR) == 0 &&
	      unlinkat(proc, "1/task/7", AT_REMOVEDIR) == 0);
	/* process 1 has one thread left */
	if (fstatat(proc, "1/task", &st, 0) == 0 && st.st_nlink == 3) {
		begin(&c, NSTYPE_BIT(COLLECT_PROC));
		c.q.proc = proc;
		world.threads = 4;
		CHECK(run(&c, &w));
		CHECK(world.scans == 0 && c.bpf->unread.n == 1);
		end(&c, &w);
	}
	CHECK(unlinkat(proc, "1/task/8", AT_REMOVEDIR) == 0 &&
	      unlinkat(proc, "1/task", AT_REMOVEDIR) == 0 &&
	      unlinkat(proc, "1", AT_REMOVEDIR) == 0);
	close(proc);
	CHECK_INT(rmdir(top), 0);
}

/* ---- Namespaces for children */

static void a_namespace_for_children_is_kept_only_if_it_can_be_opened(void)
{
	static const struct {
		uint32_t inode;
		int result;
		bool done;
		size_t kept;
	} rows[] = {
		{ 900, WORKER_OK, true, 2 },
		{ 901, WORKER_OK, true, 1 },
		{ 900, WORKER_GONE, true, 1 },
		{ 900, -EMFILE, false, 0 },
	};
	struct bpf_task t = process(60);
	struct collect c;
	struct worker w;

	t.pid_child = 900;
	t.time_child = 901;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&c, NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_CHILDREN));
		buf_reset(&world.tasks);
		add_task(SELF);
		buf_add(&world.tasks, &t, sizeof(t));
		world.child_inode = rows[i].inode;
		fails.child = rows[i].result;
		CHECK_INT(run(&c, &w), rows[i].done);
		CHECK_INT(world.asked, 1);
		CHECK_INT(w.n, rows[i].kept);
		if (rows[i].done)
			CHECK(w.found[w.n - 1].type == NSTYPE_TIME &&
			      w.found[w.n - 1].inode == 901);
		end(&c, &w);
	}
}

/* ---- The whole scan */

static void the_namespaces_of_the_caller_may_be_unreadable(void)
{
	static const struct {
		const char *link;
		int error, want;
		const char *message;
	} rows[] = {
		{ "", 0, 0, "" },
		{ "self/", -EACCES, 0, "" },
		{ "self/", -EPERM, 0, "" },
		{ "self/", -ENOENT, 0, "" },
		{ "self/", -ESRCH, 0, "" },
		{ "self/ns/mnt", -EMFILE, -EMFILE, "cannot read /proc/self/ns/mnt" },
		{ "self/ns/user", -EMFILE, -EMFILE, "cannot read /proc/self/ns/user" },
		{ "self/ns/pid", -EMFILE, -EMFILE, "cannot read /proc/self/ns/pid" },
		{ "60/ns/", -EACCES, 0, "" },
	};
	char top[UNIT_DIR_SIZE];
	struct collect_query q = { .types = NSTYPE_BIT(NSTYPE_UTS),
				   .sources = NSTYPE_BIT(COLLECT_PROC),
				   .self = SELF };

	q.proc = unit_directory(top);
	CHECK_INT(mkdirat(q.proc, "60", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;
		struct collect c;

		reset();
		fails.load = -EPERM;
		fails.link = rows[i].error;
		world.bad_link = rows[i].link;
		world.pids = (struct scan){ (int[]){ SELF, 60 }, 2, 2 };
		q.related = NSTYPE_BIT(NSTYPE_TIME); /* do not open the namespaces */
		CHECK_INT(collect_run(&c, &q, &e), rows[i].want);
		CHECK_STR(e.what, rows[i].message);
		CHECK_INT(c.missed.n[NSMISSED_DENIED][NSMISSED_PROC], i == ARRAY_SIZE(rows) - 1);
		CHECK_INT(world.scans, rows[i].want ? 0 : 1);
		collect_free(&c);
		reset();
		fails.link = rows[i].error;
		world.bad_link = rows[i].link;
		/* collect_try_bpf() does not scan, and closes the programs */
		CHECK_INT(collect_try_bpf(&q, COLLECT_BPF_CALLER), rows[i].want);
		CHECK_INT(world.any_number, !rows[i].want);
		fails.load = -EPERM;
		CHECK_INT(collect_try_bpf(&q, COLLECT_BPF_CALLER),
			  rows[i].want ? rows[i].want : -EPERM);
	}
	/* /proc lists no process */
	struct nserr e = NSERR_INIT;
	struct collect c;

	reset();
	fails.load = -EPERM;
	CHECK_INT(collect_run(&c, &q, &e), -ENOENT);
	CHECK_STR(e.what, "cannot list the processes in /proc");
	CHECK_INT(e.errnum, ENOENT);
	collect_free(&c);
	CHECK_INT(unlinkat(q.proc, "60", AT_REMOVEDIR), 0);
	close(q.proc);
	CHECK_INT(rmdir(top), 0);
	reset();
}

UNIT_MAIN(CASE(reads_the_output_of_the_programs), CASE(an_error_makes_the_scan_read_proc),
	  CASE(the_record_of_this_process_must_be_right),
	  CASE(a_list_of_mounts_is_read_until_it_stays_the_same),
	  CASE(a_list_that_is_too_long_is_not_used), CASE(many_threads_are_read_by_two_threads),
	  CASE(finds_processes_that_the_iterators_miss),
	  CASE(a_namespace_for_children_is_kept_only_if_it_can_be_opened),
	  CASE(the_namespaces_of_the_caller_may_be_unreadable))
