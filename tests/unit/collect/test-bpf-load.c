// SPDX-License-Identifier: GPL-2.0-or-later
/* test-bpf-load: checks when BPF iterators are used and which of their programs are loaded. The
 * linker replaces the functions that load the programs (option --wrap in tests/Makemodule.am). */
#include "bpf.h"
#include "kernel/sys_cap.h"

#define SELF 50

/* The results of the replaced functions: negative errnos, or 0 for success. */
static struct {
	int cap, loadavg, count, btf, source, build_task, load_task, probe, build_file, load_file;
} fails;

static struct {
	uint64_t caps, threads;
	bool has_mounts, has_ids;
	bool reads_btf; /* the argument `read` of btf_open() */
	int btf_opened; /* calls of btf_open() minus calls of btf_close() */
	int loaded;
	int64_t probe; /* the argument `probe` of bpf_build_file(), or -1 without a call */
} world;

/* ---- The replaced functions */

int __wrap_sys_cap_get(struct sys_caps *caps);
int __wrap_sys_cap_get(struct sys_caps *caps)
{
	*caps = (struct sys_caps){ .effective = world.caps };
	return fails.cap;
}

int __wrap_procfs_open_loadavg(int proc);
int __wrap_procfs_open_loadavg(int proc)
{
	(void)proc;
	return fails.loadavg ? fails.loadavg : descriptor();
}

int __wrap_procfs_count_threads(int loadavg, uint64_t *n);
int __wrap_procfs_count_threads(int loadavg, uint64_t *n)
{
	CHECK(loadavg > 2);
	*n = world.threads;
	return fails.count;
}

int __wrap_btf_open(struct btf *b, const char *path, bool read);
int __wrap_btf_open(struct btf *b, const char *path, bool read)
{
	(void)b;
	CHECK_STR(path, "/sys/kernel/btf/vmlinux");
	world.reads_btf = read;
	world.btf_opened++;
	return fails.btf;
}

void __wrap_btf_close(struct btf *b);
void __wrap_btf_close(struct btf *b)
{
	(void)b;
	world.btf_opened--;
}

int __wrap_bpf_source_init(struct bpf_source *s);
int __wrap_bpf_source_init(struct bpf_source *s)
{
	s->iter_task = 5;
	s->iter_file = 6;
	return fails.source;
}

bool __wrap_bpf_source_has_mounts(const struct bpf_source *s);
bool __wrap_bpf_source_has_mounts(const struct bpf_source *s)
{
	(void)s;
	return world.has_mounts;
}

bool __wrap_bpf_source_has_ids(const struct bpf_source *s);
bool __wrap_bpf_source_has_ids(const struct bpf_source *s)
{
	(void)s;
	return world.has_ids;
}

int __wrap_bpf_build_task(struct bpf *p, struct bpf_source *s);
int __wrap_bpf_build_task(struct bpf *p, struct bpf_source *s)
{
	(void)s;
	p->n = 1;
	return fails.build_task;
}

int __wrap_bpf_build_file(struct bpf *p, struct bpf_source *s, uint32_t self, uint32_t probe);
int __wrap_bpf_build_file(struct bpf *p, struct bpf_source *s, uint32_t self, uint32_t probe)
{
	(void)s;
	CHECK_INT(self, SELF);
	p->n = 2;
	world.probe = probe;
	return fails.build_file;
}

int __wrap_sys_bpf_load_iter(const struct bpf_insn *insns, uint32_t n, uint32_t function, char *log,
			     uint32_t log_size);
int __wrap_sys_bpf_load_iter(const struct bpf_insn *insns, uint32_t n, uint32_t function, char *log,
			     uint32_t log_size)
{
	int rc = function == 5 ? fails.load_task : fails.load_file;

	CHECK(insns && !log && log_size == 0);
	CHECK_INT(n, function == 5 ? 1 : 2);
	world.loaded++;
	return rc ? rc : descriptor();
}

