/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nspivot: declares the types and functions that the files of the tool share. */
#ifndef NSU_NSPIVOT_H
#define NSU_NSPIVOT_H

#include "common/cli.h"
#include "cred/cred.h"
#include "root/node.h"
#include "root/tree.h"
#include "run/handle.h"
#include "run/step_exec.h"

/* The verbs, which are the options that change the contents of the root. */
enum verb_id {
	VERB_BIND,
	VERB_RO_BIND,
	VERB_BIND_TRY,
	VERB_RO_BIND_TRY,
	VERB_TMPFS,
	VERB_PROC,
	VERB_SYSFS,
	VERB_DEV,
	VERB_DEV_NODE,
	VERB_DEVPTS,
	VERB_CONSOLE,
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

/* One use of a verb on the command line. */
struct op {
	const struct verb *verb;
	/* argument of the verb on the command line, for --explain; NULL if it has none */
	const char *arg;
	char *text; /* memory that contains the strings src and dst */
	char *src, *dst;
	struct mntopt o;
	struct root_node node; /* the device node that --dev-node creates */
	/* ignore a missing source of a bind, a missing terminal of --console, or a missing
	 * destination of another verb */
	bool try;
	bool copy_up; /* copy the directory that the tmpfs covers */
	/* the verb comes from a preset, so a later option with the same destination replaces it */
	bool of_preset;
};

struct verb {
	const char *name;    /* name of the option */
	const char *dst;     /* default destination of the option, or NULL */
	const char *fstype;  /* type of the file system that the option mounts, or NULL */
	const char *options; /* default mount options, or NULL */
	enum { VERB_DST, VERB_SRC_DST, VERB_SRC, VERB_NODE } takes;
	struct plan_kind kind;

	/* effect of the verb on mounts of earlier verbs at its destination or below it */
	enum { VERB_COVERS, VERB_HIDES_ON_PURPOSE, VERB_COVERS_NOTHING } cover;
};

extern const struct verb verbs[VERB_COUNT];

/* The command line, before the files that it names are opened or looked up. */
struct opts {
	const char *newroot; /* the new root: a path or fd:N; NULL with --host-root */
	struct op *op;       /* the n verbs, in the order of the command line */
	size_t n, size;
	const char *put_old, *chdir;
	/* MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE for the root mount; 0 means
	 * MS_PRIVATE */
	unsigned long propagation;
	bool force, explain, move_root, host_root;
	bool readonly;  /* --readonly=/ was given; root_finish() applies it as the last change */
	bool in_preset; /* opts_add() is currently adding the options of a preset */

	/* the preset sets the members below */
	bool of_host; /* the root is expected to show the processes of the host */
	bool nodev;   /* new mounts get the option nodev unless their options contain "dev" */
	/* the capabilities that the program may have; 0 means that there is no limit */
	uint64_t caps;

	/* --cap-keep or --keep-caps was given, which overrides the limit of the preset */
	bool caps_kept;
	char **argv; /* the program and its arguments, or NULL if a shell is executed */
};

/* The data of nspivot: the command line, the results of the options that nspivot shares with other
 * tools (handle and cred), and the root under construction. */
struct run {
	struct opts *o;
	struct handle handle;
	struct cred cred;
	struct root root;
	struct program program;
};

/* Parses the command line into r->o, r->handle and r->cred. If the command line is invalid, prints
 * a message and ends the process. */
void opts_parse(struct run *r, int argc, char **argv);

/* Adds to o the verb v with its argument, which may be NULL. Returns 0, or a negative errno with e
 * set. */
int opts_add(struct opts *o, const struct verb *v, const char *arg, struct nserr *e) must_check;

/* Splits the argument of --dev-node, op->text, into op->dst and op->node. Returns 0, or a negative
 * errno with e set. */
int dev_node_cut(struct op *op, struct nserr *e) must_check;

/* Adds to o the options of the preset with this name. Returns 0, or a negative errno with e set. */
int opts_add_preset(struct opts *o, const char *name, struct nserr *e) must_check;

/* Returns true if both verbs have the same destination. Does not follow symbolic links. */
bool same_destination(const struct op *a, const struct op *b);

/* Checks that no verb covers a mount that an earlier verb has made. Returns 0, or a negative errno
 * with e set. Has no side effects. */
int check_hidden(const struct opts *o, struct nserr *e) must_check;

/* Checks that each option has a valid destination, and that no verb covers an earlier mount
 * (check_hidden()). Returns 0, or a negative errno with e set. Has no side effects. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Checks and completes the credentials in r->cred (cred_check()): reads the seccomp filter, and
 * applies the capability limit of the preset. Returns 0, or a negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Adds all steps to the plan, in the order in which they must run. */
void build_plan(struct run *r, struct plan *p);

/* Opens src, which is "fd:N" or a path in the caller's root. Returns a descriptor, or a negative
 * errno with e set. */
int source_open(const char *src, int flags, struct nserr *e) must_check;

/* Sets the hint of e to the reason why the kernel refused the overlay with EINVAL, if the reason is
 * certain. */
void overlay_explain(const struct op *op, const char *newroot, struct nserr *e);

/* Mounts an overlay on op->dst. newroot is the lower layer if op has no lower= option. Returns a
 * descriptor of the mount, or a negative errno with e set. */
int overlay_mount(struct root *r, const struct op *op, const char *newroot,
		  struct nserr *e) must_check;

/* Fills the empty root r with read-only binds of the entries in the host's root directory. Returns
 * 0, or a negative errno with e set. */
int hostroot_fill(struct root *r, struct nserr *e) must_check;

/* The types of plan steps that do not belong to a verb, in the order of a plan. They are
 * implemented in steps.c. */
extern const struct plan_kind step_check_move, step_check_ns, step_begin, step_processes,
	step_program, step_pivot, step_put_old, step_switch, step_propagation, step_std_fds,
	step_chdir, step_ambient;

#endif
