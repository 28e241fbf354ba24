/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory: reads how much memory the processes of a control group use. */
#ifndef NSU_CGROUP_MEMORY_H
#define NSU_CGROUP_MEMORY_H

#include "base/util.h"

/* The hierarchy from which memory use is read: the version 1 hierarchy of the memory controller if
 * there is one, otherwise the version 2 hierarchy. */
struct cgroup_memory {
	int dir; /* descriptor of the mount point of the hierarchy, or -1 */
	bool v2;
	char options[128]; /* mount options of the hierarchy, for cgroup_path_in() */
	char root[256];    /* directory of the hierarchy that is visible at the mount point */
	char own[1024];    /* the caller's own path in the hierarchy */
};

#define CGROUP_MEMORY_INIT ((struct cgroup_memory){ .dir = -1 })

/* Finds the hierarchy and opens its mount point. Returns 0, -ENOENT if the hierarchy is not
 * mounted, or another negative errno. The caller closes m->dir. */
int cgroup_memory_open(struct cgroup_memory *m) must_check;

/*
 * Sets *bytes to the memory use of the cgroup that a process is in. text is the content of the
 * process's /proc/PID/cgroup. If the process is in the cgroup init.scope, which systemd creates for
 * itself, uses the parent cgroup. Returns 0, -ENOENT if the process is in the root cgroup, in the
 * caller's cgroup or outside of the mounted hierarchy, or another negative errno.
 */
int cgroup_memory_read(const struct cgroup_memory *m, const char *text, uint64_t *bytes) must_check;

#endif
