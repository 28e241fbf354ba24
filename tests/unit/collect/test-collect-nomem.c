// SPDX-License-Identifier: GPL-2.0-or-later
/* test-collect-nomem: makes each memory allocation fail while namespaces are collected (nomem.h).
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "collect/container.h"

#include "../nomem.h"
#include "bpf.h"

/* ---- The table of namespaces ---- */

static int try_table(void)
{
	struct nstab t = { 0 };
	int rc = 0;

	/* the table grows at 64 namespaces */
	for (uint32_t i = 1; rc == 0 && i <= 70; i++)
		rc = nstab_get(&t, &nstypes[NSTYPE_UTS], i) ? 0 : -ENOMEM;
	if (rc == 0)
		rc = nstab_hold(t.all[0], NSHOLD_FD, 1, 3, NULL);
	if (rc == 0)
		rc = nstab_hold(t.all[0], NSHOLD_MNT, 0, 0, "/run/x");
	/* the namespaces that were added before the failure are still found */
	for (uint32_t i = 1; i <= t.n; i++) {
		const struct ns *ns = nstab_find(&t, &nstypes[NSTYPE_UTS], i);

		if (!ns || ns->inode != i)
			rc = 1;
	}
	nstab_free(&t);
	return rc;
}

/* If memory allocation fails, nstab_finish() keeps the holders in the order of discovery. */
static int try_holders(void)
{
	struct nstab t = { 0 };
	struct ns *ns;
	int rc, after = nomem_after;

	nomem_after = -1;
	ns = nstab_get(&t, &nstypes[NSTYPE_UTS], 1);
	CHECK_INT(nstab_hold(ns, NSHOLD_FD, 20, 3, NULL), 0);
	CHECK_INT(nstab_hold(ns, NSHOLD_FD, 10, 3, NULL), 0);
	nomem_after = after;
	nstab_finish(&t);
	rc = ns->holders->pid == 10 ? 0 : -ENOMEM;
	if (ns->holders->pid + ns->holders->next->pid != 30 || ns->holders->next->next)
		rc = 1;
	nstab_free(&t);
	return rc;
}

static void the_table_stays_right_without_memory(void)
{
	nomem_all("nstab", try_table);
	nomem_all("nstab_finish", try_holders);
}

/* ---- The output of the BPF programs ---- */

static void add_task(struct buf *out, uint32_t tgid, uint32_t pid, uint32_t base)
{
	struct bpf_task t = task_of(tgid, pid, base);

	t.pid_child = 7;
	t.time_child = 8;
	buf_add(out, &t, sizeof(t));
}

static void add_relation(struct buf *out, uint32_t base)
{
	struct bpf_relation r = { .kind = BPF_RECORD_RELATION };

	for (uint32_t i = 0; i < BPF_RELATIONS; i++)
		r.of[i].inode = base + i;
	buf_add(out, &r, sizeof(r));
}

static int try_tasks(void)
{
	struct collect c = { .types = NSTYPE_ALL_BITS, .sources = COLLECT_ALL, .q.self = 50 };
	struct worker w = { .c = &c };
	struct collect_bpf b = { 0 };
	struct buf out = BUF_INIT;
	int rc, after = nomem_after;
	uint64_t threads;

	nomem_after = -1;
	/* more processes, holders and relations than the first size of each array, which is 64 */
	for (uint32_t pid = 10; pid < 80; pid++)
		add_task(&out, pid, pid, 100);
	for (uint32_t pid = 100; pid < 110; pid++)
		add_task(&out, 10, pid, 1000 * pid);
	for (uint32_t i = 0; i < 10; i++)
		add_relation(&out, 100 * i + 1);
	nomem_after = after;
	rc = bpf_take_tasks(&c, &w, &b, &out, &threads);
	if (rc == 0)
		rc = c.n == 70 && b.n_related == 10 * BPF_RELATIONS &&
				     w.n == 70 * 2 + 10 * (NSTYPE_COUNT + 2)
			     ? 0
			     : 1;
	free_result(&c, &w, &b);
	buf_free(&out);
	return rc;
}

