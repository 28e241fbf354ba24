// SPDX-License-Identifier: GPL-2.0-or-later
/* test-bpf-read: checks that the records of the BPF programs are converted to processes, references
 * to namespaces, and owners and parents of namespaces, and that invalid records are refused. */
#include <sys/mman.h>

#include "../fault.h"
#include "base/buf.h"
#include "bpf.h"

static struct collect c;
static struct worker w;
static struct collect_bpf b;
static struct buf out;

/* The file with the output of the program, or a negative errno that sys_bpf_open_iter() returns.
 * The linker replaces sys_bpf_open_iter() (option --wrap in tests/Makemodule.am). */
static int output = -1;

int __wrap_sys_bpf_open_iter(int prog, uint32_t pid);
int __wrap_sys_bpf_open_iter(int prog, uint32_t pid)
{
	CHECK(prog == 4711 && pid == 50);
	return output < 0 ? output : fcntl(output, F_DUPFD_CLOEXEC, 3);
}

static void begin(void)
{
	c = (struct collect){ .types = NSTYPE_ALL_BITS, .sources = COLLECT_ALL, .q.self = 50 };
	w = (struct worker){ .c = &c };
	b = (struct collect_bpf){ 0 };
	out = BUF_INIT;
}

static void end(void)
{
	free_result(&c, &w, &b);
	buf_free(&out);
}

/* Adds the record of a task whose namespaces have the inodes base, base + 1 and so on. */
static void task(uint32_t tgid, uint32_t pid, uint32_t base)
{
	struct bpf_task t = task_of(tgid, pid, base);

	buf_add(&out, &t, sizeof(t));
}

static void file(uint32_t tgid, uint32_t pid, uint32_t fd, uint64_t inode, uint32_t flag,
		 uint64_t files)
{
	struct bpf_file f = { BPF_RECORD_FILE, tgid, pid, fd, inode, flag, flag ? 0 : 700, files };

	buf_add(&out, &f, sizeof(f));
}

static int take_tasks(void)
{
	uint64_t threads;
	int rc = bpf_take_tasks(&c, &w, &b, &out, &threads);

	if (rc == 0)
		CHECK_INT(threads, 2 * c.n);
	return rc;
}

static int take_files(int probe, bool *seen)
{
	*seen = false;
	return bpf_take_files(&c, &w, &b, &out, probe, seen);
}

static void tasks_become_processes(void)
{
	begin();
	task(10, 10, 100);
	task(20, 20, 200);
	CHECK_INT(take_tasks(), 0);
	CHECK_INT(c.n, 2);
	CHECK_INT(c.members[1].pid, 20);
	CHECK_INT(c.members[1].nthreads, 2);
	CHECK_INT(c.members[1].inode[NSTYPE_NET], 200 + NSTYPE_NET);
	CHECK_INT(w.n, 0);
	end();
}

static void our_second_thread_is_not_counted(void)
{
	uint64_t threads;

	begin();
	task(50, 50, 100);
	CHECK_INT(bpf_take_tasks(&c, &w, &b, &out, &threads), 0);
	CHECK_INT(threads, 1);
	CHECK_INT(c.members[0].nthreads, 1);
	end();
}

static void only_selected_types_are_kept(void)
{
	begin();
	c.types = NSTYPE_BIT(NSTYPE_UTS);
	c.sources = NSTYPE_BIT(COLLECT_PROC);
	task(10, 10, 100);
	CHECK_INT(take_tasks(), 0);
	CHECK_INT(c.members[0].inode[NSTYPE_UTS], 100 + NSTYPE_UTS);
	CHECK_INT(c.members[0].inode[NSTYPE_NET], 0);
	CHECK_INT(c.members[0].nthreads, 0);
	end();
}

