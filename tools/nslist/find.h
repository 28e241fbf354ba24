/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find: declares the parts of --find. */
#ifndef NSU_NSLIST_FIND_H
#define NSU_NSLIST_FIND_H

#include "containers.h"
#include "net/address.h"

enum find_kind {
	FIND_PID,
	FIND_INODE,
	FIND_LINK,
	FIND_ADDR,
	FIND_PORT,
	FIND_MOUNT,
	FIND_CGROUP,
	FIND_NAME,
	FIND_KINDS
};

/* The argument of --find. */
struct find {
	enum find_kind kind;
	const char *text;     /* the text after the kind; not copied */
	uint64_t num;         /* pid, inode or port */
	int protocol;         /* for a port: IPPROTO_* */
	struct net_addr addr; /* for "addr:VALUE" */
	bool is_device;       /* mount: text is "MAJOR:MINOR" */
};

/* Parses "KIND:VALUE". Returns 0, or -EINVAL with e set. Has no side effects. */
int find_parse(const char *s, struct find *out, struct nserr *e) must_check;

/* find_add.c: adds an answer: a namespace, a process in the namespace or 0, and the text of the
 * column MATCH. Exits if memory runs out. */
void find_add(struct run *run, struct ns *ns, pid_t pid, const char *fmt, ...) printf_like(4, 5);

/* find_net.c and find_mount.c: find the answers of one kind. */
void find_link(struct run *run, const struct find *f);
void find_addr(struct run *run, const struct find *f);
void find_port(struct run *run, const struct find *f);
void find_mount(struct run *run, const struct find *f);

#endif