int __wrap_nsfile_open_proc(int proc, const char *path);
int __wrap_nsfile_open_proc(int proc, const char *path)
{
	(void)proc;
	CHECK_STR(path, "self/ns/mnt");
	return fails.probe ? fails.probe : descriptor();
}

static void reset(void)
{
	memset(&fails, 0, sizeof(fails));
	memset(&world, 0, sizeof(world));
	world.caps = ~UINT64_C(0);
	world.threads = 1000;
	world.probe = -1;
}

static bool is_unused(void)
{
	return !USE_BPF || sizeof(void *) != 8;
}

/* ---- Loading */

static int load(const struct collect *c, enum collect_bpf_step last, bool any_number)
{
	struct collect_programs p = COLLECT_PROGRAMS_INIT;
	int rc = bpf_load(c, &p, last, any_number);

	CHECK(world.btf_opened <= 0);
	CHECK_INT(p.loaded, rc == 0 && last != COLLECT_BPF_CALLER);
	CHECK_INT(p.has_ids, p.loaded && world.has_ids);
	if (rc == 0 && last == COLLECT_BPF_LOADED)
		CHECK(p.task > 2 && p.loadavg > 2);
	collect_programs_close(&p);
	CHECK(!p.loaded && p.task < 0 && p.file < 0 && p.probe < 0 && p.loadavg < 0);
	return rc;
}

#define PROC_CAPS (SYS_CAP_BIT(CAP_SYS_PTRACE) | SYS_CAP_BIT(CAP_DAC_READ_SEARCH))
#define BPF_CAPS  (SYS_CAP_BIT(SYS_CAP_BPF) | SYS_CAP_BIT(SYS_CAP_PERFMON))

static void only_a_privileged_caller_uses_bpf(void)
{
	static const struct {
		uint64_t caps;
		int want;
	} rows[] = {
		{ PROC_CAPS | SYS_CAP_BIT(CAP_SYS_ADMIN), 0 },
		{ PROC_CAPS | BPF_CAPS, 0 },
		{ PROC_CAPS, -EPERM },
		{ PROC_CAPS | SYS_CAP_BIT(SYS_CAP_BPF), -EPERM },
		{ PROC_CAPS | SYS_CAP_BIT(SYS_CAP_PERFMON), -EPERM },
		{ SYS_CAP_BIT(CAP_SYS_PTRACE) | SYS_CAP_BIT(CAP_SYS_ADMIN), -EPERM },
		{ SYS_CAP_BIT(CAP_DAC_READ_SEARCH) | SYS_CAP_BIT(CAP_SYS_ADMIN), -EPERM },
		{ 0, -EPERM },
	};
	struct collect c = scan_by(SELF);

	if (is_unused()) {
		reset();
		CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EOPNOTSUPP);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reset();
		world.caps = rows[i].caps;
		CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), rows[i].want);
		CHECK_INT(load(&c, COLLECT_BPF_LOADED, false), rows[i].want);
	}
	reset();
	fails.cap = -EIO;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EIO);
	reset();
	c.q.no_bpf = true;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EOPNOTSUPP);
	c = scan_by(SELF);
	c.q.self = 0;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EOPNOTSUPP);
	c = scan_by(SELF);
	c.q.only = 1;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EOPNOTSUPP);
	/* this process is not in the initial user or pid namespace */
	c = scan_by(SELF);
	c.own_user--;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EPERM);
	c = scan_by(SELF);
	c.top[NSTYPE_PID]--;
	CHECK_INT(load(&c, COLLECT_BPF_CALLER, false), -EPERM);
}

static void few_threads_are_read_from_proc(void)
{
	static const struct {
		uint64_t threads;
		bool any_number;
		int want;
		bool reads_btf;
	} rows[] = {
		{ 39, false, -ERANGE, false }, { 40, false, 0, false }, { 199, false, 0, false },
		{ 200, false, 0, true },       { 39, true, 0, true },
	};
	struct collect c = scan_by(SELF);

	if (is_unused()) {
		unit_skip("no BPF here");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reset();
		world.threads = rows[i].threads;
		CHECK_INT(load(&c, COLLECT_BPF_LOADED, rows[i].any_number), rows[i].want);
		CHECK_INT(world.reads_btf, rows[i].reads_btf);
		CHECK_INT(world.loaded, rows[i].want ? 0 : 2);
	}
}

