/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect: finds the namespaces of the machine. Each source of namespaces, such as processes or
 * mounts, has its own file, and a table lists the sources. */
#ifndef NSU_COLLECT_COLLECT_H
#define NSU_COLLECT_COLLECT_H

#include "base/nserr.h"
#include "collect/nstab.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"

enum {
	COLLECT_PROC,
	COLLECT_TASK,
	COLLECT_CHILDREN,
	COLLECT_FD,
	COLLECT_SOCK,
	COLLECT_MNT,
	COLLECT_KERNEL,
	COLLECT_SOURCES
};
#define COLLECT_ALL (NSTYPE_BIT(COLLECT_SOURCES) - 1)

#define NSTYPE_BIT(i)   (1u << (i))
#define NSTYPE_ALL_BITS (NSTYPE_BIT(NSTYPE_COUNT) - 1)

/* A process and the inodes of its namespaces. An inode is 0 if its type was not requested, if it
 * could not be read, or if the process is a zombie that has left the namespace. */
struct nsmember {
	pid_t pid;
	uint32_t nthreads; /* number of threads, or 0 if they were not counted */
	pid_t ppid;        /* pid of the parent process, or 0 if it is unknown */
	uid_t uid;         /* effective user id, valid if `known` is set */
	bool known;
	uint32_t inode[NSTYPE_COUNT];
};

/* The reasons why an object could not be read. */
enum nsmissed_why {
	NSMISSED_DENIED,      /* the caller has no permission */
	NSMISSED_UNSUPPORTED, /* the kernel lacks a system call */
	/* the mount point is hidden by another mount, or can be reached only by a request to a file
	 * server, which might not answer */
	NSMISSED_WAIT,
	NSMISSED_FAILED, /* any other error of a system call */
	NSMISSED_WHYS
};
/* The kinds of objects that are counted if they could not be read. */
enum nsmissed_what {
	NSMISSED_PROC,
	NSMISSED_SOCK,
	NSMISSED_MNT,
	NSMISSED_NS,
	NSMISSED_DETAIL, /* a value for a column of nslist, such as the user of a process */
	NSMISSED_WHATS
};
struct nsmissed {
	unsigned n[NSMISSED_WHYS][NSMISSED_WHATS];
	int err; /* negative errno of the first object that was counted as NSMISSED_FAILED, or 0 */
};

/* Adds 1 to the number of objects of the kind `what` that could not be read because of err, a
 * negative errno. */
void nsmissed_add(struct nsmissed *missed, enum nsmissed_what what, int err);

/* BPF programs that stay loaded, so that several calls of collect_run() with the same sources can
 * use them. */
struct collect_programs {
	bool loaded;
	int task, file; /* descriptors of the BPF programs for tasks and for descriptors */
	/* descriptor of a namespace file, or -1; when the iterator reaches this descriptor, the
	 * program for descriptors writes the lists of mounts and of mount namespaces */
	int probe;
	/* descriptor of /proc/loadavg, which contains the number of threads of the machine */
	int loadavg;
	bool lists, has_ids;
};
#define COLLECT_PROGRAMS_INIT \
	((struct collect_programs){ .task = -1, .file = -1, .probe = -1, .loadavg = -1 })

/* The parameters of a scan. The scan does not change them. */
struct collect_query {
	int proc;         /* descriptor of the /proc directory; the caller closes it */
	unsigned types;   /* namespace types to find, as NSTYPE_BIT()s */
	unsigned sources; /* sources to use, as NSTYPE_BIT()s of COLLECT_PROC to COLLECT_KERNEL */
	pid_t only;       /* pid of the only process to read, or 0 to read all processes */
	/* pid of the calling process in the tree of `proc`, or 0 if the tree is a test fixture */
	pid_t self;
	bool no_bpf; /* read /proc even if BPF iterators are available */
	/* types of the namespaces whose parents, owners and ids the caller uses, as NSTYPE_BIT()s;
	 * 0: all types */
	unsigned related;
	bool mount_details; /* the caller uses the members ns.mounts and ns.rootfs of the result */
	/* programs that an earlier scan has loaded and this scan can use again, or NULL */
	struct collect_programs *programs;
};

