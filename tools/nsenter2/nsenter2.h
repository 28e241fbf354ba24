/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsenter2: declares the command line, the data of the tool (struct run), and the functions that
 * the files of the tool share. */
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
#include "run/step_exec.h"
#include "run/supervise.h"

/* The kind of argument of a directory option: not given, a path of the caller, or a directory of
 * the target. */
enum dir_from { DIR_UNSET, DIR_PATH, DIR_TARGET };

struct dir_opt {
	enum dir_from from;
	const char *path;
};

/* Attributes of the target that --follow selects, in the order of their names in follow.c. */
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

/* Attributes that --follow has read from the target. Other attributes are stored in struct cred. */
struct followed {
	char **env;    /* environment of the target, or NULL if --follow does not select it */
	char oom[16];  /* oom_score_adj of the target; empty if it equals that of the caller */
	char *context; /* SELinux context of the target, or NULL */
	int (*setexeccon)(const char *);
};

struct each_opt {
	bool on;
	bool prefix;
	bool nul; /* the references on standard input are separated by NUL instead of newline */
	unsigned parallel;
};

/* The command line as it was parsed, before names in it are looked up. Constant after
 * opts_parse(). */
struct opts {
	const char *target;
	struct nsref ref;                /* the parsed argument of --target */
	uint64_t types;                  /* CLONE_NEW* flags that the options select */
	const char *files[NSTYPE_COUNT]; /* FILE of the option --TYPE=FILE, or NULL */
	/* argument of --net-socket: descriptor number in the target, or -1 */
	int net_socket;
	bool all;
	bool user_parent;

	struct dir_opt root, wd;
	const char *wdns;

	uint32_t follow; /* FOLLOW_* flags of --follow */
	bool context;    /* --follow-context was given */
	bool preserve;

	bool no_fork, detach, pty, explain;
	bool mount_proc, mount_sys, etc_netns;
	bool reports;    /* --ready-fd, --status-fd or --pid-file was given */
	int kill_signal; /* signal of --kill-child, or 0 if the option was not given */
	struct each_opt each;
	char **argv; /* the program and its arguments; argv[0] is NULL if a shell is executed */
};

/* The data of nsenter2: the command line, the opened files, and the data of the steps. */
struct run {
	const struct opts *o;

	/* the namespaces to enter, opened before any of them is entered */
	struct nsjoin join;
	/* descriptors of the directories of --root and --wd; -1 if the option was not given */
	int root_fd, wd_fd;
	struct cgroup cgroup;
	struct followed followed;

	struct cred cred;
	struct handle handle;
	/* set or drop the supplementary groups before entering the user namespace, because
	 * setgroups(2) may be denied inside */
	bool groups_before;
	bool outside_groups; /* cred.groups contains ids of the caller's user namespace */
	struct supervise supervise;
	struct pty_relay relay;
	int slave; /* descriptor of the slave side of the pseudo-terminal, or -1 */
	struct program program;
};

/* Parses the command line into o, r->cred and r->handle, and initializes the rest of r. If the
 * command line is invalid, prints a message and ends the process. */
void opts_parse(struct opts *o, struct run *r, int argc, char **argv);

/* Checks that the options can be combined. Looks up no names or processes. Returns 0, or a negative
 * errno with e set. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Opens the process or namespace of --target, and stores it in r->join. Returns 0, or a negative
 * errno with e set. */
int resolve_target(struct run *r, struct nserr *e) must_check;

/* Opens all other files and namespaces that the options name, determines which namespaces are
 * entered, and stores the results in r. Does not change the attributes of the process. Returns 0,
 * or a negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Parses a comma-separated list of attributes such as "uid,gid,cwd" and adds its flags to *mask.
 * Returns 0, or -EINVAL with e set. */
int follow_parse(const char *list, uint32_t *mask, struct nserr *e) must_check;

/* Reads the attributes of --follow from the target into r. Must be called after the namespaces to
 * enter are known. Returns 0, or a negative errno with e set. */
int follow_read(struct run *r, struct nserr *e) must_check;

/* The namespace types that a process can enter without becoming visible to the processes in the
 * namespace, and without giving these processes any rights over itself. */
#define TYPES_UNSEEN ((uint64_t)(CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS))

/* Returns true if the program runs as a child of nsenter2, and not in the process of nsenter2. */
bool run_forks(const struct run *r);

/* Adds all steps to the plan, in the order in which they must run. Must be called after
 * resolve(). */
void build_plan(struct run *r, struct plan *p);

/* Opens and looks up everything except the target, which is already open, and builds the plan. Then
 * prints the plan (--explain), or executes the plan and ends the process in the same way as the
 * program ended. */
_Noreturn void run_target(struct run *r);

/* Returns the name in /run/netns of the network namespace that the options select, or NULL. */
const char *mount_netns_name(const struct opts *o);

/* Reads references from standard input and runs the program of r for each of them. Returns the exit
 * status of nsenter2. */
int each_run(const struct run *r);

/* The types of plan steps that are implemented in steps.c. */
extern const struct plan_kind step_guard, step_enter, step_fork, step_root, step_back, step_wd,
	step_inside, step_relay, step_pty, step_session;
/* The types of plan steps that are implemented in steps_follow.c. */
extern const struct plan_kind step_cgroup, step_context, step_groups, step_env;
/* The types of plan steps that are implemented in steps_mount.c. */
extern const struct plan_kind step_private, step_proc, step_sys, step_etc;

#endif
