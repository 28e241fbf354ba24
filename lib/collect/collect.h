/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect: finds the namespaces of the machine through a table of sources, one file each. */
#ifndef NSU_COLLECT_COLLECT_H
#define NSU_COLLECT_COLLECT_H

#include "base/nserr.h"
#include "collect/nstab.h"
#include "kernel/nsfile.h"

enum {
	COLLECT_PROC,
	COLLECT_TASK,
	COLLECT_CHILDREN,
	COLLECT_FD,
	COLLECT_SOCK,
	COLLECT_MNT,
	COLLECT_KERNEL,
	COLLECT_SOURCES
};
#define COLLECT_ALL (NSTYPE_BIT(COLLECT_SOURCES) - 1)

#define NSTYPE_BIT(i)   (1u << (i))
#define NSTYPE_ALL_BITS (NSTYPE_BIT(NSTYPE_COUNT) - 1)

/* A process and the inodes of its namespaces. An inode is 0 if its type was not requested, if it
 * could not be read, or if the process is a zombie that has left the namespace. */
struct nsmember {
	pid_t pid;
	uint32_t nthreads; /* 0 if threads were not counted */
	uint32_t inode[NSTYPE_COUNT];
};

/* Why an object could not be read: no permission, the kernel lacks the call, the object is on a
 * file server that might never answer, or a system call failed. */
enum nsmissed_why {
	NSMISSED_DENIED,
	NSMISSED_UNSUPPORTED,
	NSMISSED_WAIT,
	NSMISSED_FAILED,
	NSMISSED_WHYS
};
enum nsmissed_what {
	NSMISSED_PROC,
	NSMISSED_SOCK,
	NSMISSED_MNT,
	NSMISSED_NS,
	NSMISSED_DETAIL, /* a cell of a row */
	NSMISSED_WHATS
};
struct nsmissed {
	unsigned n[NSMISSED_WHYS][NSMISSED_WHATS];
	int err; /* the first of NSMISSED_FAILED, a negative errno, or 0 */
};

/* Counts one object that could not be read; the negative errno err selects the reason. */
void nsmissed_add(struct nsmissed *missed, enum nsmissed_what what, int err);

struct collect {
	/* the question */
	int proc;         /* descriptor of the proc tree, borrowed */
	unsigned types;   /* NSTYPE_BIT()s */
	unsigned sources; /* bits of the enum above */
	pid_t only;       /* look at this process alone, or 0 for all */
	pid_t self;       /* our own pid in that tree, or 0 */
	/* the answer */
	struct nstab tab;
	struct nsmember *members; /* by pid */
	size_t n;
	struct nsmissed missed; /* what was there and could not be looked at */
	/* between the sources */
	struct nsfile_proc files;   /* proc, verified; not so in a fixture */
	bool fd_sizes;              /* the size of /proc/PID/fd is the number of descriptors */
	uint32_t own_mnt, own_user; /* where we are ourselves, 0 when unknown */
	/* what all others of the type that can be seen are below, or made after; 0 when unknown */
	uint32_t top[NSTYPE_COUNT];
	size_t related; /* so many of tab.all have been opened */
	bool all_mnt;   /* the kernel has listed all mount namespaces */
};

struct collect_source {
	const char *name;
	const char *what; /* one line for help and man page */
};

/* The table of sources, indexed by the enum above. */
extern const struct collect_source collect_sources[COLLECT_SOURCES];

/* Parses a list such as "proc,task" into NSTYPE_BIT()s. Returns 0, or a negative errno with e set.
 */
int collect_parse(const char *list, unsigned *sources, struct nserr *e) must_check;

/*
 * Runs the sources, then opens each namespace and adds its parents and owners. Skips processes that
 * end meanwhile; counts in c->missed what cannot be read. Returns 0, or a negative errno with e set
 * if the result would be wrong: too few descriptors, no memory, input or output errors. The caller
 * releases c with collect_free() in both cases.
 */
int collect_run(struct collect *c, struct nserr *e) must_check;

/* Returns true if everything could be read. */
bool collect_complete(const struct collect *c);

/*
 * Opens a namespace through its members, its holders or its id. Returns a descriptor that the
 * caller closes, or a negative errno: -ENOENT if no member or holder is left.
 */
int collect_open(const struct collect *c, const struct ns *ns) must_check;

/* Returns the member with that pid, or NULL. The result belongs to c. */
const struct nsmember *collect_member(const struct collect *c, pid_t pid);

/* Releases the members and the table. */
void collect_free(struct collect *c);

#endif
