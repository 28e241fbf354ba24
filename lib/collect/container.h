/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container: groups the processes that a scan has found into containers. */
#ifndef NSU_COLLECT_CONTAINER_H
#define NSU_COLLECT_CONTAINER_H

#include "collect/collect.h"

/*
 * A container is either all processes that are directly in one pid namespace below the caller's, or
 * the processes in the caller's pid namespace that share a mount namespace other than the caller's.
 * Processes in both the caller's pid and mount namespace are grouped by their user namespace.
 */
struct container {
	struct ns *ns; /* the namespace that all processes of the container share */
	/* process 1 of the pid namespace of the container; if there is none, the lowest pid */
	pid_t pid;
	/* number of processes in the container, without those in nested containers */
	unsigned nprocs;
	/* types of namespaces that `pid` does not share with the caller, as NSTYPE_BIT()s */
	unsigned types;
	bool host_root; /* `pid` has the same root directory and pid namespace as the caller */
	/* the container of the nearest ancestor pid namespace that belongs to a container, or
	 * NULL */
	struct container *parent;
	unsigned level; /* number of containers that enclose this container */
	/* file system type and directory of the root mount, see container_root(), or NULL */
	char *rootfs;
};

/* The containers that were found. A parent container precedes its children. */
struct containers {
	struct container *v;
	size_t n;
	/* for each namespace, at the index ns.index: the container whose member `ns` is this
	 * namespace, or NULL */
	struct container **of;
};

/*
 * Finds the containers. c must be the result of a scan for all types. If `all` is false, omits each
 * group of processes that has the caller's root directory and either shares the caller's user
 * namespace or belongs to a systemd service. The processes of `ip netns exec` do not form a
 * container, and neither do processes that have created a container and still share a mount or user
 * namespace with it. Counts the processes that could not be read in `missed`. Returns 0 or -ENOMEM.
 * The caller frees out with containers_free(), also after an error.
 */
int containers_find(const struct collect *c, bool all, struct containers *out,
		    struct nsmissed *missed) must_check;
void containers_free(struct containers *l);

/* Returns the container of a process, or NULL. The result belongs to l. */
const struct container *containers_of(const struct containers *l, const struct collect *c,
				      const struct nsmember *m);

/*
 * Sets *root to a string that describes the root mount of a process: "TYPE:DIRECTORY", or "TYPE" if
 * the mount shows the root directory of its file system. The caller frees the string. Sets *root to
 * NULL if the root directory of the process is not the root of a mount. Returns 0 or a negative
 * errno.
 */
int container_root(const struct collect *c, pid_t pid, char **root) must_check;

#endif
