/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * src_bpf: reads all processes, threads and descriptors with two BPF iterators, instead of files in
 * /proc: a few system calls in all. It gives what the sources that read /proc give, for callers who
 * may see everything there; others, and kernels that cannot do it, read /proc.
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

/* A list of pairs. `known` is false if the kernel did not give it, or not the whole of it. */
struct bpf_pairs {
	struct bpf_pair *pair;
	size_t n, size;
	bool known;
};

/* The result of the iterators beyond the processes and holders. */
struct collect_bpf {
	struct bpf_related *related; /* sorted by type and inode, each once */
	size_t n_related, related_size;
	bool has_ids; /* the ids in related are those of NS_GET_ID (6.18) */
	struct bpf_pairs mounts, mnt_ns;
	uint64_t *sockets; /* inodes of the sockets that were found: a hash table */
	size_t n_sockets, slots;
	struct scan unread; /* processes that only /proc shows */
};

/*
 * Fills c->members, c->bpf, and w with holders. c has been prepared: it has its types and sources
 * and the inodes of our own namespaces. Returns true, or false if /proc must be read; then nothing
 * has changed.
 */
bool collect_bpf(struct collect *c, struct worker *w) must_check;

void collect_bpf_free(struct collect *c);

/* Returns true if the iterators found the socket. */
bool collect_bpf_has_socket(const struct collect_bpf *b, uint64_t inode);

/*
 * bpf_load.c: loads the programs that the sources of c need, unless they are loaded, or does the
 * steps up to `last`. With any_number, it does not matter how many threads the machine has. Returns
 * 0 or a negative errno; the caller closes the programs in both cases.
 */
int bpf_load(const struct collect *c, struct collect_programs *p, enum collect_bpf_step last,
	     bool any_number) must_check;

/* bpf_load.c: return true if the sources of c need the descriptors of all processes, or the list of
 * mounts or of mount namespaces. */
bool bpf_wants_files(const struct collect *c);
bool bpf_wants_lists(const struct collect *c);

/*
 * bpf_read.c: reads one program to its end. Returns 0 or a negative errno: -E2BIG if the lists do
 * not fit into the kernel's buffer. The caller frees out->s.
 */
int bpf_read(int prog, uint32_t pid, struct buf *out) must_check;

/* bpf_read.c: interpret what the programs wrote. Return 0 or a negative errno: -EBADMSG for invalid
 * records, -ENOMEM. */
int bpf_take_tasks(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, uint64_t *threads) must_check;
int bpf_take_files(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, int probe, bool *probe_seen) must_check;

/* bpf_relate.c: add owners, parents and ids to the namespaces of the table for which they are
 * known. Namespaces that have an unknown ancestor are left for collect_relate(). Returns 0 or
 * -ENOMEM. */
int bpf_relate(struct collect *c) must_check;

/* bpf_relate.c: sorts the relations and drops those that occur twice. */
void bpf_sort_related(struct collect_bpf *b);

#endif
