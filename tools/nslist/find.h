/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find: declares the functions and data of --find. */
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

/* The parsed argument of --find, "KIND:VALUE". */
struct find {
	enum find_kind kind;
	const char *text;     /* VALUE, the text after the kind; not copied */
	uint64_t num;         /* VALUE as a number: pid, inode or port */
	int protocol;         /* only for a port: the protocol, IPPROTO_* */
	struct net_addr addr; /* only for "addr:VALUE": the address */
	bool is_device;       /* only for a mount: true if `text` has the form "MAJOR:MINOR" */
};

/* Parses s, which has the form "KIND:VALUE", into out. Returns 0, or -EINVAL with e set. Has no
 * side effects. */
int find_parse(const char *s, struct find *out, struct nserr *e) must_check;

/* Defined in find_add.c: adds to run->found an answer, which consists of a namespace, a process in
 * the namespace (or 0), and the formatted text of the column MATCH. Exits if memory allocation
 * fails. */
void find_add(struct run *run, struct ns *ns, pid_t pid, const char *fmt, ...) printf_like(4, 5);

/* Defined in find_net.c and find_mount.c: each function finds the namespaces for one kind of
 * argument of --find, and adds them to run->found with find_add(). */
void find_link(struct run *run, const struct find *f);
void find_addr(struct run *run, const struct find *f);
void find_port(struct run *run, const struct find *f);
void find_mount(struct run *run, const struct find *f);

#endif
