/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node: opens device nodes of the caller and creates device nodes in a new root. */
#ifndef NSU_ROOT_NODE_H
#define NSU_ROOT_NODE_H

#include "root/tree.h"

/* A device node. */
struct root_node {
	/* S_IFCHR or S_IFBLK; 0 means: use the type and number of the device node that has the same
	 * path in the caller's root */
	mode_t type;
	unsigned major, minor;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
};

/* Opens a device node of the caller with O_PATH and verifies its type and number, because it could
 * be a symbolic link (CVE-2025-31133). Returns a descriptor, or a negative errno with e set. */
int root_open_node(const char *path, const struct root_node *n, struct nserr *e) must_check;

/*
 * Creates a device node at path in the new root. The node is on the tmpfs of root_scratch() and is
 * bound on path, so it works even if path is on a mount with the option nodev. If the caller may
 * not create device nodes, as in a user namespace, or if n->type is 0, binds the caller's node with
 * the same path instead. This bind mount is read-only, because chmod(2) through it would change the
 * node of the host. Returns 0, or a negative errno with e set.
 */
int root_make_node(struct root *r, const char *path, const struct root_node *n,
		   struct nserr *e) must_check;

#endif
