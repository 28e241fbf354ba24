// SPDX-License-Identifier: GPL-2.0-or-later
/* test-collect-fds: checks that the functions that list the namespaces of the kernel, and those
 * that load and run BPF programs, close their descriptors. Only root may use them. */
#include "../fault.h"
#include "collect/collect.h"
#include "collect/src_bpf.h"
#include "kernel/sys_ns.h"

/* Finds namespaces in /proc and in the lists of the kernel. */
static int try_lists(void)
{
	struct collect_query q = { .types = NSTYPE_ALL_BITS,
				   .sources = NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_KERNEL),
				   .self = getpid(),
				   .no_bpf = true };
	struct nserr e = NSERR_INIT;
	struct collect c;
	int rc;

	q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fault_begin();
	rc = collect_run(&c, &q, &e);
	fault_end();
	close(q.proc);
	collect_free(&c);
	return rc < 0 && !e.what[0] ? 1 : MIN(rc, 0);
}

/* Loads the BPF programs, and runs one of them for this process. */
static int try_programs(void)
{
	struct collect_programs p = COLLECT_PROGRAMS_INIT;
	struct collect c = { .sources = COLLECT_ALL,
			     .own_user = SYS_NS_INO_USER,
			     .q = { .self = getpid() } };
	struct buf out = BUF_INIT;
	int rc;

	c.q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	c.top[NSTYPE_PID] = SYS_NS_INO_PID;
	fault_begin();
	rc = bpf_load(&c, &p, COLLECT_BPF_LOADED, true);
	if (rc == 0)
		rc = bpf_read(p.task, (uint32_t)getpid(), &out);
	collect_programs_close(&p);
	fault_end();
	close(c.q.proc);
	buf_free(&out);
	return rc;
}

static void descriptors_are_closed(void)
{
	/* the calls of bpf(2) load two programs, and create a link and an iterator */
	static const struct fault_row refused[] = {
		{ "the first program", try_programs, SYS_bpf, 1, EPERM, -EPERM },
		{ "the second program", try_programs, SYS_bpf, 2, EPERM, -EPERM },
		{ "the link", try_programs, SYS_bpf, 3, EPERM, -EPERM },
		{ "the iterator", try_programs, SYS_bpf, 4, EPERM, -EPERM },
	};

	if (!fault_require())
		return;
	CHECK(try_lists() <= 0);
	if (try_programs() == 0)
		fault_table(refused, ARRAY_SIZE(refused));
}

UNIT_MAIN(CASE(descriptors_are_closed))
