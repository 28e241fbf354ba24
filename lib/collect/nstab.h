/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstab: the namespaces that were found, each once, and what holds them. */
#ifndef NSU_COLLECT_NSTAB_H
#define NSU_COLLECT_NSTAB_H

#include <sys/types.h>

#include "ns/type.h"

/* What keeps a namespace alive; the bits of ns.held and, as indices, the kinds of holders. */
enum nshold_kind {
	NSHOLD_PROC,     /* a process is in it */
	NSHOLD_TASK,     /* a thread is, apart from its process */
	NSHOLD_CHILDREN, /* the children of a process or thread will be: *_for_children */
	NSHOLD_FD,       /* an open descriptor */
	NSHOLD_SOCK,     /* a socket (net) */
	NSHOLD_MNT,      /* a mount of nsfs in some mount namespace */
	NSHOLD_PARENT,   /* it is the parent of a namespace that is held */
	NSHOLD_OWNER,    /* it owns a namespace that is held (user) */
	NSHOLD_KERNEL,   /* the kernel lists it, nothing else does */
	NSHOLD_COUNT
};
#define NSHOLD_BIT(kind) (1u << (kind))

/* "proc", "task", … */
extern const char *const nshold_names[NSHOLD_COUNT];

/* One holder. Those of NSHOLD_PROC are counted, not kept. */
struct nshold {
	struct nshold *next;
	enum nshold_kind kind;
	pid_t pid;        /* the process; 0 for a mount */
	int num;          /* thread or descriptor */
	const char *path; /* of a mount, escaped as foreign text by who prints it; or NULL */
	struct ns *where; /* mount namespace of a mount, or NULL */
};

#define NSTAB_NO_UID ((uid_t)-1)

struct ns {
	const struct nstype *type;
	uint32_t inode; /* with type the key: all namespaces are of one nsfs, so of one device */
	uint64_t id;    /* 64-bit id (NS_GET_ID), 0 where the kernel has none */
	struct ns *parent, *owner; /* NULL: none, or outside of what the caller may see */
	uint64_t mnt_id; /* of a mount namespace: what statmount(2) calls it, 6.11; or 0 */
	uid_t creator;   /* of a user namespace; NSTAB_NO_UID when unknown */
	unsigned held;   /* NSHOLD_BIT()s */
	pid_t pid;       /* lowest process in it, 0 for none */
	unsigned nprocs, nthreads, nfds, nsocks, nmounts;
	unsigned nchild, nowned; /* namespaces whose parent or owner this is */
	unsigned mounts;         /* of a mount namespace: what is mounted in it */
	char *rootfs;            /* of a mount namespace: the file system on "/", or NULL */
	bool opened; /* it was opened: id, parent, owner and creator are the kernel's answer */
	struct nshold *holders;
	struct nshold **holders_end, *last_holder;
	void *view; /* the printer's */
};

struct nstab {
	struct ns **all; /* in the order they were found until nstab_sort() */
	size_t n, size;
	struct ns **slot; /* hash by type and inode */
	size_t slots;
	struct ns *last[NSTYPE_COUNT]; /* most processes are where the one before was */
};

/* The namespace, made when it is new; NULL when there is no memory. */
struct ns *nstab_get(struct nstab *t, const struct nstype *type, uint32_t inode);

/* The namespace, or NULL. type NULL: any type, the first of that inode. */
struct ns *nstab_find(const struct nstab *t, const struct nstype *type, uint32_t inode);

/* Records a holder other than a process; path is copied. 0 or -ENOMEM. */
int nstab_hold(struct ns *ns, enum nshold_kind kind, pid_t pid, int num,
	       const char *path) must_check;

/* The holder that nstab_hold() recorded last. */
struct nshold *nstab_last_holder(const struct ns *ns);

/* Sorts .all by inode, and counts nchild and nowned. */
void nstab_finish(struct nstab *t);

/* How many parents a namespace has above it that are visible. */
unsigned nstab_level(const struct ns *ns);

void nstab_free(struct nstab *t);

#endif
