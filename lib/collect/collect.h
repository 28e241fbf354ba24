/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nscollect: finds the namespaces of the machine through a table of sources, one file each. */
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

/* One process and where it is; 0 for what was not asked for, could not be read or (zombies) is no
 * more. */
struct nsmember {
	pid_t pid;
	uint32_t nthreads; /* 0 when threads were not looked at */
	uint32_t inode[NSTYPE_COUNT];
};

/* Counts by why: it is not for us to see, the kernel has no way to ask, a file server would have to
 * be asked, which may not answer, or a system call failed. */
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

/* Counts one. The negative errno err says why. */
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

/* The table, indexed by the enum. */
extern const struct collect_source collect_sources[COLLECT_SOURCES];

/* Parses "proc,task". 0 or a negative errno with e set. */
int collect_parse(const char *list, unsigned *sources, struct nserr *e) must_check;

/*
 * Asks the sources, then climbs to parents and owners until there is nothing new. Processes that
 * end meanwhile are left out, those that may not be looked at are counted. 0, or a negative errno
 * with e set when the answer would be wrong: no descriptors or memory left, input or output errors.
 */
int collect_run(struct collect *c, struct nserr *e) must_check;

/* Whether everything could be looked at. */
bool collect_complete(const struct collect *c);

/*
 * Opens a namespace by whatever holds it. A descriptor, or a negative errno: -ENOENT when nothing
 * that is left leads there.
 */
int collect_open(const struct collect *c, const struct ns *ns) must_check;

/* The member with that pid, or NULL. */
const struct nsmember *collect_member(const struct collect *c, pid_t pid);

void collect_free(struct collect *c);

#endif