static void a_thread_holds_only_namespaces_of_the_selected_types(void)
{
	struct bpf_task none = { .kind = BPF_RECORD_TASK, .tgid = 20, .pid = 6, .n_threads = 2 };

	begin();
	c.types = NSTYPE_BIT(NSTYPE_UTS);
	c.sources = NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_TASK);
	task(20, 5, 300);
	buf_add(&out, &none, sizeof(none)); /* a thread that has left its namespaces */
	task(20, 20, 200);
	CHECK_INT(take_tasks(), 0);
	CHECK_INT(w.n, 1);
	CHECK_INT(w.found[0].type, NSTYPE_UTS);
	CHECK_INT(w.found[0].inode, 300 + NSTYPE_UTS);
	end();
}

static void a_thread_in_another_namespace_is_a_holder(void)
{
	begin();
	task(20, 5, 300);
	task(20, 20, 200);
	CHECK_INT(take_tasks(), 0);
	CHECK_INT(c.n, 1);
	CHECK_INT(w.n, NSTYPE_COUNT);
	CHECK_INT(w.found[0].kind, NSHOLD_TASK);
	CHECK_INT(w.found[0].pid, 20);
	CHECK_INT(w.found[0].num, 5);
	CHECK_INT(w.found[0].inode, 300);
	CHECK_INT(w.found[0].instead, 200);
	end();
}

static void records_namespaces_of_future_children(void)
{
	struct bpf_task t = { .kind = BPF_RECORD_TASK, .tgid = 10, .pid = 10, .n_threads = 2 };

	begin();
	t.inode[NSTYPE_PID] = 1;
	t.pid_child = 2;
	/* the process has left its time namespace, so this inode must be ignored */
	t.time_child = 3;
	buf_add(&out, &t, sizeof(t));
	CHECK_INT(take_tasks(), 0);
	CHECK_INT(w.n, 1);
	CHECK_INT(w.found[0].kind, NSHOLD_CHILDREN);
	CHECK_INT(w.found[0].type, NSTYPE_PID);
	CHECK_INT(w.found[0].inode, 2);
	end();
}

static void refuses_invalid_records_of_tasks(void)
{
	begin();
	task(10, 10, 100);
	for (size_t n = out.len - 1; n > 0; n--) {
		out.len = n;
		CHECK_INT(take_tasks(), -EBADMSG);
		CHECK_INT(c.n, 0);
	}
	end();
	begin();
	task(20, 20, 100);
	task(10, 10, 100); /* the pids must ascend */
	CHECK_INT(take_tasks(), -EBADMSG);
	end();
	begin();
	task(0, 0, 100);
	CHECK_INT(take_tasks(), -EBADMSG);
	end();
	begin();
	file(1, 1, 1, 1, 0, 1); /* a record of a descriptor in place of a task */
	CHECK_INT(take_tasks(), -EBADMSG);
	end();
}

static void descriptors_become_holders(void)
{
	bool seen;

	begin();
	file(10, 10, 3, 500, (uint32_t)nstypes[NSTYPE_UTS].flag, 1);
	file(10, 10, 4, 501, 0x40, 1); /* an unknown namespace type must be ignored */
	file(10, 10, 5, 600, 0, 1);
	file(20, 20, 6, 600, 0, 2); /* process 10 has this socket, too */
	CHECK_INT(take_files(9, &seen), 0);
	CHECK(!seen);
	CHECK_INT(w.n, 2);
	CHECK_INT(w.found[0].kind, NSHOLD_FD);
	CHECK_INT(w.found[0].type, NSTYPE_UTS);
	CHECK_INT(w.found[0].num, 3);
	CHECK_INT(w.found[1].kind, NSHOLD_SOCK);
	CHECK_INT(w.found[1].inode, 700);
	CHECK_INT(w.found[1].pid, 10);
	CHECK(collect_bpf_has_socket(&b, 600));
	CHECK(!collect_bpf_has_socket(&b, 601));
	/* sockets of a process that was read from /proc, because the iterators did not report it:
	 * only the one that the iterators have not found is examined, and process 0 lacks it */
	c.bpf = &b;
	CHECK_INT(collect_sock(&w, 0, 7, 600), 0);
	CHECK_INT(collect_sock(&w, 0, 8, 601), 0);
	CHECK_INT(collect_sockets(&w), 0);
	CHECK_INT(w.n_sockets, 1);
	CHECK_INT(w.sockets[0].inode, 601);
	CHECK_INT(w.n, 2);
	free(w.sockets);
	end();
}

