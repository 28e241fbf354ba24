/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsunshare: declares the command line, the data of the tool (struct run), and the functions that
 * the files of the tool share. */
#ifndef NSU_NSUNSHARE_H
#define NSU_NSUNSHARE_H

#include "cgroup/cgroup.h"
#include "common/cli.h"
#include "cred/cred.h"
#include "idmap/writer.h"
#include "ns/name.h"
#include "ns/pin.h"
#include "ns/timens_proc.h"
#include "run/handle.h"
#include "run/init.h"
#include "run/plan.h"
#include "run/step_exec.h"
#include "run/supervise.h"

#define BINFMT_DIR "/proc/sys/fs/binfmt_misc"

/* The arguments of an option that was given several times. */
struct words {
	const char **word;
	size_t n;
};

/* The command line, before the names in it are looked up. */
struct opts {
	uint64_t types;                /* CLONE_NEW* flags of the namespaces to create */
	const char *pin[NSTYPE_COUNT]; /* FILE of the option --TYPE=FILE, or NULL */
	const char *persist, *unpersist;

	/* argument of --map: "auto", "-", "fd:N", a path, a map in one word
	 * ("u:0:1000:1,g:0:1000:1"), or "like:REF"; or NULL */
	const char *map;
	const char *map_user, *map_group;
	struct words users, groups;
	const char *owner;
	enum idmap_setgroups setgroups;

	unsigned long propagation; /* MS_* flag of --propagation, or 0 */
	/* arguments of the options with these names, or NULL */
	const char *mount_proc, *mount_binfmt, *interpreter;
	const char *root, *wd;
	const char *hostname, *domainname;
	bool lo;
	struct words sysctls;
	const char *oom_score_adj; /* argument of --oom-score-adj, a number as text; or NULL */
	struct timens_request clocks;

	const char *cgroup;
	bool cgroup_create;
	struct words cgroup_set;

	/* shell commands: the arguments of --setup and --setup-outside, or NULL */
	const char *setup, *setup_outside;
	const char *name; /* argument of --name, or NULL */

	bool fork, no_fork, detach, init, explain;
	bool stops; /* --stop-signal or --grace was given */
	int kill_signal;

	char **argv;
};

/* The data of nsunshare: the command line, the results of look-ups, and the data of the steps. */
struct run {
	struct opts *o;

	struct idmaps maps;
	bool has_maps;
	enum idmap_writer writer;
	bool has_owner;
	uid_t owner_uid;
	gid_t owner_gid;
	struct timens offsets;

	pid_t pid; /* pid of a process in the new namespaces, valid in the outer pid namespace */
	/* the options drop privileges of the program, but the waiting parent process keeps them */
	bool restricts;
	/* processes in the new user namespace have permission to trace the parent process */
	bool visible;
	struct plan_keeper keeper;
	/* only valid in the helper: the child has executed the program, or has become the init
	 * process of the program */
	bool runs;
	struct supervise supervise;
	struct handle handle;
	struct cred cred;
	struct init init;
	bool by_root; /* the effective user id of the caller is 0 */
	struct cgroup cgroup;
	struct nspin pin[NSTYPE_COUNT];
	uint64_t mnt_id;         /* 64-bit id of the caller's mount namespace */
	struct nspin_dir dir;    /* the directory of --persist */
	struct nsname_keep name; /* the name given with --name, which the helper has reserved */
	struct nsname entry;
	struct nserr late; /* an error that occurred in the helper while the program ran */

	struct program program;
};

/* Value of map_user and map_group that means the caller's current id. */
extern const char opts_current[];

/* Parses the command line into r->o, r->handle and r->cred. If the command line is invalid, prints
 * a message and ends the process. */
void opts_parse(struct run *r, int argc, char **argv);

/* Checks that the options can be combined. Looks up no names. Returns 0, or a negative errno with e
 * set. */
int check_opts(const struct opts *o, struct nserr *e) must_check;

/* Looks up the users, groups, maps and clocks that the options name, and stores the results in r.
 * Returns 0, or a negative errno with e set. */
int resolve(struct run *r, struct nserr *e) must_check;

/* Adds all steps to the plan, in the order in which they must run. */
void build_plan(struct run *r, struct plan *p);

/* Adds to the plan p the last steps of the process `self`, which becomes the program: the
 * credentials, the parent-death signal and the signal mask of s (unless s is NULL), the descriptors
 * and handles of h, and execve(2). */
void build_exec(struct run *r, struct plan *p, enum plan_actor self, struct supervise *s,
		struct handle *h);

/* Adds to the plan p the steps of the init process of --init. The init process, which is process 1
 * of the new pid namespace, executes this separate plan. */
void build_init(struct run *r, struct plan *p);

/* Closes the descriptors of the mounted namespace files, so that other processes can unmount them.
 * The helper process, which runs until the end of the program, calls this function. */
void pins_close(struct run *r);

/* These functions must be called in the helper process. name_publish() creates the file of --name.
 * name_release() removes this file, and returns 0, or a negative errno with e set if creating or
 * removing the file has failed. */
void name_publish(struct run *r);
int name_release(struct run *r, struct nserr *e) must_check;

/* Sets r->keeper to the functions that the helper process calls, and p->keeper to r->keeper. If
 * `needed` is false, the plan needs no helper process, and p->keeper is set to NULL. */
void keeper_set(struct run *r, struct plan *p, bool needed);

/* The types of plan steps that are implemented in steps_ns.c. */
extern const struct plan_kind step_helper, step_helper_stays, step_fork, step_fork_first,
	step_owner, step_unshare, step_maps, step_maps_helpers, step_offsets;
/* The types of plan steps that are implemented in steps_pin.c. */
extern const struct plan_kind step_mnt_above, step_pin_dir, step_pin;
/* The types of plan steps that are implemented in steps_parent.c. */
extern const struct plan_kind step_hide, step_show, step_hold_child, step_leave, step_close,
	step_enter_cgroup;
/* The types of plan steps that are implemented in steps_mount.c. */
extern const struct plan_kind step_propagation, step_root, step_wd, step_mount_proc,
	step_mount_binfmt, step_interpreter;
/* The types of plan steps that are implemented in steps_proc.c. */
extern const struct plan_kind step_cgroup, step_cgroup_set, step_join, step_hostname,
	step_domainname, step_lo, step_sysctl;
/* The types of plan steps that are implemented in steps_name.c. */
extern const struct plan_kind step_name, step_identify;
/* The types of plan steps that are implemented in steps_setup.c. */
extern const struct plan_kind step_setup, step_setup_outside;
/* The type of the plan step in which process 1 of --init starts and supervises the program. It is
 * implemented in init.c. */
extern const struct plan_kind step_init;

#endif
