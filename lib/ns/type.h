/* SPDX-License-Identifier: GPL-2.0-or-later */
/* type: declares the table of namespace types, from which the tools take the options, the names,
 * the links in /proc and the texts of each type. A new namespace type needs one new row in the
 * table. */
#ifndef NSU_NS_TYPE_H
#define NSU_NS_TYPE_H

#include "base/nserr.h"

struct nstype {
	/* name of the type, such as "mnt": in /proc/PID/ns, in "mnt:[inode]" and on command
	 * lines */
	const char *name;
	const char *longopt; /* long option of unshare(1) and nsenter(1), such as "mount" */
	/* link to the namespace of a process, such as "ns/mnt", relative to /proc/PID */
	const char *file;
	/* link to the namespace for children, such as "ns/pid_for_children", or NULL */
	const char *child_file;
	/* file with the maximum number of namespaces of the type, such as "max_mnt_namespaces",
	 * relative to /proc/sys/user */
	const char *sysctl;
	/* the resource that the namespace isolates, such as "mounts", for --help */
	const char *what;
	uint64_t flag; /* CLONE_NEW* */
	char opt;      /* letter of the short option, such as 'm' */
	/* true if the ioctl NS_GET_PARENT (ioctl_ns(2)) returns a parent namespace */
	bool hierarchical;
	/* position of the type in a sequence of setns(2) calls; join_enter.c handles user
	 * namespaces separately */
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

/* The table of types, in the order of --help, indexed by NSTYPE_*. */
extern const struct nstype nstypes[NSTYPE_COUNT];

/* Returns the row of the type table whose name or long option is the n bytes at name, or NULL. */
const struct nstype *nstype_find(const char *name, size_t n);

/* Sets e to "unknown namespace type 'NAME'" with a hint that lists all types and, if one type is
 * similar to NAME, suggests that type. Returns -EINVAL. */
int nstype_unknown(const char *name, size_t n, struct nserr *e);

/* Return the row of the type table that has this option letter or exactly this CLONE_NEW* flag, or
 * NULL. */
const struct nstype *nstype_by_opt(int letter);
const struct nstype *nstype_by_flag(uint64_t flag);

/* Returns the index of a row of the type table nstypes. */
static inline unsigned nstype_index(const struct nstype *t)
{
	return (unsigned)(t - nstypes);
}

/* Parses "TYPE:[INODE]", the text of a /proc/PID/ns link, into *type and *inode. Returns 0 or
 * -EINVAL. nslist calls it for each link of each process, so it must be fast. */
int nstype_parse_link(const char *link, size_t n, const struct nstype **type,
		      uint64_t *inode) must_check;

#endif
