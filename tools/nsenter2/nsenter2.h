/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsenter2: the options of nsenter2, and everything that is opened for them. */
#ifndef NSU_NSENTER2_H
#define NSU_NSENTER2_H

#include <sched.h>

#include "cgroup/cgroup.h"
#include "common/cli.h"
#include "cred/cred.h"
#include "kernel/sys_ns.h"
#include "ns/join.h"
#include "ns/ref.h"
#include "run/handle.h"
#include "run/plan.h"
#include "run/pty.h"
#include "run/supervise.h"

/* A directory option: unset, a directory of ours by path, or that of the target. */
enum dir_from { DIR_UNSET, DIR_PATH, DIR_TARGET };

struct dir_opt {
	enum dir_from from;
	const char *path;
	int fd; /* held from before entering, or -1 */
};

/* Attributes taken over from the target, in the order of the names in follow.c. */
enum {
	FOLLOW_UID = 1 << 0,
	FOLLOW_GID = 1 << 1,
	FOLLOW_GROUPS = 1 << 2,
	FOLLOW_CAPS = 1 << 3,
	FOLLOW_NNP = 1 << 4,
	FOLLOW_RLIMITS = 1 << 5,
	FOLLOW_OOM = 1 << 6,
	FOLLOW_UMASK = 1 << 7,
	FOLLOW_CWD = 1 << 8,
	FOLLOW_ROOT = 1 << 9,
	FOLLOW_ENV = 1 << 10,
	FOLLOW_CGROUP = 1 << 11,
	FOLLOW_ALL = (1 << 12) - 1,
};

/* Attributes read from the target; the others are in struct cred. */
struct followed {
	char **env;   /* NULL: not followed */
	char oom[16]; /* oom_score_adj, empty if it equals the caller's */
	mode_t umask;
	char *context; /* SELinux */
	int (*setexeccon)(const char *);
};

struct each_opt {
	bool on;
	bool prefix;
	bool nul; /* references end with NUL, not with newline */
	unsigned parallel;
};

struct nsenter2 {
	/* from the options */
	const char *target;
	struct nsref ref;                /* of target */
	uint64_t types;                  /* CLONE_NEW* asked for by name */
	const char *files[NSTYPE_COUNT]; /* their =FILE */
	int net_socket;                  /* descriptor of the target, or -1 */
	bool all;
	bool user_parent;
	bool no_fork;
	bool explain;
	bool preserve;
	bool pty;
	bool context;    /* --follow-context */
	uint32_t follow; /* FOLLOW_* */
	struct dir_opt root, wd;
	struct cred cred;
	struct handle handle;
	const char *wdns;
	struct each_opt each;
	char **argv; /* the program; [0] is NULL for a shell */
	/* opened before anything is entered */
	struct nsjoin join;
	struct cgroup cgroup;
	struct followed followed;
	bool drop_groups; /* before entering, because setgroups(2) is denied inside */
	struct supervise supervise;
	struct pty_relay relay;
	int slave;
};

/* Fills n from the command line. Ends the process if the command line is invalid. */
void opts_parse(struct nsenter2 *n, int argc, char **argv);

/* Opens the process or namespace of --target. Returns 0 or a negative errno with e set. */
int target_open(struct nsenter2 *n, struct nserr *e) must_check;

/* Opens everything else that the options name and decides which namespaces are entered. Changes
 * nothing of this process. Returns 0 or a negative errno with e set. */
int target_hold(struct nsenter2 *n, struct nserr *e) must_check;

/* Parses a list such as "uid,gid,cwd" and adds it to *mask. Returns 0 or -EINVAL with e set. */
int follow_parse(const char *list, uint32_t *mask, struct nserr *e) must_check;

/* Reads the attributes of n->follow from the target. Call it when it is decided which namespaces
 * are entered. Returns 0 or a negative errno with e set. */
int follow_hold(struct nsenter2 *n, struct nserr *e) must_check;

/* Add the steps for these attributes: those before anything is entered, and those that only the
 * program needs. */
void follow_add_before(const struct nsenter2 *n, struct plan *p);
void follow_add(const struct nsenter2 *n, struct plan *p, enum plan_actor who);

/* Namespace types whose members neither see more of this process nor gain rights over it when it
 * enters. */
#define STEPS_UNSEEN ((uint64_t)(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS))

/* Returns true if the program runs as a child of nsenter2. */
bool steps_fork(const struct nsenter2 *n);

/* Adds all steps, in order, for a target that target_hold() has opened. */
void steps_add(struct nsenter2 *n, struct plan *p);

/* Prints the plan for an opened target, or executes it: becomes the program, or ends as the program
 * ends. */
_Noreturn void run_target(struct nsenter2 *n);

struct each_refs {
	char *text; /* of standard input; ref points into it */
	struct nsref *ref;
	size_t n, size;
};

/* Reads all references before the first is entered. Ends the process if one is invalid, so that a
 * mistake in the last reference runs nothing. */
void each_read(const struct nsenter2 *n, struct each_refs *refs);

/* Reads references from standard input and runs the program for each. Returns the exit status. */
int each_run(struct nsenter2 *n);

#endif
