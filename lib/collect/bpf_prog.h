/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf_prog: the two BPF programs that find namespaces, and the records that they write. */
#ifndef NSU_COLLECT_BPF_PROG_H
#define NSU_COLLECT_BPF_PROG_H

#include "kernel/bpf.h"
#include "ns/type.h"

enum bpf_record_kind {
	BPF_RECORD_TASK = 1,
	BPF_RECORD_RELATION,
	BPF_RECORD_FILE,
	BPF_RECORD_MOUNTS, /* followed by struct bpf_pair up to one with id 0 */
	BPF_RECORD_MNT_NS, /* the same */
};

/* A process, or a thread that is in other namespaces than its process. Inodes are 0 if the task has
 * left its namespaces. */
struct bpf_task {
	uint32_t kind;
	uint32_t tgid, pid, ppid;
	uint32_t inode[NSTYPE_COUNT];
	uint32_t pid_child, time_child; /* namespaces of future children */
	uint32_t euid, n_threads;
};

/* The namespaces of a task whose parent is in others, and then those of its future children. Each
 * set of namespaces is in one such record at least. */
enum { BPF_PID_CHILD = NSTYPE_COUNT, BPF_TIME_CHILD, BPF_RELATIONS };
struct bpf_relation {
	uint32_t kind;
	uint32_t creator;                      /* user who made the user namespace */
	uint32_t pid_parent, pid_child_parent; /* inodes of the parents of the pid namespaces */
	struct {
		uint32_t inode, owner;
		uint64_t id; /* 0 before 6.18; of a mount namespace, 0 before 6.11 */
	} of[BPF_RELATIONS];
};

/* A descriptor of a namespace or socket. */
struct bpf_file {
	uint32_t kind;
	uint32_t tgid, pid, fd;
	uint64_t inode;
	uint32_t flag;  /* of a namespace: CLONE_NEW*; 0 for a socket */
	uint32_t net;   /* of a socket: inode of its network namespace */
	uint64_t files; /* address of the descriptor table: equal if threads share it */
};

/* Begins a list of pairs: of the mounts of namespaces or of all mount namespaces. */
struct bpf_list {
	uint32_t kind;
	uint32_t spare;
	uint64_t spare2;
};
struct bpf_pair {
	uint64_t id; /* of a mount namespace; 0 at the end of the list */
	uint64_t of; /* id of a mount in it, or its inode; at the end: not 0 if items are missing */
};

/* The types of the running kernel from which the programs are made. */
struct bpf_source {
	struct btf btf;
	uint32_t iter_task, iter_file;                 /* functions */
	uint32_t cast;                                 /* function, or 0 */
	uint32_t meta, task, file, socket, ns, mnt_ns; /* structures */
};

/* Finds the functions and structures in s->btf, which is open. Returns 0, or a negative errno:
 * -ENOENT if one is missing. */
int bpf_source_init(struct bpf_source *s) must_check;

/* Returns true if the program for descriptors can list the mounts of namespaces (6.18). */
bool bpf_source_has_mounts(const struct bpf_source *s);

/* Returns true if namespaces of all types have 64-bit ids (6.18). */
bool bpf_source_has_ids(const struct bpf_source *s);

/* Build the program for tasks, and that for descriptors, which writes the lists when it sees
 * descriptor `probe` of process `self`, a namespace file; 0 for never. Return 0 or a negative errno
 * with p->missing set. */
int bpf_build_task(struct bpf *p, struct bpf_source *s) must_check;
int bpf_build_file(struct bpf *p, struct bpf_source *s, uint32_t self, uint32_t probe) must_check;

#endif