static int try_files(void)
{
	struct collect c = { .types = NSTYPE_ALL_BITS, .sources = COLLECT_ALL, .q.self = 50 };
	struct worker w = { .c = &c };
	struct collect_bpf b = { 0 };
	struct buf out = BUF_INIT;
	int rc, after = nomem_after;
	bool seen = false;

	nomem_after = -1;
	for (uint32_t i = 1; i <= 300; i++) {
		/* a socket of thread i, which has its own descriptor table */
		struct bpf_file f = { BPF_RECORD_FILE, 1000, i, 3, i, 0, 7, i };

		buf_add(&out, &f, sizeof(f));
	}
	for (uint64_t kind = BPF_RECORD_MOUNTS; kind <= BPF_RECORD_MNT_NS; kind++) {
		struct bpf_pair p = { kind, 0 };

		buf_add(&out, &p, sizeof(p));
		for (p.id = 1; p.id <= 70; p.id++)
			buf_add(&out, &p, sizeof(p));
		p.id = 0;
		buf_add(&out, &p, sizeof(p));
	}
	nomem_after = after;
	rc = bpf_take_files(&c, &w, &b, &out, -1, &seen);
	if (rc == 0)
		rc = b.n_sockets == 300 && w.n == 300 && b.mounts.n == 70 && b.mnt_ns.known ? 0 : 1;
	free_result(&c, &w, &b);
	buf_free(&out);
	return rc;
}

static int output = -1;

/* The linker replaces sys_bpf_open_iter() by this function (option --wrap in
 * tests/Makemodule.am). */
int __wrap_sys_bpf_open_iter(int prog, uint32_t pid);
int __wrap_sys_bpf_open_iter(int prog, uint32_t pid)
{
	CHECK(prog == 4711 && pid == 0);
	return fcntl(output, F_DUPFD_CLOEXEC, 3);
}

static int try_output(void)
{
	struct buf out = BUF_INIT;
	int rc;

	lseek(output, 0, SEEK_SET);
	rc = bpf_read(4711, 0, &out);
	if (rc == 0 && out.len != 1000000)
		rc = 1;
	buf_free(&out);
	return rc;
}

static int try_relate(void)
{
	struct bpf_related related[] = {
		{ .type = NSTYPE_USER, .inode = 1 },
		{ .type = NSTYPE_USER, .inode = 2, .owner = 1, .parent = 1 },
		{ .type = NSTYPE_PID, .inode = 6, .owner = 1 },
		{ .type = NSTYPE_PID, .inode = 7, .owner = 2, .parent = 6 },
	};
	struct collect_bpf b = { .related = related, .n_related = ARRAY_SIZE(related) };
	struct collect c = { .bpf = &b };
	int rc, after = nomem_after;

	nomem_after = -1;
	bpf_sort_related(&b);
	CHECK(nstab_get(&c.tab, &nstypes[NSTYPE_PID], 7));
	nomem_after = after;
	rc = bpf_relate(&c);
	if (rc == 0)
		rc = c.tab.n == 4 ? 0 : 1;
	nstab_free(&c.tab);
	return rc;
}

static void the_output_of_the_programs_is_complete_or_an_error(void)
{
	output = memfd_create("output", MFD_CLOEXEC);
	CHECK_INT(ftruncate(output, 1000000), 0);
	nomem_all("bpf_read", try_output);
	close(output);
	nomem_all("bpf_take_tasks", try_tasks);
	nomem_all("bpf_take_files", try_files);
	nomem_all("bpf_relate", try_relate);
}

/* ---- A whole scan ---- */

static int proc = -1;

static bool is_first; /* this is the first call of try_collect() or try_one() */

/* Returns the result of try_collect() or try_one(). The first allocation of collect_run() is for
 * the result of the BPF iterators. If it fails, collect_run() reads /proc and succeeds. */
