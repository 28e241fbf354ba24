/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup: the control groups that a program is put into, cgroups(7). The hierarchies are found in
 * mountinfo: version 2, and those of version 1 where they are what the host has.
 */
#ifndef NSU_CGROUP_CGROUP_H
#define NSU_CGROUP_CGROUP_H

#include <sys/types.h>

#include "base/nserr.h"
#include "kernel/mountinfo.h"

#define CGROUP_MAX 16 /* hierarchies */

struct cgroup_dir {
	char *path;
	char *options; /* of the file system where it is version 1: its controllers */
	int fd;        /* O_PATH directory, -1 when it was not made or found */
	bool v2;
	size_t made; /* this many bytes of path, and all below them, were made; 0: nothing was */
};

struct cgroup {
	const char *name; /* as given, borrowed */
	struct cgroup_dir dir[CGROUP_MAX];
	size_t n;
};

/*
 * Finds the directories that name stands for: a directory of a cgroup file system itself (that one
 * hierarchy), "/NAME" from the root of every hierarchy as it is mounted first, or "NAME" below the
 * caller's own cgroup; NULL is for that itself. None has "." or "..", which could lead out of
 * the hierarchy. 0, or a negative errno with e set: -EOPNOTSUPP without any hierarchy.
 */
int cgroup_find(struct cgroup *c, const char *name, struct nserr *e) must_check;

/*
 * The part of it that asks nobody: c->name, which is no directory of a cgroup file system, in the
 * hierarchies that m has, for a caller whose /proc/PID/cgroup is own.
 */
int cgroup_place(struct cgroup *c, char *own, struct mountinfo *m, struct nserr *e) must_check;

/*
 * The cgroups of the process whose /proc directory procfd is, opened for cgroup_join(): of every
 * hierarchy that is mounted where the caller is in another one. 0, or a negative errno with e set:
 * -EXDEV for one outside of the caller's cgroup namespace.
 */
int cgroup_of(struct cgroup *c, int procfd, struct nserr *e) must_check;

/* The length of what the first len bytes of path are in: 2 for "/a//b", 0 for "a" and "/". */
size_t cgroup_above(const char *path, size_t len);

/*
 * Keeps the hierarchies that are needed and opens them. With create they are made where missing,
 * with what is missing above them: version 2, and those of version 1 whose controller one of the n
 * settings ("FILE=VALUE") is of. Where there is neither version 2 nor a setting it is all but
 * cpuset, which takes no process before it is told its processors. Without create it is those
 * where the directory exists.
 */
int cgroup_open(struct cgroup *c, bool create, const char *const *set, size_t n,
		struct nserr *e) must_check;

/*
 * Writes "FILE=VALUE" in the hierarchy that has the file. In version 2 it is there when every
 * cgroup above has enabled the controller for its children: those that cgroup_open() made are told
 * to, what was there before is left as it is. 0, or a negative errno with e set: -ENOENT with the
 * cgroup that keeps the controller to itself.
 */
int cgroup_set(const struct cgroup *c, const char *setting, struct nserr *e) must_check;

/* Moves a process in, in every hierarchy (but v2 with skip_v2, which clone3(2) has done). */
int cgroup_join(const struct cgroup *c, pid_t pid, bool skip_v2, struct nserr *e) must_check;

/* Refuses cgroups that are frozen, cgroups(7): a process that joins one stops until it is thawed,
 * and does not even react to SIGTERM. Returns 0, -EBUSY with e set, or another negative errno with
 * e set if the state cannot be read. */
int cgroup_check_frozen(const struct cgroup *c, struct nserr *e) must_check;

/* The version 2 directory when it is open, for clone3(2), or NULL. */
const struct cgroup_dir *cgroup_v2(const struct cgroup *c);

/* Removes what cgroup_open() made. 0, or a negative errno with e set: -EBUSY when processes or
 * cgroups are left in it after a second. */
int cgroup_remove(struct cgroup *c, struct nserr *e) must_check;

void cgroup_free(struct cgroup *c);

/*
 * Finds the path that the text of /proc/PID/cgroup has for the hierarchy of the mount, and copies
 * it to buf. Returns buf, or NULL if there is none or it does not fit. Pure.
 */
const char *cgroup_path_in(const char *text, const struct mountinfo_line *mount, char *buf,
			   size_t size);

#endif
