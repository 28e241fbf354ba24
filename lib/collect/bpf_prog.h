/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf_prog: declares the two BPF programs that find namespaces, and the records that they write. */
#ifndef NSU_COLLECT_BPF_PROG_H
#define NSU_COLLECT_BPF_PROG_H

#include "kernel/bpf.h"
#include "ns/type.h"

enum bpf_record_kind {
	BPF_RECORD_TASK = 1,
	BPF_RECORD_RELATION,
	BPF_RECORD_FILE,
	/* mounts of namespace files, as an array of struct bpf_pair that ends with the id 0 */
	BPF_RECORD_MOUNTS,
	/* all mount namespaces, as an array of struct bpf_pair that ends with the id 0 */
	BPF_RECORD_MNT_NS,
};

/* The record of a process, or of a thread whose namespaces differ from those of its process. The
 * inodes are 0 if the task has exited and left its namespaces. */
struct bpf_task {
	uint32_t kind;
	uint32_t tgid, pid, ppid;
	uint32_t inode[NSTYPE_COUNT];
	/* inodes of the namespaces that future children of the task will be in */
	uint32_t pid_child, time_child;
	uint32_t euid, n_threads;
};

/*
 * The record that describes the namespaces of a task whose namespaces differ from those of its
 * parent. The array `of` has one element for each namespace that the task is in, indexed by
 * NSTYPE_*. The elements BPF_PID_CHILD and BPF_TIME_CHILD describe the pid and the time namespace
 * that future children of the task will be in. Each set of namespaces appears in at least one
 * record.
 */
enum { BPF_PID_CHILD = NSTYPE_COUNT, BPF_TIME_CHILD, BPF_RELATIONS };
struct bpf_relation {
	uint32_t kind;
	uint32_t creator; /* user id of the creator of the task's user namespace */
	/* inode of the parent of the task's pid namespace, and inode of the parent of the pid
	 * namespace for the task's children */
	uint32_t pid_parent, pid_child_parent;
	struct {
		/* inode of the namespace (0 if the kernel lacks this type), and inode of the user
		 * namespace that owns it (for a user namespace: of its parent) */
		uint32_t inode, owner;
		/* 64-bit id of the namespace, or 0 before Linux 6.18 (for a mount namespace, before
		 * 6.11) */
		uint64_t id;
	} of[BPF_RELATIONS];
};

/* The record of a descriptor that refers to a namespace or a socket. */
struct bpf_file {
	uint32_t kind;
	uint32_t tgid, pid, fd;
	uint64_t inode;
	uint32_t flag; /* CLONE_NEW* flag of a namespace, or 0 for a socket */
	uint32_t net;  /* inode of the network namespace of a socket */
	/* address of the descriptor table; two threads with the same address share the table */
	uint64_t files;
};

/* The record that begins a list of pairs: either the mounts of namespace files, or all mount
 * namespaces. */
struct bpf_list {
	uint32_t kind;
	uint32_t spare;
	uint64_t spare2;
};
struct bpf_pair {
	uint64_t id; /* id of a mount namespace; 0 at the end of the list */
	/* in the list of mounts, the id of a mount in this mount namespace; in the list of mount
	 * namespaces, the inode of this mount namespace; in the last pair, 0 if the list is
	 * complete */
	uint64_t of;
};

/* The type information of the running kernel, from which the programs are generated. */
struct bpf_source {
	struct btf btf;
	uint32_t iter_task, iter_file; /* functions */
	/* BTF id of the function bpf_rdonly_cast, or 0 */
	uint32_t cast;
	uint32_t meta, task, file, socket, ns, mnt_ns; /* structures */
};

/* Finds the functions and structures in s->btf, which must be open. Returns 0, or a negative errno:
 * -ENOENT if a function or structure is missing. */
int bpf_source_init(struct bpf_source *s) must_check;

/* Returns true if the program that bpf_build_file() builds can list the mounts of namespace files
 * (Linux 6.18). */
bool bpf_source_has_mounts(const struct bpf_source *s);

/* Returns true if namespaces of all types have 64-bit ids (Linux 6.18). */
bool bpf_source_has_ids(const struct bpf_source *s);

/*
 * Build in p the program that an iterator runs for each task, and the one that an iterator runs for
 * each descriptor. The program for descriptors also writes the lists of mounts and mount namespaces
 * when it runs for the descriptor number `probe` of the process with the pid `self`. This
 * descriptor must refer to a namespace file. If probe is 0, the program writes no lists. Return 0,
 * or a negative errno. If the kernel lacks a structure member that the program reads, p->missing is
 * the path of this member.
 */
int bpf_build_task(struct bpf *p, struct bpf_source *s) must_check;
int bpf_build_file(struct bpf *p, struct bpf_source *s, uint32_t self, uint32_t probe) must_check;

#endif