/* A scan for namespaces: its parameters, its result and its state. */
struct collect {
	struct collect_query q;
	struct nstab tab;
	struct nsmember *members; /* processes, sorted by pid */
	size_t n;
	struct nsmissed missed; /* numbers of objects that exist but could not be read */
	/* the members below are state of the scan that all sources use */
	/* the types and sources in use: as requested, but without sources that the types do not
	 * need, and with the type mnt if the source mnt needs it */
	unsigned types, sources;
	/* The /proc directory to which q.proc refers, and the device number of nsfs. Set after the
	 * check that the directory shows the caller's pid namespace. Not set if q.proc refers to a
	 * test fixture. */
	struct nsfile_proc files;
	/* the size of a directory /proc/PID/fd is the number of descriptors (since Linux 6.2) */
	bool fd_sizes;
	/* inodes of the mount and user namespace of the calling process, or 0 if unknown */
	uint32_t own_mnt, own_user;
	/* for each type, the inode of the topmost visible namespace, or 0 if unknown */
	uint32_t top[NSTYPE_COUNT];
	bool all_mnt;            /* the kernel has listed all mount namespaces */
	struct collect_bpf *bpf; /* result of the BPF iterators, or NULL if /proc was read */
};

/* The names of the sources, indexed by COLLECT_PROC to COLLECT_KERNEL. */
extern const char *const collect_source_names[COLLECT_SOURCES];

/* Parses a list of sources such as "proc,task" into NSTYPE_BIT()s. Returns 0, or a negative errno
 * with e set. */
int collect_parse(const char *list, unsigned *sources, struct nserr *e) must_check;

/*
 * Finds the processes and namespaces with the sources in q->sources, then opens each namespace of
 * the types in q->related and adds its parents and owners. Skips processes that end during the
 * scan. Counts objects that cannot be read in c->missed. Returns 0, or a negative errno with e set
 * if the result would be wrong: no free descriptors, a failed memory allocation, or an input or
 * output error. Overwrites c, which the caller frees with collect_free(), also after an error.
 */
int collect_run(struct collect *c, const struct collect_query *q, struct nserr *e) must_check;

/* The conditions for BPF iterators, which are checked in this order: the caller has the
 * capabilities and is in the initial user and pid namespace; the kernel has BTF; the kernel loads
 * the programs. */
enum collect_bpf_step { COLLECT_BPF_CALLER, COLLECT_BPF_BTF, COLLECT_BPF_LOADED };

/* Returns 0 if the query meets the conditions of the BPF iterators up to `step`, otherwise a
 * negative errno. Does not check that the machine has enough threads to make BPF iterators faster
 * than /proc. */
int collect_try_bpf(const struct collect_query *q, enum collect_bpf_step step) must_check;

/* Unloads the BPF programs of p, and closes their descriptors. */
void collect_programs_close(struct collect_programs *p);

/* Returns true if the scan could read all objects. */
bool collect_complete(const struct collect *c);

/*
 * Opens a namespace through a process in the namespace, through another holder, such as a
 * descriptor or mount, or by its id. Returns a descriptor that the caller closes, or a negative
 * errno: -ENOENT if no process or holder exists any more.
 */
int collect_open(const struct collect *c, const struct ns *ns) must_check;

/* Does the same as collect_open(), but does not open the namespace by its id. */
int collect_open_held(const struct collect *c, const struct ns *ns) must_check;

/* Reads the mounts of a mount namespace into m. If a process is in the namespace, reads the
 * mountinfo file of this process. Otherwise reads the mountinfo file of a thread that has entered
 * the namespace. Returns 0 or a negative errno. The caller frees m. */
int collect_mountinfo(const struct collect *c, const struct ns *ns, struct mountinfo *m) must_check;

/* Returns the process with this pid, or NULL if the scan did not find it. The result belongs to
 * c. */
const struct nsmember *collect_member(const struct collect *c, pid_t pid);

/* Frees the processes and the table of namespaces of c. */
void collect_free(struct collect *c);

#endif
