/* SPDX-License-Identifier: GPL-2.0-or-later */
/* type: declares the table of namespace types. Options, usage, parsing, scanning and printing use
 * it. A new namespace type needs one new row. */
#ifndef NSU_NS_TYPE_H
#define NSU_NS_TYPE_H

#include "base/nserr.h"

struct nstype {
	const char *name;       /* "mnt": in /proc/PID/ns, in "mnt:[inode]" and on command lines */
	const char *longopt;    /* "mount": the long option of unshare(1) and nsenter(1) */
	const char *file;       /* "ns/mnt", below /proc/PID */
	const char *child_file; /* "ns/pid_for_children", or NULL */
	const char *sysctl;     /* "max_mnt_namespaces", below /proc/sys/user */
	const char *what;       /* "mounts": the resource that the namespace isolates, for --help */
	uint64_t flag;          /* CLONE_NEW* */
	char opt;               /* 'm' */
	bool hierarchical;      /* true if NS_GET_PARENT of ioctl_ns(2) returns a parent */
	/* position in a sequence of setns(2) calls; join_enter.c handles user separately */
	uint8_t rank;
};

enum {
	NSTYPE_MNT,
	NSTYPE_UTS,
	NSTYPE_IPC,
	NSTYPE_NET,
	NSTYPE_PID,
	NSTYPE_USER,
	NSTYPE_CGROUP,
	NSTYPE_TIME,
	NSTYPE_COUNT
};

/* The table, in the order of --help, indexed by NSTYPE_*. */
extern const struct nstype nstypes[NSTYPE_COUNT];

/* Returns the row whose name or long option is the n bytes at name, or NULL. */
const struct nstype *nstype_find(const char *name, size_t n);

/* Sets e to "unknown namespace type 'NAME'" with the nearest type as the hint. Returns -EINVAL. */
int nstype_unknown(const char *name, size_t n, struct nserr *e);

/* Return the row with that option letter or exactly that CLONE_NEW* flag, or NULL. */
const struct nstype *nstype_by_opt(int letter);
const struct nstype *nstype_by_flag(uint64_t flag);

/* Returns the index of a row in nstypes. */
static inline unsigned nstype_index(const struct nstype *t)
{
	return (unsigned)(t - nstypes);
}

/* Parses "TYPE:[INODE]", the text of a /proc/PID/ns link. Returns 0 or -EINVAL. nslist calls it for
 * each link of each process, so it must be fast. */
int nstype_parse_link(const char *link, size_t n, const struct nstype **type,
		      uint64_t *inode) must_check;

#endif
