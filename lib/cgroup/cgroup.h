/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup: finds, creates, sets and joins the control groups of a program, cgroups(7), in the
 * hierarchies of version 1 and 2 that mountinfo lists. */
#ifndef NSU_CGROUP_CGROUP_H
#define NSU_CGROUP_CGROUP_H

#include <sys/types.h>

#include "base/nserr.h"
#include "kernel/mountinfo.h"

#define CGROUP_MAX 16 /* hierarchies */

struct cgroup_dir {
	char *path;
	char *options; /* mount options of a version 1 hierarchy: its controllers */
	int fd;        /* O_PATH descriptor, -1 if the directory was not created or found */
	bool v2;
	size_t made; /* the first made bytes of path are the topmost directory that we created, or 0
		      */
};

struct cgroup {
	const char *name; /* as given, borrowed */
	struct cgroup_dir dir[CGROUP_MAX];
	size_t n;
};

/*
 * Finds the directories that name stands for: the path of a directory in a cgroup file system (that
 * one hierarchy), "/NAME" from the root of the first mount of every hierarchy, "NAME" below the
 * caller's own cgroup, or NULL for the own cgroup. Names with "." or ".." are refused, as they
 * could lead out of the hierarchy. Returns 0, or a negative errno with e set: -EOPNOTSUPP if no
 * hierarchy is mounted. The caller frees c with cgroup_free().
 */
int cgroup_find(struct cgroup *c, const char *name, struct nserr *e) must_check;

/*
 * Does the part of cgroup_find() that opens no file: adds the directories of c->name, which is not
 * a path in a cgroup file system, in the hierarchies of m for a caller whose /proc/PID/cgroup has
 * the text own.
 */
int cgroup_place(struct cgroup *c, char *own, struct mountinfo *m, struct nserr *e) must_check;

/*
 * Opens the cgroups of the process whose /proc directory procfd is, for cgroup_join(). Skips
 * hierarchies in which the caller is in the same cgroup. Returns 0, or a negative errno with e set:
 * -EXDEV if a cgroup is outside the caller's cgroup namespace. The caller frees c.
 */
int cgroup_of(struct cgroup *c, int procfd, struct nserr *e) must_check;

/* Returns the length of the parent directory of the first len bytes of path: 2 for "/a//b", 0 for
 * "a" and
 * "/". */
size_t cgroup_above(const char *path, size_t len);

/*
 * Opens the directories of c. Without create those that exist; at least one must. With create those
 * that are needed, created with their parents where missing: that of version 2, and those of
 * version 1 whose controller one of the n settings ("FILE=VALUE") is for. With neither version 2
 * nor a setting, those of all hierarchies except cpuset, which accepts no process before its
 * processors are set. Returns 0, or a negative errno with e set; what was created is removed then.
 */
int cgroup_open(struct cgroup *c, bool create, const char *const *set, size_t n,
		struct nserr *e) must_check;

/*
 * Writes "FILE=VALUE" in the hierarchy that has the file. In version 2 the file exists only if
 * every cgroup above has enabled the controller for its children; those that cgroup_open() created
 * are told to, older ones are not changed. Returns 0, or a negative errno with e set: -ENOENT with
 * a hint that names the cgroup that has not enabled the controller.
 */
int cgroup_set(const struct cgroup *c, const char *setting, struct nserr *e) must_check;

/* Moves a process into the cgroup of every hierarchy, except version 2 if skip_v2 is set (clone3(2)
 * has done that). Returns 0, or a negative errno with e set. */
int cgroup_join(const struct cgroup *c, pid_t pid, bool skip_v2, struct nserr *e) must_check;

/* Refuses cgroups that are frozen, cgroups(7): a process that joins one stops until it is thawed,
 * and does not even react to SIGTERM. Returns 0, -EBUSY with e set, or another negative errno with
 * e set if the state cannot be read. */
int cgroup_check_frozen(const struct cgroup *c, struct nserr *e) must_check;

/* Returns the version 2 directory if it is open, or NULL. */
const struct cgroup_dir *cgroup_v2(const struct cgroup *c);

/* Removes the directories that cgroup_open() created. Returns 0, or a negative errno with e set:
 * -EBUSY if processes or cgroups remain in one of them after a second. */
int cgroup_remove(struct cgroup *c, struct nserr *e) must_check;

void cgroup_free(struct cgroup *c);

/*
 * Finds the path that the text of /proc/PID/cgroup has for the hierarchy of the mount, and copies
 * it to buf. Returns buf, or NULL if there is none or it does not fit. Pure.
 */
const char *cgroup_path_in(const char *text, const struct mountinfo_line *mount, char *buf,
			   size_t size);

#endif
