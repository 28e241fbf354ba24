/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf.h: makes records of the BPF programs, and scans that use them. */
#ifndef NSU_UNIT_COLLECT_BPF_H
#define NSU_UNIT_COLLECT_BPF_H

#include <fcntl.h>

#include "../unit.h"
#include "collect/src_bpf.h"
#include "kernel/sys_ns.h"

/* Returns a new descriptor, for a replaced function that opens one. */
static inline int descriptor(void)
{
	return fcntl(1, F_DUPFD_CLOEXEC, 3);
}

/* Returns a scan of all types and sources by the process `self`, which is in the initial user and
 * pid namespaces. */
static inline struct collect scan_by(pid_t self)
{
	struct collect c = { .q = { .proc = 4711, .self = self },
			     .types = NSTYPE_ALL_BITS,
			     .sources = COLLECT_ALL,
			     .own_user = (uint32_t)SYS_NS_INO_USER };

	c.top[NSTYPE_PID] = (uint32_t)SYS_NS_INO_PID;
	return c;
}

/* Returns the record of a task whose namespaces have the inodes base, base + 1 and so on. */
static inline struct bpf_task task_of(uint32_t tgid, uint32_t pid, uint32_t base)
{
	struct bpf_task t = { .kind = BPF_RECORD_TASK, .tgid = tgid, .pid = pid, .n_threads = 2 };

	for (uint32_t i = 0; i < NSTYPE_COUNT; i++)
		t.inode[i] = base + i;
	t.pid_child = t.inode[NSTYPE_PID];
	t.time_child = t.inode[NSTYPE_TIME];
	return t;
}

/* Frees the results of bpf_take_tasks() and bpf_take_files(). */
static inline void free_result(struct collect *c, struct worker *w, struct collect_bpf *b)
{
	free(c->members);
	free(w->found);
	free(b->related);
	free(b->mounts.pair);
	free(b->mnt_ns.pair);
	free(b->sockets);
	nstab_free(&c->tab);
}

#endif
