/* SPDX-License-Identifier: GPL-2.0-or-later */
/* containers: declares what the columns of --containers need beside the rows. */
#ifndef NSU_NSLIST_CONTAINERS_H
#define NSU_NSLIST_CONTAINERS_H

#include "cgroup/memory.h"
#include "collect/container.h"
#include "collect/visit.h"
#include "columns.h"

/* The name of a network namespace in /run/netns. */
struct netns_name {
	uint32_t inode;
	char *name;
};

/* The containers of a scan, and data that is read on first use. */
struct boxes {
	struct containers l;
	/* indexed by ns.index: the visit of a uts or net namespace, or NULL */
	struct visit **visit_of;
	struct visit *visits[2]; /* the visits of the uts namespaces and of the net namespaces */
	size_t n_visits[2];
	bool visited[2];
	char **run_names; /* for each container of l.v: the name of a run in it, or NULL */
	bool names_read, runs_read, memory_opened;
	struct netns_name *names;
	size_t n_names;
	struct cgroup_memory memory;
	char hostname[65], unit[256]; /* host name and systemd unit of the caller */
};

/* Finds the containers of the scan, with services if `all`. Exits if memory runs out. */
void boxes_find(struct run *run, bool all);
void boxes_free(struct run *run);

/* Returns the row of the next container above that has a row, or NULL. */
struct row *boxes_row_above(const struct run *run, const struct row *r);

/* Appends the name of a container, which may be empty. */
void boxes_name(struct run *run, const struct container *box, struct buf *out);

/* Returns the namespace of that type of the container's first process, or NULL if it is the
 * caller's. */
struct ns *boxes_ns(const struct run *run, const struct container *box, int type);

/* Returns the visit of the uts namespace (visit_hostname()) or net namespace (visit_addresses()) of
 * a container, or NULL: the caller is in the same namespace, or it could not be entered, which is
 * counted. */
const struct visit *boxes_visit(struct run *run, const struct container *box, int type);

/* Returns the host name of the caller. */
const char *boxes_own_hostname(struct run *run);

/* Returns the name of a network namespace in /run/netns, or NULL. */
const char *boxes_netns_name(struct run *run, uint32_t inode);

/* The columns of --containers. */
extern const struct column nslist_box_columns[];
extern const size_t nslist_n_box_columns;

#endif