static void many_sockets_are_distinguished(void)
{
	bool seen;

	begin();
	for (uint32_t i = 0; i < 2000; i++)
		file(10, 10, i, 1000 + i % 1500, 0, 1);
	CHECK_INT(take_files(-1, &seen), 0);
	CHECK_INT(w.n, 1500);
	end();
}

static void a_table_that_threads_share_counts_once(void)
{
	uint32_t flag = (uint32_t)nstypes[NSTYPE_UTS].flag;
	bool seen;

	begin();
	file(10, 11, 3, 500, flag, 7);
	file(10, 11, 4, 500, flag, 7);
	file(10, 12, 3, 500, flag, 7);
	file(10, 13, 3, 500, flag, 8);
	CHECK_INT(take_files(-1, &seen), 0);
	CHECK_INT(w.n, 3);
	CHECK_INT(w.found[0].pid, 11);
	CHECK_INT(w.found[2].pid, 13);
	end();
}

static void ignores_the_probe_descriptor_of_nslist(void)
{
	uint32_t flag = (uint32_t)nstypes[NSTYPE_MNT].flag;
	bool seen;

	begin();
	c.own_mnt = 400;
	file(50, 50, 9, 400, flag, 1);
	CHECK_INT(take_files(9, &seen), 0);
	CHECK(seen);
	CHECK_INT(w.n, 0);
	c.own_mnt = 401;
	CHECK_INT(take_files(9, &seen), 0);
	CHECK(!seen);
	end();
}

static void pair(uint64_t id, uint64_t of)
{
	struct bpf_pair p = { id, of };

	buf_add(&out, &p, sizeof(p));
}

static void lists_are_known_only_if_complete(void)
{
	bool seen;

	begin();
	pair(BPF_RECORD_MOUNTS, 0);
	pair(1, 2);
	pair(3, 4);
	pair(0, 0);
	pair(BPF_RECORD_MNT_NS, 0);
	pair(5, 6);
	pair(0, 1);
	CHECK_INT(take_files(-1, &seen), 0);
	CHECK(b.mounts.known);
	CHECK_INT(b.mounts.n, 2);
	CHECK_INT(b.mounts.pair[1].of, 4);
	CHECK(!b.mnt_ns.known);
	out.len -= sizeof(struct bpf_pair);
	CHECK_INT(take_files(-1, &seen), -EBADMSG);
	/* a record of a task is invalid in the output for descriptors */
	buf_reset(&out);
	task(10, 10, 100);
	CHECK_INT(take_files(-1, &seen), -EBADMSG);
	CHECK(!b.mnt_ns.known);
	end();
}

/* Adds a record with the owner and the parent of one namespace. */
static void relation(uint32_t type, uint32_t inode, uint32_t owner, uint32_t parent)
{
	struct bpf_related *more = reallocarray(b.related, b.n_related + 1, sizeof(*more));

	b.related = more;
	b.related[b.n_related++] = (struct bpf_related){
		.type = type, .inode = inode, .owner = owner, .parent = parent, .id = inode + 1000
	};
}

static struct ns *add(int type, uint32_t inode)
{
	return nstab_get(&c.tab, &nstypes[type], inode);
}

