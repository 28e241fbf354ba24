/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nspivot: the types and functions that its files share. */
#ifndef NSU_NSPIVOT_H
#define NSU_NSPIVOT_H

#include "common/cli.h"
#include "cred/cred.h"
#include "root/tree.h"
#include "run/handle.h"
#include "run/step_exec.h"

/* The verbs: options that change the contents of the root. */
enum verb_id {
	VERB_BIND,
	VERB_RO_BIND,
	VERB_TMPFS,
	VERB_PROC,
	VERB_SYSFS,
	VERB_DEV,
	VERB_DEVPTS,
	VERB_SHM,
	VERB_MQUEUE,
	VERB_CGROUP2,
	VERB_OVERLAY,
	VERB_FILE,
	VERB_DIR,
	VERB_SYMLINK,
	VERB_MASK,
	VERB_READONLY,
	VERB_ETC_HOSTS,
	VERB_ETC_HOSTNAME,
	VERB_ETC_RESOLV_CONF,
	VERB_COUNT
};

/* One use of a verb. */
struct op {
	const struct verb *verb;
	const char *arg; /* as given, for --explain; NULL if it had none */
	char *text;      /* owns the strings src and dst */
	char *src, *dst;
	struct mntopt o;
	bool try; /* ignore a missing dst */
};

struct verb {
	const char *name;    /* its option */
	const char *dst;     /* default destination, or NULL */
	const char *fstype;  /* file system that the verb mounts, or NULL */
	const char *options; /* default mount options, or NULL */
	enum { VERB_DST, VERB_SRC_DST, VERB_SRC } takes;
	struct plan_kind kind;
};

extern const struct verb verbs[VERB_COUNT];

/* The command line. Nothing is opened or looked up yet. */
struct opts {
	const char *newroot; /* a path, or fd:N; NULL with --host-root */
	struct op *op;       /* the n uses of verbs, in their order */
	size_t n, size;
	const char *put_old, *chdir;
	bool force, explain, move_root, host_root;
	bool readonly; /* --readonly=/, which takes effect last */

	/* of the preset */
	bool of_host;  /* it shows the processes of the host on purpose */
	bool nodev;    /* mounts get nodev unless their options contain "dev" */
	uint64_t caps; /* the capabilities that the program may have, 0 for no limit */

	bool caps_kept; /* --cap-keep or --keep-caps replaces the limit of the preset */
	char **argv;    /* the program and its arguments, or NULL for a shell */
};

/* The command line, its parts that libraries parse, and the root under construction. */
struct run {
	struct opts *o;
	struct handle handle;
	struct cred cred;
	struct root root;
	struct program program;
};

/* Parses the command line into r->o, r->handle and r->cred. Ends the process with a message if it
 * is invalid. */
void opts_parse(struct run *r, int argc, char **argv);

/* Adds one use of a verb with its argument, or NULL. Returns 0 or a negative errno with e set. */
int opts_add(struct opts *o, const struct verb *v, const char *arg, struct nserr *e) must_check;

/* Adds the options of a preset. Returns 0, -ENOENT if the name is unknown, or another negative
 * errno; then e is set. */
int opts_add_preset(struct opts *o, const char *name, struct nserr *e) must_check;

/* Checks the destinations of the options. Returns 0 or a negative errno with e set. Pure. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Reads the streams of the credentials, and applies the capability limit of the preset. Returns 0
 * or a negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Adds all steps, in their order. */
void build_plan(struct run *r, struct plan *p);

/* Opens "fd:N" or a path outside of the new root. Returns a descriptor or a negative errno with e
 * set. */
int source_open(const char *src, int flags, struct nserr *e) must_check;

/* Mounts an overlay on op->dst; newroot is the lower layer if op names none. Returns a descriptor
 * of the mount or a negative errno with e set. */
int overlay_mount(struct root *r, const struct op *op, const char *newroot,
		  struct nserr *e) must_check;

/* Fills an empty root with read-only binds of the entries of the host's root. Returns 0 or a
 * negative errno with e set. */
int hostroot_fill(struct root *r, struct nserr *e) must_check;

/* The kinds of steps other than verbs, in the order of a plan (steps.c). */
extern const struct plan_kind step_check_move, step_check_ns, step_begin, step_processes,
	step_program, step_pivot, step_std_fds, step_chdir, step_ambient;

#endif
