/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * src_bpf: reads all processes, threads and descriptors with two BPF iterators, which need only a
 * few system calls. The result is the same as that of the sources that read /proc. The iterators
 * are used only if the caller may read everything in /proc and if the kernel supports them.
 */
#ifndef NSU_COLLECT_SRC_BPF_H
#define NSU_COLLECT_SRC_BPF_H

#include "collect/bpf_prog.h"
#include "collect/worker.h"

/* Owner, parent and ids of a namespace. */
struct bpf_related {
	uint32_t type, inode;
	uint32_t owner, parent; /* inodes, or 0 */
	uid_t creator;
	uint64_t id;
};

/* A list of pairs. `known` is false if the list is missing or incomplete. */
struct bpf_pairs {
	struct bpf_pair *pair;
	size_t n, size;
	bool known;
};

/* The result of the iterators beyond the processes and holders. */
struct collect_bpf {
	struct bpf_related *related; /* relations sorted by type and inode, without duplicates */
	size_t n_related, related_size;
	bool has_ids; /* the ids in related are those of NS_GET_ID (6.18) */
	struct bpf_pairs mounts, mnt_ns;
	uint64_t *sockets; /* inodes of the sockets that were found: a hash table */
	size_t n_sockets, slots;
	struct scan unread; /* processes that the iterators did not report */
};

/*
 * Adds the processes to c->members and the holders to w, and sets c->bpf. The types and sources of
 * c and the inodes of nslist's own namespaces must be set. Returns true, or returns false and
 * changes nothing if /proc must be read instead.
 */
bool collect_bpf(struct collect *c, struct worker *w) must_check;

void collect_bpf_free(struct collect *c);

/* Returns true if the iterators found the socket. */
bool collect_bpf_has_socket(const struct collect_bpf *b, uint64_t inode);

/*
 * bpf_load.c: checks the conditions for BPF iterators up to the step `last`, and loads the programs
 * that the sources of c need, unless they are loaded already. With any_number, the number of
 * threads on the machine is ignored. Returns 0 or a negative errno. The caller closes the programs
 * in both cases.
 */
int bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
	     bool any_number) must_check;

/* bpf_load.c: each function returns true if the sources of c need that part of the output: the
 * descriptors of all processes, the list of mounts, or the list of mount namespaces. */
bool bpf_wants_files(const struct collect *c);
bool bpf_wants_lists(const struct collect *c);

/*
 * bpf_read.c: runs one program and reads its whole output. Returns 0 or a negative errno: -E2BIG if
 * the lists do not fit into the kernel's buffer. The caller frees out->s.
 */
int bpf_read(int prog, uint32_t pid, struct buf *out) must_check;

/* bpf_read.c: process the output of the programs. Return 0 or a negative errno: -EBADMSG for
 * invalid records, or -ENOMEM. */
int bpf_take_tasks(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, uint64_t *threads) must_check;
int bpf_take_files(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, int probe, bool *probe_seen) must_check;

/* bpf_relate.c: sets the known owners, parents and ids of the namespaces in the table. Skips
 * namespaces that have an unknown ancestor; collect_relate() opens them later. Returns 0 or
 * -ENOMEM. */
int bpf_relate(struct collect *c) must_check;

/* bpf_relate.c: sorts the relations and removes duplicates. */
void bpf_sort_related(struct collect_bpf *b);

#endif
