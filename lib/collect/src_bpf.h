/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * src_bpf: reads all processes, threads and descriptors with two BPF iterators, which need only a
 * few system calls. The result is the same as the result of the sources that read /proc. The
 * iterators are used only if the caller may read everything in /proc and if the kernel supports the
 * iterators.
 */
#ifndef NSU_COLLECT_SRC_BPF_H
#define NSU_COLLECT_SRC_BPF_H

#include "collect/bpf_prog.h"
#include "collect/worker.h"

/* The owner, the parent and the ids of a namespace. */
struct bpf_related {
	uint32_t type, inode;
	uint32_t owner, parent; /* inodes, or 0 */
	uid_t creator;
	uint64_t id;
};

/* A list of pairs that a BPF program has written. `known` is false if the list is missing or
 * incomplete. */
struct bpf_pairs {
	struct bpf_pair *pair;
	size_t n, size;
	bool known;
};

/* The results of the iterators, except the processes and the holders. */
struct collect_bpf {
	/* owners, parents and ids of the namespaces, sorted by type and inode, without
	 * duplicates */
	struct bpf_related *related;
	size_t n_related, related_size;
	bool has_ids; /* the ids in `related` are the 64-bit ids of NS_GET_ID (Linux 6.18) */
	struct bpf_pairs mounts, mnt_ns;
	uint64_t *sockets; /* hash table of the inodes of the sockets that were found */
	size_t n_sockets, slots;
	/* pids of processes that the iterators did not report, for example because a security
	 * module hides them; they are read from /proc */
	struct scan unread;
};

/*
 * Adds the processes to c->members and the holders to w->found, and sets c->bpf. The types and
 * sources of c and the inodes of nslist's own namespaces must be set. Returns true, or returns
 * false and changes nothing if /proc must be read instead.
 */
bool collect_bpf(struct collect *c, struct worker *w) must_check;

void collect_bpf_free(struct collect *c);

/* Returns true if the iterators found the socket with this inode. */
bool collect_bpf_has_socket(const struct collect_bpf *b, uint64_t inode);

/*
 * Defined in bpf_load.c: checks the conditions for BPF iterators up to the condition `last`, and
 * loads into p the programs that the sources of c need, unless they are loaded already. Unless
 * any_number is set, also requires that the machine has enough threads to make the iterators faster
 * than /proc. Returns 0 or a negative errno. The caller closes p with collect_programs_close(),
 * also after an error.
 */
int bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
	     bool any_number) must_check;

/* Defined in bpf_load.c. bpf_wants_files() returns true if the sources of c need the descriptors of
 * all processes. bpf_wants_lists() returns true if the sources need the list of mounts or the list
 * of mount namespaces. */
bool bpf_wants_files(const struct collect *c);
bool bpf_wants_lists(const struct collect *c);

/*
 * Defined in bpf_read.c: runs the iterator program `prog`, for all processes or, if pid is not 0,
 * only for the process pid, and appends its output to out. Returns 0 or a negative errno: -E2BIG if
 * the lists of mounts and of mount namespaces do not fit into the kernel's buffer. The caller frees
 * out->s.
 */
int bpf_read(int prog, uint32_t pid, struct buf *out) must_check;

/*
 * Defined in bpf_read.c: convert the output of a program. bpf_take_tasks() adds processes to
 * c->members, holders to w->found and relations of namespaces to b->related, and sets *threads to
 * the number of threads of these processes. bpf_take_files() adds holders to w->found (unless w is
 * NULL) and sockets and lists of mounts to b, and sets *probe_seen if the output contains the
 * descriptor `probe` of this process. Both return 0 or a negative errno: -EBADMSG for invalid
 * records, or -ENOMEM.
 */
int bpf_take_tasks(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, uint64_t *threads) must_check;
int bpf_take_files(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, int probe, bool *probe_seen) must_check;

/* Defined in bpf_relate.c: sets the owners, parents and ids of the namespaces in the table that the
 * iterators have reported. Skips namespaces that have an unknown ancestor; collect_relate() opens
 * them later. Returns 0 or -ENOMEM. */
int bpf_relate(struct collect *c) must_check;

/* Defined in bpf_relate.c: sorts b->related by type and inode, and removes duplicates. */
void bpf_sort_related(struct collect_bpf *b);

#endif