static void namespaces_get_their_owners_and_parents(void)
{
	struct ns *uts, *pid;

	begin();
	b.has_ids = true;
	relation(NSTYPE_USER, 1, 0, 0);
	relation(NSTYPE_USER, 2, 1, 1);
	relation(NSTYPE_UTS, 5, 2, 0);
	relation(NSTYPE_UTS, 5, 2, 0);
	relation(NSTYPE_PID, 6, 1, 0);
	relation(NSTYPE_PID, 7, 2, 6);
	bpf_sort_related(&b);
	CHECK_INT(b.n_related, 5);
	c.bpf = &b;
	uts = add(NSTYPE_UTS, 5);
	pid = add(NSTYPE_PID, 7);
	CHECK_INT(bpf_relate(&c), 0);
	CHECK(uts->opened && uts->owner && uts->owner->inode == 2 && !uts->parent);
	CHECK(uts->owner->owner && uts->owner->owner->inode == 1 && uts->owner->parent);
	CHECK(uts->owner->held == (NSHOLD_BIT(NSHOLD_OWNER)));
	CHECK_INT(uts->id, 1005);
	CHECK(pid->parent && pid->parent->inode == 6);
	CHECK_INT(nstab_level(pid), 1);
	c.bpf = NULL;
	end();
}

static void a_namespace_with_an_unknown_ancestor_gets_no_owner(void)
{
	struct ns *uts, *pid;

	begin();
	relation(NSTYPE_USER, 2, 1, 1); /* namespace 1 does not exist */
	relation(NSTYPE_UTS, 5, 2, 0);
	relation(NSTYPE_USER, 3, 0, 0);
	relation(NSTYPE_PID, 7, 3, 6);  /* namespace 6 does not exist */
	relation(NSTYPE_USER, 8, 9, 9); /* namespaces 8 and 9 own each other */
	relation(NSTYPE_USER, 9, 8, 8);
	bpf_sort_related(&b);
	c.bpf = &b;
	uts = add(NSTYPE_UTS, 5);
	pid = add(NSTYPE_PID, 7);
	add(NSTYPE_USER, 9);
	CHECK_INT(bpf_relate(&c), 0);
	CHECK(!uts->opened && !uts->owner);
	CHECK(!pid->opened && !pid->owner);
	CHECK_INT(c.tab.n, 3);
	c.bpf = NULL;
	end();
}

/* ---- Reading */

#define LENGTH 300000

static int try_read(void)
{
	int rc;

	begin();
	lseek(output, 0, SEEK_SET);
	fault_begin();
	rc = bpf_read(4711, 50, &out);
	fault_end();
	if (rc == 0 && (out.len != LENGTH || out.s[0] != 'a' || out.s[LENGTH - 1] != 'z'))
		rc = 1;
	end();
	return rc;
}

static void the_output_is_read_to_its_end(void)
{
	static const struct fault_row rows[] = {
		{ "again", try_read, SYS_read, 1, EAGAIN, 0 },
		{ "interrupted", try_read, SYS_read, 2, EINTR, 0 },
		{ "too long", try_read, SYS_read, 1, E2BIG, -E2BIG },
		{ "failed", try_read, SYS_read, 3, EIO, -EIO },
	};

	output = -EPERM;
	begin();
	CHECK_INT(bpf_read(4711, 50, &out), -EPERM);
	end();
	output = memfd_create("output", MFD_CLOEXEC);
	CHECK(ftruncate(output, LENGTH) == 0 && pwrite(output, "a", 1, 0) == 1);
	CHECK(pwrite(output, "z", 1, LENGTH - 1) == 1);
	CHECK_INT(try_read(), 0);
	if (fault_supported())
		fault_table(rows, ARRAY_SIZE(rows));
	close(output);
}

UNIT_MAIN(CASE(tasks_become_processes), CASE(our_second_thread_is_not_counted),
	  CASE(only_selected_types_are_kept), CASE(a_thread_in_another_namespace_is_a_holder),
	  CASE(a_thread_holds_only_namespaces_of_the_selected_types),
	  CASE(records_namespaces_of_future_children), CASE(refuses_invalid_records_of_tasks),
	  CASE(descriptors_become_holders), CASE(many_sockets_are_distinguished),
	  CASE(a_table_that_threads_share_counts_once),
	  CASE(ignores_the_probe_descriptor_of_nslist), CASE(lists_are_known_only_if_complete),
	  CASE(namespaces_get_their_owners_and_parents),
	  CASE(a_namespace_with_an_unknown_ancestor_gets_no_owner),
	  CASE(the_output_is_read_to_its_end))
