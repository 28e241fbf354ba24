/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref_index: declares the index of visible namespaces, which only the files ref_*.c use. */
#ifndef NSU_NS_REF_INDEX_H
#define NSU_NS_REF_INDEX_H

#include "kernel/nsfile.h"
#include "ns/type.h"

/* How the path of an entry leads to its namespace: by a link in ns/, a descriptor, or a mount. */
enum nsentry_way { NSENTRY_LINK, NSENTRY_DESCRIPTOR, NSENTRY_MOUNT };

/* A visible namespace and how to open it. */
struct nsentry {
	const struct nstype *type;
	uint64_t inode, id; /* id: 0 if the kernel reports none */
	int fd;             /* the namespace itself, if no path leads to it; otherwise -1 */
	enum nsentry_way way;
	char *path;       /* path below /proc; NULL if fd is used */
	char *below;      /* NSENTRY_MOUNT: path of the mount, relative to the directory `path` */
	bool mounts_read; /* for a mount namespace: its mounts have been added */
};

/* The index. It remains valid between calls, so that a list of references needs only one search. */
struct nsindex {
	struct nsfile_proc proc; /* the opened /proc, valid only during a call */
	struct nsentry *e;
	size_t n, size;
	int err; /* error that may have hidden a namespace from the index, or 0 */
};

extern struct nsindex nsindex;

/* Returns the entry with this id, or with this inode if id is 0, or NULL. If type is NULL, any type
 * matches. */
const struct nsentry *nsindex_find(const struct nstype *type, uint64_t inode, uint64_t id);

/* Returns the 64-bit id of a namespace, or 0 if the kernel reports none. */
uint64_t nsindex_id_of(int fd);

/*
 * Remembers an error that may have hidden a namespace. Two errors are ignored: the process or file
 * has disappeared, and the caller has no permission to read it. The search only covers files that
 * the caller may read.
 */
void nsindex_note_error(int rc);

/* Adds the namespace of the descriptor ns, its parents and its owners, unless the index has it
 * already. The index keeps ns open or closes it. */
void nsindex_keep(int ns);

/* Opens the namespace of an entry through its path, which may lead to another one by now, or
 * duplicates its descriptor. Returns a descriptor or a negative errno. */
int nsindex_open(int proc, const struct nsentry *e);

/* Calls f for each number in the directory proc/where. */
void nsindex_each_number(int proc, const char *where,
			 void (*f)(int proc, const char *path, void *arg), void *arg);

/* Calls f for each descriptor of the process at `where` (below /proc), and of its threads that have
 * descriptors of their own. The paths begin with the number of the process or thread. */
void nsindex_each_fd(int proc, const char *where, void (*f)(int proc, const char *path, void *arg),
		     void *arg);

/* Empties the index. */
void nsindex_clear(void);

/*
 * The stages of the search, in the order in which they must run. Each adds namespaces: those of all
 * processes and those mounted where a process can see them; those of threads and of descriptors,
 * and the mount namespaces that the kernel lists; those mounted in mount namespaces without a
 * process; those of sockets.
 */
void nsindex_add_processes(int proc);
void nsindex_add_holders(int proc);
void nsindex_add_inner_mounts(int proc);
void nsindex_add_sockets(int proc);

#endif