static void only_programs_that_the_sources_need_are_loaded(void)
{
	static const struct {
		unsigned sources;
		bool details, has_mounts;
		int loaded;
		bool probe, lists;
	} rows[] = {
		{ NSTYPE_BIT(COLLECT_PROC), false, true, 1, false, false },
		{ NSTYPE_BIT(COLLECT_FD), false, false, 2, false, false },
		{ NSTYPE_BIT(COLLECT_SOCK), false, true, 2, false, false },
		{ NSTYPE_BIT(COLLECT_KERNEL), false, true, 2, true, true },
		{ NSTYPE_BIT(COLLECT_KERNEL), true, true, 2, true, true },
		{ NSTYPE_BIT(COLLECT_KERNEL), false, false, 1, false, false },
		{ NSTYPE_BIT(COLLECT_MNT), false, true, 2, true, true },
		{ NSTYPE_BIT(COLLECT_MNT), true, true, 1, false, false },
	};
	struct collect_programs p = { .loaded = true };
	struct collect c = scan_by(SELF);

	if (is_unused()) {
		unit_skip("no BPF here");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect_programs q = COLLECT_PROGRAMS_INIT;

		reset();
		world.has_mounts = rows[i].has_mounts;
		world.has_ids = i % 2;
		c.sources = rows[i].sources;
		c.q.mount_details = rows[i].details;
		CHECK_INT(bpf_load(&c, &q, COLLECT_BPF_LOADED, false), 0);
		CHECK_INT(world.loaded, rows[i].loaded);
		CHECK_INT(q.lists, rows[i].lists);
		CHECK_INT(q.has_ids, world.has_ids);
		CHECK_INT(q.file >= 0, rows[i].loaded == 2);
		CHECK_INT(q.probe >= 0, rows[i].loaded == 2);
		CHECK_INT(world.probe, rows[i].loaded < 2 ? -1 : rows[i].probe ? q.probe : 0);
		collect_programs_close(&q);
		CHECK_INT(load(&c, COLLECT_BPF_BTF, false), 0);
		CHECK_INT(world.loaded, rows[i].loaded);
	}
	/* programs that are loaded already are not loaded again */
	reset();
	CHECK_INT(bpf_load(&c, &p, COLLECT_BPF_LOADED, false), 0);
	CHECK_INT(world.loaded, 0);
}

static void a_program_that_cannot_be_loaded_is_an_error(void)
{
	static const struct {
		int *error;
		int value, loaded;
	} rows[] = {
		{ &fails.loadavg, -ENOENT, 0 },    { &fails.count, -EIO, 0 },
		{ &fails.btf, -ENODEV, 0 },        { &fails.source, -ENOENT, 0 },
		{ &fails.build_task, -ENOENT, 0 }, { &fails.load_task, -EPERM, 1 },
		{ &fails.probe, -EMFILE, 1 },      { &fails.build_file, -ENOENT, 1 },
		{ &fails.load_file, -EPERM, 2 },
	};
	struct collect c = scan_by(SELF);

	if (is_unused()) {
		unit_skip("no BPF here");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		reset();
		world.has_ids = true;
		*rows[i].error = rows[i].value;
		CHECK_INT(load(&c, COLLECT_BPF_LOADED, false), rows[i].value);
		CHECK_INT(world.loaded, rows[i].loaded);
	}
}

UNIT_MAIN(CASE(only_a_privileged_caller_uses_bpf), CASE(few_threads_are_read_from_proc),
	  CASE(only_programs_that_the_sources_need_are_loaded),
	  CASE(a_program_that_cannot_be_loaded_is_an_error))
