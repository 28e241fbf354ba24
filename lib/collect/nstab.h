/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstab: declares the table of the namespaces that a scan has found, and of the objects that keep
 * each namespace alive (its holders). */
#ifndef NSU_COLLECT_NSTAB_H
#define NSU_COLLECT_NSTAB_H

#include <sys/types.h>

#include "ns/type.h"

/* The reasons why a namespace exists. They are the bits of ns.held and the kinds of holders. */
enum nshold_kind {
	NSHOLD_PROC, /* a process is in the namespace */
	NSHOLD_TASK, /* a thread is in the namespace, but its process is not */
	/* future children of a process or thread will be in the namespace (pid_for_children or
	 * time_for_children in /proc/PID/ns) */
	NSHOLD_CHILDREN,
	NSHOLD_FD,     /* an open descriptor refers to the namespace */
	NSHOLD_SOCK,   /* a socket is in the network namespace */
	NSHOLD_MNT,    /* the namespace file is mounted in a mount namespace */
	NSHOLD_PARENT, /* the namespace is the parent of another namespace in the table */
	NSHOLD_OWNER,  /* the user namespace owns another namespace in the table */
	/* the kernel lists the namespace, but no process, descriptor, mount or other namespace that
	 * keeps the namespace alive was found */
	NSHOLD_KERNEL,
	NSHOLD_COUNT
};
#define NSHOLD_BIT(kind) (1u << (kind))

/* The names of the reasons why a namespace is alive: "proc", "task", … */
extern const char *const nshold_names[NSHOLD_COUNT];

/* A holder of a namespace. Holders of the kind NSHOLD_PROC are not stored, but only counted in
 * ns.nprocs. */
struct nshold {
	struct nshold *next;
	enum nshold_kind kind;
	/* for a thread, the pid of its process; for a descriptor or socket, the pid of the process
	 * or thread that has opened it; for a mount, 0 */
	pid_t pid;
	int num; /* thread id or descriptor number */
	/* mount point, untrusted text that must be escaped before it is printed; or NULL */
	const char *path;
	struct ns *where; /* mount namespace that contains the mount point, or NULL */
};

#define NSTAB_NO_UID ((uid_t)-1)

struct ns {
	const struct nstype *type;
	/* inode; namespaces of one type have different inodes, because all namespace files are on
	 * one file system */
	uint32_t inode;
	uint64_t id; /* 64-bit id (NS_GET_ID), or 0 if the kernel reports none */
	/* parent and owner; NULL if the namespace has none or the caller cannot see it */
	struct ns *parent, *owner;
	uint64_t mnt_id; /* id of a mount namespace for statmount(2) (Linux 6.11), or 0 */
	uid_t creator;   /* user id of the creator of a user namespace; NSTAB_NO_UID if unknown */
	unsigned held;   /* reasons why the namespace exists, as NSHOLD_BIT()s */
	pid_t pid;       /* lowest pid of a process in the namespace; 0 if there is no process */
	unsigned nprocs, nthreads, nfds, nsocks, nmounts;
	/* nchild: number of child namespaces in the table; nowned: number of namespaces that a user
	 * namespace owns */
	unsigned nchild, nowned;
	unsigned mounts; /* number of mounts in a mount namespace */
	char *rootfs;    /* file system type of "/" in a mount namespace, or NULL */
	/* the namespace was opened, so its id, parent, owner and creator were read from the
	 * kernel */
	bool opened;
	/* the namespace was added to the table, or a mount of it was found, after the last attempt
	 * to open it */
	bool untried;
	/* error with which opening the namespace failed, or 0: -EACCES, -EPERM, -ENOSYS, or -EAGAIN
	 * if its mount point cannot be reached (kernel/nsfile.h) */
	int closed;
	struct nshold *holders;
	struct nshold **holders_end, *last_holder;
	size_t index; /* index of the namespace in nstab.all after nstab_finish() */
};

struct nstab {
	struct ns **all; /* all namespaces in the order of discovery; nstab_finish() sorts them */
	size_t n, size;
	struct ns **slot; /* hash table of the namespaces, by type and inode */
	size_t slots;
	bool untried; /* ns.untried is true for a namespace in the table */
	/* for each type, the namespace that was found last, because most processes share namespaces
	 * with the previous process */
	struct ns *last[NSTYPE_COUNT];
};

/* Returns the namespace with this type and inode. Adds it to the table if it is missing. Returns
 * NULL if memory allocation fails. */
struct ns *nstab_get(struct nstab *t, const struct nstype *type, uint32_t inode);

/* Returns the namespace with this type and inode, or NULL if the table does not have it. If type is
 * NULL, returns the namespace of the first type that has the inode. */
struct ns *nstab_find(const struct nstab *t, const struct nstype *type, uint32_t inode);

/* Records a holder of ns that is not a process, and copies path. Returns 0 or -ENOMEM. */
int nstab_hold(struct ns *ns, enum nshold_kind kind, pid_t pid, int num,
	       const char *path) must_check;

/* Returns the holder of ns that nstab_hold() recorded last, or NULL if ns has none. */
struct nshold *nstab_last_holder(const struct ns *ns);

/* Sorts the namespaces in t->all by inode and type, sorts the holders of each namespace by kind and
 * process, and sets the counters ns.nchild and ns.nowned. Must be called only once. */
void nstab_finish(struct nstab *t);

/* Returns the number of visible ancestors of a namespace. */
unsigned nstab_level(const struct ns *ns);

/* Frees all namespaces and empties the table. */
void nstab_free(struct nstab *t);

#endif
