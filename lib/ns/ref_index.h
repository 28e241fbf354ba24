/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ref_index: declares the index of visible namespaces. Only the files ref_*.c use it. */
#ifndef NSU_NS_REF_INDEX_H
#define NSU_NS_REF_INDEX_H

#include "kernel/nsfile.h"
#include "ns/type.h"

/* The kind of file at the path of an index entry: a link in ns/, a descriptor or a mount point. */
enum nsentry_way { NSENTRY_LINK, NSENTRY_DESCRIPTOR, NSENTRY_MOUNT };

/* A visible namespace and how to open it. */
struct nsentry {
	const struct nstype *type;
	uint64_t inode, id; /* `id` is 0 if the kernel reports no id */
	int fd;             /* descriptor of the namespace if `path` is NULL; otherwise -1 */
	enum nsentry_way way;
	char *path; /* path of the namespace file below /proc, or NULL if no path was found */
	/* only for NSENTRY_MOUNT: path of the mount point, relative to the directory `path` */
	char *below;
	/* only for a mount namespace: the namespaces that are mounted in it have been added */
	bool mounts_read;
};

/* The index. It remains valid between calls, so that a list of references needs only one search. */
struct nsindex {
	struct nsfile_proc proc; /* descriptor of /proc, valid only during a search */
	struct nsentry *e;
	size_t n, size;
	int err; /* the last error that may have left the index incomplete, or 0 */
};

extern struct nsindex nsindex;

/* Returns the entry of the namespace with this id or, if id is 0, with this inode. Returns NULL if
 * there is none. If type is NULL, any type matches. */
const struct nsentry *nsindex_find(const struct nstype *type, uint64_t inode, uint64_t id);

/* Returns the 64-bit id of a namespace, or 0 if the kernel reports none. */
uint64_t nsindex_id_of(int fd);

/*
 * Stores rc in nsindex.err if it is an error that may have left the index incomplete. Ignores the
 * errors of a process or file that has disappeared or that the caller has no permission to read,
 * because the search only covers files that the caller may read.
 */
void nsindex_note_error(int rc);

/* Adds the namespace of the descriptor ns, its parents and its owners, unless the index has them
 * already. Takes ownership of ns. */
void nsindex_keep(int ns);

/* Opens the namespace of an entry through its path, or duplicates its descriptor. The path may lead
 * to another namespace by now, which the caller must check. Returns a descriptor or a negative
 * errno. */
int nsindex_open(int proc, const struct nsentry *e);

/* Calls f for each entry with a numeric name in the directory `where` below /proc. If the directory
 * cannot be read, passes the error to nsindex_note_error(). */
void nsindex_each_number(int proc, const char *where,
			 void (*f)(int proc, const char *path, void *arg), void *arg);

/* Calls f for each descriptor of the process at `where` (below /proc), and of those of its threads
 * that do not share its descriptor table. The paths that f gets begin with the number of the
 * process or thread. */
void nsindex_each_fd(int proc, const char *where, void (*f)(int proc, const char *path, void *arg),
		     void *arg);

/* Empties the index. */
void nsindex_clear(void);

/*
 * The functions below search for namespaces and add them to the index. They must be called in this
 * order. The first adds the namespaces of processes and those mounted in the mount namespaces of
 * processes. The second adds the namespaces of threads, those to which open descriptors refer, and
 * the mount namespaces that the kernel lists. The third adds the namespaces mounted in mount
 * namespaces without a process. The fourth adds the network namespaces of sockets.
 */
void nsindex_add_processes(int proc);
void nsindex_add_holders(int proc);
void nsindex_add_inner_mounts(int proc);
void nsindex_add_sockets(int proc);

#endif
