/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref: parses and opens references to processes and namespaces (nsutils(7)). */
#ifndef NSU_NS_REF_H
#define NSU_NS_REF_H

#include <sys/types.h>

#include "base/nserr.h"
#include "ns/type.h"

enum nsref_kind {
	/* NSREF_PID to NSREF_SELF refer to a process or a thread, the others to a namespace */
	NSREF_PID,       /* 123 */
	NSREF_PID_INODE, /* "123:4567": process 123 if its pidfd has the inode 4567 */
	NSREF_TID,       /* tid:124 */
	NSREF_NAME,      /* "name:web": the program of nsunshare --name web */
	NSREF_SELF,      /* "self": the calling process */
	NSREF_TYPE_PID,  /* "user:123" or "user:self": a namespace of a process */
	/* "net:4026531840", "net:[4026531840]" or "4026531840": a namespace by its inode */
	NSREF_INODE,
	NSREF_ID,    /* id:17 */
	NSREF_NETNS, /* netns:blue */
	NSREF_FD,    /* "fd:7": the namespace that descriptor 7 of the caller refers to */
	/* "123/fd/7" or "self/fd/7": the namespace that a descriptor of a process refers to */
	NSREF_PID_FD,
	/* "socket:123/7" or "socket:self/7": the network namespace of a socket */
	NSREF_SOCKET,
	NSREF_PATH, /* "/run/netns/blue" or "./ns": a namespace by the path of its file */
};

enum nsref_up { NSREF_PARENT, NSREF_OWNER };

#define NSREF_UPS_MAX 32 /* maximum nesting of namespaces in the kernel (user_namespaces(7)) */

struct nsref {
	enum nsref_kind kind;
	/* type of the namespace that the parent: and owner: prefixes start from; NULL if unknown */
	const struct nstype *type;
	pid_t pid; /* pid in a reference to a process; 0 means the caller */
	int fd;
	uint64_t num; /* inode or id */
	/* the text of the reference, not copied; it must stay valid as long as this struct is
	 * used */
	const char *text;
	const char *name; /* the name or the path, a part of `text` */
	/* number of parent: and owner: prefixes; the prefixes in the order in which they are
	 * resolved */
	uint8_t n_ups;
	uint8_t ups[NSREF_UPS_MAX];
};

/* Parses s, a reference of any kind in enum nsref_kind, into *r. A reference to a namespace may
 * have parent: and owner: prefixes. Opens nothing. Returns 0, or -EINVAL with e set. r borrows
 * s. */
int nsref_parse(const char *s, struct nsref *r, struct nserr *e) must_check;

/* Returns true if r names a process (PID, PID:INODE, tid:TID, name:NAME, self), not a
 * namespace. */
bool nsref_is_process(const struct nsref *r);

/* Returns the type that the text of r implies. Returns NULL for a reference (inode, id, fd, path)
 * whose type is known only after the file is opened. */
const struct nstype *nsref_type(const struct nsref *r);

/*
 * An opened process. pidfd and procfd, an O_PATH descriptor of its /proc directory, refer to the
 * same process, even if its pid is reused. pidfd is -1 if the kernel or a seccomp filter denies
 * pidfd_open(2); procfd is sufficient, because it never shows another process.
 */
struct nsref_process {
	pid_t pid;
	int pidfd;
	int procfd;
};

#define NSREF_PROCESS_INIT ((struct nsref_process){ 0, -1, -1 })

/*
 * Opens the process that r names and stores its descriptors in *out. The caller closes them with
 * nsref_process_close(). Returns 0, or a negative errno with e set: -ESRCH if the process has ended
 * (for PID:INODE, also if another process has its pid), -EINVAL for a thread id without tid:,
 * -EXDEV if /proc shows another pid namespace.
 */
int nsref_open_process(const struct nsref *r, struct nsref_process *out,
		       struct nserr *e) must_check;
void nsref_process_close(struct nsref_process *p);

/*
 * Opens the namespace that r refers to. It must have the given type; NULL permits any type. If r
 * names a process, type selects the namespace. Returns a descriptor (O_CLOEXEC, above 2), which the
 * caller closes, or a negative errno with e set: -ENOENT if no visible process, descriptor or mount
 * refers to such a namespace.
 */
int nsref_open_ns(const struct nsref *r, const struct nstype *type, struct nserr *e) must_check;

/* Open the namespace of the process p that has the type `type`, or the namespace file at path.
 * Return a descriptor or a negative errno as nsref_open_ns() does. */
int nsref_open_proc_ns(const struct nsref_process *p, const struct nstype *type,
		       struct nserr *e) must_check;
int nsref_open_path(const char *path, const struct nstype *type, struct nserr *e) must_check;

/* Opens the network namespace of a socket (SIOCGSKNS): fd is its descriptor number in the process
 * p. Returns a descriptor, which the caller closes, or a negative errno with e set. */
int nsref_open_socket(const struct nsref_process *p, int fd, struct nserr *e) must_check;

/*
 * Checks that an opened process has namespaces. Returns 0 if it has namespaces or if the caller may
 * not examine it. Returns a negative errno with e set if it has ended, is a zombie, is a kernel
 * thread, or is hidden by hidepid (-EACCES).
 */
int nsref_check_living(const struct nsref_process *p, struct nserr *e) must_check;

#define cleanup_nsref_process __attribute__((cleanup(nsref_process_close)))

#endif
