/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup: finds, creates, configures and joins control groups (cgroups(7)) in the mounted
 * hierarchies of versions 1 and 2. */
#ifndef NSU_CGROUP_CGROUP_H
#define NSU_CGROUP_CGROUP_H

#include <sys/types.h>

#include "base/nserr.h"
#include "kernel/mountinfo.h"

#define CGROUP_MAX 16 /* hierarchies */

struct cgroup_dir {
	char *path;
	char *options; /* mount options of a version 1 hierarchy, which name its controllers */
	/* descriptor of the directory, or -1 if the directory does not exist */
	int fd;
	bool v2;
	/* length of the path of the topmost directory that cgroup_open() created, or 0 if it
	 * created none */
	size_t made;
};

struct cgroup {
	const char *name; /* the name of the cgroup, given by the caller, not copied */
	struct cgroup_dir dir[CGROUP_MAX];
	size_t n;
};

/*
 * Finds the directories of a cgroup. `name` is the path of a directory in a cgroup file system
 * (then only this hierarchy is used), "/NAME" for a cgroup below the root of the first mount of
 * each hierarchy, "NAME" for a cgroup below the caller's own cgroup, or NULL for the caller's own
 * cgroup. A name with the components "." or ".." is refused, because it could lead out of the
 * hierarchy. Returns 0, or a negative errno with e set: -EOPNOTSUPP if no hierarchy is mounted. The
 * caller frees c with cgroup_free().
 */
int cgroup_find(struct cgroup *c, const char *name, struct nserr *e) must_check;

/*
 * Does the same as cgroup_find() for the cgroup c->name, but opens no file. own is the text of the
 * caller's /proc/PID/cgroup, and m contains the caller's mounts. Adds to c the directory of the
 * cgroup in each hierarchy that m contains. c->name must not be a path in a cgroup file system.
 * Returns 0, or a negative errno with e set.
 */
int cgroup_place(struct cgroup *c, char *own, struct mountinfo *m, struct nserr *e) must_check;

/*
 * Finds the cgroups of a process and opens their directories, so that cgroup_join() can move
 * another process into these cgroups. procfd is the /proc directory of the process. Skips
 * hierarchies in which the caller is in the same cgroup. Returns 0, or a negative errno with e set:
 * -EXDEV if a cgroup is outside of the caller's cgroup namespace. The caller frees c.
 */
int cgroup_of(struct cgroup *c, int procfd, struct nserr *e) must_check;

/* Returns the length of the path of the parent directory, which is the beginning of the len bytes
 * at path: 2 for "/a//b", whose parent is "/a", and 0 for "a" and "/". */
size_t cgroup_above(const char *path, size_t len);

/*
 * Opens the directories of c. If create is false, opens the directories that exist; at least one
 * must exist. If create is true, opens the needed directories, and creates them and their parents
 * if they are missing. The directory of version 2 is needed. A directory of version 1 is needed if
 * one of the n settings ("FILE=VALUE") belongs to its controller. If there is neither version 2 nor
 * a setting, the directories of all hierarchies are needed except cpuset, which accepts no process
 * before its processors are set. First removes empty directories that cgroup_open() has created in
 * a process that was killed later. Returns 0, or a negative errno with e set; then the created
 * directories are removed again.
 */
int cgroup_open(struct cgroup *c, bool create, const char *const *set, size_t n,
		struct nserr *e) must_check;

/*
 * Writes VALUE to the file FILE of the cgroup, in the hierarchy that has this file; setting is
 * "FILE=VALUE". In version 2, the file exists only if every cgroup above has enabled the controller
 * for its children. Enables the controller in cgroups that cgroup_open() has created, but not in
 * cgroups that existed before. Returns 0, or a negative errno with e set: -ENOENT with a hint that
 * names the cgroup that has not enabled the controller.
 */
int cgroup_set(const struct cgroup *c, const char *setting, struct nserr *e) must_check;

/* Moves a process to the cgroup that c describes, in each hierarchy whose directory is open in c.
 * Returns 0, or a negative errno with e set. */
int cgroup_join(const struct cgroup *c, pid_t pid, struct nserr *e) must_check;

/*
 * Checks that no cgroup of c is frozen (cgroups(7)): a process that joins a frozen cgroup stops
 * until the cgroup is thawed, and does not even react to SIGTERM. Returns 0, -EBUSY with e set if a
 * cgroup is frozen, or another negative errno with e set if the state cannot be read.
 */
int cgroup_check_frozen(const struct cgroup *c, struct nserr *e) must_check;

/* Returns the version 2 directory if it is open, or NULL. */
const struct cgroup_dir *cgroup_v2(const struct cgroup *c);

/* Removes the directories of c that cgroup_open() has created, with all cgroups below them. Returns
 * 0, or a negative errno with e set: -EBUSY if processes remain in one of them after 3 seconds. */
int cgroup_remove(struct cgroup *c, struct nserr *e) must_check;

/*
 * Only make.c calls the next three functions. cgroup_remove_dir() removes the directory and the
 * cgroups below it that contain no process, and returns 0 or a negative errno. cgroup_mark() marks
 * the directories that cgroup_open() has created, and locks the lowest one until its descriptor is
 * closed. cgroup_remove_left() removes the directory and its parents, up to the first one that is
 * not marked, is locked or contains a process.
 */
int cgroup_remove_dir(const struct cgroup_dir *d) must_check;
void cgroup_mark(const struct cgroup_dir *d);
void cgroup_remove_left(struct cgroup_dir *d);

/* Closes the descriptors of c and frees its memory. Removes no directory. */
void cgroup_free(struct cgroup *c);

/*
 * Finds the cgroup of a process in one hierarchy, and copies its path to buf, which has `size`
 * bytes. text is the content of the process's /proc/PID/cgroup, and `mount` is a mount of the
 * hierarchy. Returns buf, or NULL if text has no path in this hierarchy or the path does not fit.
 * Opens no file and allocates no memory.
 */
const char *cgroup_path_in(const char *text, const struct mountinfo_line *mount, char *buf,
			   size_t size);

#endif
