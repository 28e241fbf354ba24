/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nspivot: what its files share: the request, made of verbs from left to right. */
#ifndef NSU_NSPIVOT_H
#define NSU_NSPIVOT_H

#include "common/cli.h"
#include "cred/cred.h"
#include "root/tree.h"
#include "run/handle.h"
#include "run/plan.h"

/* What can be done to a root: one option each. */
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
	const char *arg; /* as written, for --explain; NULL where it had none */
	char *text;      /* what src and dst point into */
	char *src, *dst;
	struct mntopt o;
	bool try; /* not a failure where dst is missing */
};

struct verb {
	const char *name;    /* its option */
	const char *dst;     /* where, when the argument does not say */
	const char *fstype;  /* of a verb that mounts a file system */
	const char *options; /* before those given */
	enum { VERB_DST, VERB_SRC_DST, VERB_SRC } takes;
	struct plan_kind kind;
};

extern const struct verb verbs[VERB_COUNT];

struct request {
	const char *newroot; /* a path, or fd:N; NULL with --host-root */
	struct op *op;
	size_t n, size;
	const char *put_old, *chdir;
	bool force, explain, move_root, host_root;
	bool of_host;  /* --preset=host: to show what is outside is what it is for */
	bool readonly; /* --readonly of the root itself, done last */
	struct handle handle;
	struct cred cred;
	bool nodev;     /* of the preset: the mounts give no access to devices */
	uint64_t caps;  /* of the preset: at most these, 0 for no limit */
	bool caps_kept; /* --cap-keep or --keep-caps: the preset's are not asked */
	char **argv;    /* the program, or NULL for a shell */
	/* while it is carried out */
	struct root root;
};

/* Reads the command line; prints and exits when it is none. */
void opts_read(struct request *q, int argc, char **argv);

/* Adds one use of a verb. 0 or a negative errno with e set. */
int op_add(struct request *q, const struct verb *v, const char *arg, struct nserr *e) must_check;

/* Opens "fd:N" or a path outside the new root. A descriptor or a negative errno with e set. */
int source_open(const char *src, int flags, struct nserr *e) must_check;

/* Adds the rows of a preset. -ENOENT when there is none of that name. */
int preset_add(struct request *q, const char *name, struct nserr *e) must_check;

/* Mounts an overlay; newroot is the lower layer where op names none. A descriptor or a negative
 * errno. */
int overlay_mount(struct root *r, const struct op *op, const char *newroot,
		  struct nserr *e) must_check;

/* Fills an empty root with the host's directories, read-only. 0 or a negative errno with e set. */
int hostroot_fill(struct root *r, struct nserr *e) must_check;

/* Prints what this kernel and this user can do. */

/* The steps that carry q out, in their order. */
void steps_add(struct request *q, struct plan *p);

#endif
