/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers: declares the containers that a scan has found, and the data for the columns of
 * --containers. */
#ifndef NSU_NSLIST_CONTAINERS_H
#define NSU_NSLIST_CONTAINERS_H

#include "cgroup/memory.h"
#include "collect/container.h"
#include "collect/visit.h"
#include "columns.h"

/* A network namespace and its name in /run/netns. */
struct netns_name {
	uint32_t inode;
	char *name;
};

/* The containers of a scan, and data that is read when it is first needed. */
struct boxes {
	struct containers l;
	/* indexed by ns.index: the host name or the addresses that nslist has read inside a uts or
	 * net namespace, or NULL if nslist has not tried to read them */
	struct visit **visit_of;
	/* two arrays, one for uts namespaces and one for net namespaces; the pointers in visit_of
	 * point to their elements */
	struct visit *visits[2];
	size_t n_visits[2];
	bool visited[2];
	/* for each container in l.v: the name that `nsunshare --name` has given to a program in the
	 * container, or NULL */
	char **run_names;
	bool names_read, runs_read, memory_opened;
	struct netns_name *names;
	size_t n_names;
	struct cgroup_memory memory;
	char hostname[65], unit[256]; /* host name and systemd unit of the caller */
};

/* Finds the containers among the processes of the scan, and with `all` the services too, and stores
 * both in run->boxes, which boxes_free() frees. Exits if memory allocation fails. */
void boxes_find(struct run *run, bool all);
void boxes_free(struct run *run);

/* Returns the row of the nearest container that encloses the container of r and has a row, or
 * NULL. */
struct row *boxes_row_above(const struct run *run, const struct row *r);

/* Appends the name of a container to out. The name may be empty. */
void boxes_name(struct run *run, const struct container *box, struct buf *out);

/* Returns the namespace of the given type that the first process of the container is in, or NULL if
 * the caller is in the same namespace. */
struct ns *boxes_ns(const struct run *run, const struct container *box, int type);

/*
 * Returns the host name that was read inside the uts namespace of a container (visit_hostname()),
 * or the addresses that were read inside its net namespace (visit_addresses()). Returns NULL if the
 * caller is in the same namespace. If the namespace could not be entered, counts a missing value
 * and returns NULL.
 */
const struct visit *boxes_visit(struct run *run, const struct container *box, int type);

/* Returns the host name of the caller. */
const char *boxes_own_hostname(struct run *run);

/* Returns the name that a network namespace has in /run/netns, or NULL. */
const char *boxes_netns_name(struct run *run, uint32_t inode);

/* The columns that can be selected with --containers. */
extern const struct column nslist_box_columns[];
extern const size_t nslist_n_box_columns;

#endif
