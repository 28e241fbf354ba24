/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref: parses and opens references to processes and namespaces, nsutils(7). */
#ifndef NSU_NS_REF_H
#define NSU_NS_REF_H

#include <sys/types.h>

#include "base/nserr.h"
#include "ns/type.h"

enum nsref_kind {
	NSREF_PID,       /* 123 */
	NSREF_PID_INODE, /* 123:4567, the inode of its pidfd */
	NSREF_TID,       /* tid:124 */
	NSREF_SELF,      /* self */
	NSREF_TYPE_PID,  /* user:123, user:self */
	NSREF_INODE,     /* net:4026531840, net:[4026531840], 4026531840 */
	NSREF_ID,        /* id:17 */
	NSREF_NETNS,     /* netns:blue */
	NSREF_FD,        /* fd:7, ours */
	NSREF_PID_FD,    /* 123/fd/7, self/fd/7 */
	NSREF_SOCKET,    /* socket:123/7, socket:self/7 */
	NSREF_PATH,      /* /run/netns/blue, ./ns */
};

enum nsref_up { NSREF_PARENT, NSREF_OWNER };

#define NSREF_UPS_MAX 32 /* no namespace is nested deeper */

struct nsref {
	enum nsref_kind kind;
	const struct nstype *type; /* of the namespace found before any climbing; NULL: not said */
	pid_t pid;                 /* 0: this process, where the kind has one */
	int fd;
	uint64_t num;     /* inode or id */
	const char *text; /* what was parsed: borrowed, and must live as long as this */
	const char *name; /* the name or path in it */
	uint8_t n_ups;    /* parent: and owner:, in the order in which they are climbed */
	uint8_t ups[NSREF_UPS_MAX];
};

/*
 * Parses any form above, with parent: and owner: before those that name a namespace. Opens nothing.
 * Returns 0 or -EINVAL with e set. r borrows s.
 */
int nsref_parse(const char *s, struct nsref *r, struct nserr *e) must_check;

/* Returns true if r names a process (PID, PID:INODE, tid:TID, self), not a namespace. */
bool nsref_is_process(const struct nsref *r);

/* Returns the type that the text of r implies, or NULL if r must be opened to find the type (inode,
 * id, fd, path). */
const struct nstype *nsref_type(const struct nsref *r);

/*
 * An opened process: pidfd and an O_PATH descriptor of its /proc directory refer to the same
 * process, even if its number is reused. pidfd is -1 if the kernel or seccomp does not allow one;
 * procfd is enough, because it never shows a later process.
 */
struct nsref_process {
	pid_t pid;
	int pidfd;
	int procfd;
};

#define NSREF_PROCESS_INIT ((struct nsref_process){ 0, -1, -1 })

/* Opens the process that r names. Returns 0, or a negative errno with e set: -ESRCH if the process
 * is gone (or was replaced, for PID:INODE), -EINVAL for a thread id without tid:, -EXDEV if /proc
 * shows another pid namespace. */
int nsref_open_process(const struct nsref *r, struct nsref_process *out,
		       struct nserr *e) must_check;
void nsref_process_close(struct nsref_process *p);

/*
 * Opens the namespace that r refers to. It must have the given type; NULL permits any. If r names a
 * process, type selects the namespace. Returns a descriptor (O_CLOEXEC, above 2) or a negative
 * errno with e set: -ENOENT if nothing visible holds such a namespace.
 */
int nsref_open_ns(const struct nsref *r, const struct nstype *type, struct nserr *e) must_check;

/* The same for a namespace of an opened process, and for a namespace file by its path. */
int nsref_open_proc_ns(const struct nsref_process *p, const struct nstype *type,
		       struct nserr *e) must_check;
int nsref_open_path(const char *path, const struct nstype *type, struct nserr *e) must_check;

/* Opens the network namespace of the socket that is descriptor fd of an opened process (SIOCGSKNS).
 * Returns a descriptor or a negative errno with e set. */
int nsref_open_socket(const struct nsref_process *p, int fd, struct nserr *e) must_check;

/*
 * Checks that an opened process has namespaces. Returns 0, or a negative errno with e set if it has
 * ended, is a zombie or a kernel thread. A process that the caller may not examine passes.
 */
int nsref_check_living(const struct nsref_process *p, struct nserr *e) must_check;

#define cleanup_nsref_process __attribute__((cleanup(nsref_process_close)))

#endif
