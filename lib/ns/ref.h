/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsref: the one parser of references to processes and namespaces, nsutils(7), and their opening.
 */
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
 * Parses any form above, with parent: and owner: before those that name a namespace. Pure: nothing
 * is opened. 0 or -EINVAL with e set. r borrows s.
 */
int nsref_parse(const char *s, struct nsref *r, struct nserr *e) must_check;

/* Whether r names a process (PID, PID:INODE, tid:TID, self), not a namespace. */
bool nsref_is_process(const struct nsref *r);

/* The type that the words of r imply; NULL where only opening tells (inode, id, fd, path). */
const struct nstype *nsref_type(const struct nsref *r);

/*
 * A process that is held: pidfd and an O_PATH descriptor of its /proc directory are of the same
 * process, whatever becomes of its number. pidfd is -1 where the kernel (or seccomp) has none;
 * procfd alone holds too, it never shows a later process.
 */
struct nsref_process {
	pid_t pid;
	int pidfd;
	int procfd;
};

#define NSREF_PROCESS_INIT ((struct nsref_process){ 0, -1, -1 })

/* 0, or a negative errno with e set: -ESRCH for a process that is gone (or was replaced, for
 * PID:INODE), -EINVAL for a thread id without tid:, -EXDEV where /proc is of another pid namespace.
 */
int nsref_open_process(const struct nsref *r, struct nsref_process *out,
		       struct nserr *e) must_check;
void nsref_process_close(struct nsref_process *p);

/*
 * A descriptor of the namespace that r refers to, O_CLOEXEC and above 2. type is what it must be;
 * NULL takes any. For a process type says which of its namespaces. A negative errno with e set:
 * -ENOENT when nothing known holds such a namespace.
 */
int nsref_open_ns(const struct nsref *r, const struct nstype *type, struct nserr *e) must_check;

/* The same for a namespace of a held process, and for a namespace file by its path. */
int nsref_open_proc_ns(const struct nsref_process *p, const struct nstype *type,
		       struct nserr *e) must_check;
int nsref_open_path(const char *path, const struct nstype *type, struct nserr *e) must_check;

/* The network namespace of the socket that is descriptor fd of a held process (SIOCGSKNS). */
int nsref_open_socket(const struct nsref_process *p, int fd, struct nserr *e) must_check;

/*
 * Why a held process has no namespaces to enter: 0 when it has, else a negative errno with e set
 * (it ended, is a zombie, a kernel thread). A process that may not be looked at passes.
 */
int nsref_check_living(const struct nsref_process *p, struct nserr *e) must_check;

#define cleanup_nsref_process __attribute__((cleanup(nsref_process_close)))

#endif