static int reads_proc(int rc)
{
	bool first = is_first;

	is_first = false;
	return first && rc == 0 && nomem_failures ? -ENOMEM : rc;
}

/* Reads the fixture. */
static int try_collect(void)
{
	const struct collect_query q = { .proc = proc,
					 .types = NSTYPE_ALL_BITS,
					 .sources = COLLECT_ALL & ~NSTYPE_BIT(COLLECT_MNT) };
	struct nserr e = NSERR_INIT;
	struct collect c;
	int rc = collect_run(&c, &q, &e);

	if (rc < 0)
		rc = e.what[0] ? rc : 1;
	else
		rc = nstab_find(&c.tab, &nstypes[NSTYPE_UTS], 4026532202u) ? 0 : 1;
	collect_free(&c);
	return reads_proc(rc);
}

/* Reads one process of the fixture. */
static int try_one(void)
{
	const struct collect_query q = { .proc = proc,
					 .types = NSTYPE_BIT(NSTYPE_NET),
					 .sources = NSTYPE_BIT(COLLECT_PROC),
					 .only = 10 };
	struct nserr e = NSERR_INIT;
	struct collect c;
	int rc = collect_run(&c, &q, &e);

	if (rc < 0)
		rc = strstr(e.what, "cannot list") ? rc : 1;
	else
		rc = c.n == 1 ? 0 : 1;
	collect_free(&c);
	return reads_proc(rc);
}

/* The processes 1 and 10 of the fixture are in different network, but not in different pid or mount
 * namespaces, so there is no container. */
static int try_containers(void)
{
	struct collect c = { .q = { .proc = proc, .self = 1 } };
	struct nsmember members[] = { { .pid = 1 }, { .pid = 10 }, { .pid = 11 } };
	struct nsmissed missed = { 0 };
	struct containers l;
	int rc, after = nomem_after;

	nomem_after = -1;
	c.members = members;
	c.n = ARRAY_SIZE(members);
	for (size_t i = 0; i < c.n; i++)
		for (int type = 0; type < NSTYPE_COUNT; type++) {
			members[i].inode[type] = type == NSTYPE_PID && i > 0 ? 200 + (uint32_t)i
									     : 100 + (uint32_t)type;
			CHECK(nstab_get(&c.tab, &nstypes[type], members[i].inode[type]));
		}
	nstab_finish(&c.tab);
	nomem_after = after;
	rc = containers_find(&c, true, &l, &missed);
	/* a failure leaves an empty list, and the caller's root, if it could not be read, is
	 * counted
	 */
	if (rc == 0 && nomem_failures)
		rc = l.n == 2 && missed.n[NSMISSED_FAILED][NSMISSED_PROC] ? -ENOMEM : 1;
	else if (rc == 0)
		rc = l.n == 2 ? 0 : 1;
	else
		rc = l.n == 0 && !containers_of(&l, &c, &members[0]) ? rc : 1;
	containers_free(&l);
	nstab_free(&c.tab);
	return rc;
}

static int try_root(void)
{
	struct collect c = { .q = { .proc = proc } };
	char *text = NULL;
	int rc = container_root(&c, 1, &text);

	if (rc == 0)
		rc = text ? 0 : 1;
	else
		rc = text ? 1 : rc;
	free(text);
	return rc;
}

static void a_scan_is_complete_or_an_error(void)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fixtures/proc-basic", srcdir ? srcdir : ".");
	proc = file_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	CHECK(proc >= 0);
	is_first = true;
	nomem_all("collect_run", try_collect);
	is_first = true;
	nomem_all("collect_run of one process", try_one);
	nomem_all("containers_find", try_containers);
	nomem_all("container_root", try_root);
	close(proc);
}

UNIT_MAIN(CASE(the_table_stays_right_without_memory),
	  CASE(the_output_of_the_programs_is_complete_or_an_error),
	  CASE(a_scan_is_complete_or_an_error))
