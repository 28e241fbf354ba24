/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container: groups the processes that a scan has found into containers. */
#ifndef NSU_COLLECT_CONTAINER_H
#define NSU_COLLECT_CONTAINER_H

#include "collect/collect.h"

/*
 * A container is either all processes that are directly in one pid namespace below the caller's, or
 * the processes in the caller's pid namespace that share another mount namespace. Processes in both
 * the caller's pid and mount namespace are grouped by their user namespace.
 */
struct container {
	struct ns *ns;   /* the namespace that all processes of the container share */
	pid_t pid;       /* process 1 of the pid namespace, otherwise the lowest pid */
	unsigned nprocs; /* number of processes, without those of containers below */
	unsigned types;  /* NSTYPE_BIT()s of the namespaces of `pid` that are not the caller's */
	bool host_root;  /* the root of `pid` is the caller's, and so is its pid namespace */
	struct container
		*parent; /* container of the next pid namespace above that has one, or NULL */
	unsigned level;  /* number of parents */
	char *rootfs;    /* type and directory of the root mount (container_root()), or NULL */
};

/* Containers, each after its parent. */
struct containers {
	struct container *v;
	size_t n;
	/* indexed by ns.index: the container whose member `ns` is this namespace, or NULL */
	struct container **of;
};

/*
 * Finds the containers. c must be the result of a scan for all types. If `all` is false, omits the
 * groups of processes with the caller's root that are services or have the caller's user namespace.
 * Processes of `ip netns exec`, and processes that have created a container and still share a mount
 * or user namespace with it, are not containers. Counts the processes that could not be read in
 * missed. Returns 0 or -ENOMEM. The caller frees out with containers_free() in both cases.
 */
int containers_find(const struct collect *c, bool all, struct containers *out,
		    struct nsmissed *missed) must_check;
void containers_free(struct containers *l);

/* Returns the container of a process, or NULL. The result belongs to l. */
const struct container *containers_of(const struct containers *l, const struct collect *c,
				      const struct nsmember *m);

/*
 * Sets *root to the root mount of a process: "TYPE:DIRECTORY", or "TYPE" if the root is the root
 * directory of the file system, as a string that the caller frees. Sets *root to NULL if the root
 * of the process is not the root of a mount. Returns 0 or a negative errno.
 */
int container_root(const struct collect *c, pid_t pid, char **root) must_check;

#endif
