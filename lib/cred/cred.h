/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cred: sets the credentials of the program: ids, groups, capabilities, no_new_privs, seccomp
 * filter, resource limits, environment and session. nsunshare, nsenter2 and nspivot share these
 * options and steps. The steps run in the order in which cred_plan() adds them, because the kernel
 * permits no other order.
 */
#ifndef NSU_CRED_CRED_H
#define NSU_CRED_CRED_H

#include <sys/resource.h>
#include <sys/types.h>

#include "base/nserr.h"
#include "base/passwd.h"
#include "run/plan.h"

struct sock_filter;

struct cred_rlimit {
	bool set;
	rlim_t soft, hard;
};

/* The requested credentials. If all members are zero, the program gets the credentials of the
 * caller. A tool may set the public members itself. */
struct cred {
	bool set_uid, set_gid, set_groups;
	/* The tool has chosen the id or the groups by default, without an option. If the id is not
	 * mapped or the groups cannot be set, the step that sets them changes nothing and does not
	 * fail. */
	bool uid_optional, gid_optional, groups_optional;
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary groups, allocated with malloc(3) */
	size_t ngroups;
	bool groups_done; /* the tool sets the groups itself: cred_plan() adds no step */

	bool limit_caps;    /* the program may have only the capabilities in cap_limit */
	uint64_t cap_limit; /* the allowed capabilities, which cred_check() computes */
	/* make the capabilities of the process ambient, so that the program has them; a tool clears
	 * this member if it would have no effect */
	bool keep_caps;
	/* A change of uid from 0 to another uid clears the capabilities (capabilities(7)). If this
	 * member is true, they are cleared even with keep_caps, as in unshare(1) and nsenter(1). If
	 * it is false, keep_caps preserves them across the change. */
	bool caps_follow_uid;
	bool limit_ambient; /* only the capabilities in cap_ambient become ambient */
	uint64_t cap_ambient;
	bool no_new_privs;
	bool new_session;
	bool set_umask;
	mode_t umask;
	struct cred_rlimit rlimits[RLIM_NLIMITS];

	/* private */
	/* descriptor of the tool's /proc/PID directory, opened before the tool enters another mount
	 * namespace, if run_groups() may need it; otherwise 0 or negative */
	int self;
	const char *user;          /* the user name in the argument of --setuid, or NULL */
	bool given_uid, given_gid; /* true if --setuid or --setgid, respectively, was given */
	char *as;                  /* the user of --as, allocated with malloc(3), or NULL */
	const char *as_group;      /* the group of --as, or NULL */
	bool as_groups;            /* --as sets the supplementary groups, too */
	/* the /etc/passwd entry for the user of --as, which the step cred_as reads */
	struct passwd_user as_user;
	uint64_t cap_drop, cap_keep;
	bool has_keep, cap_drop_all;
	const char *seccomp;
	struct sock_filter *filter;
	unsigned short nfilter;
	bool clear_env;
	const char **env; /* "NAME=VALUE" to set, "NAME" to remove, in the order of the options */
	size_t nenv;
	/* names of the environment variables that clear_env keeps, separated by commas; allocated
	 * with malloc(3) */
	char *env_left;
};

/* Checks that the options are compatible, computes cap_limit and reads the filter. If the uid was
 * given by a name and no gid was given, sets the group and the supplementary groups of that user.
 * Returns 0 or a negative errno with e set. The caller frees c with cred_free(). */
int cred_check(struct cred *c, struct nserr *e) must_check;

/* Opens the /proc/PID directory of the calling process if a step needs it to read whether
 * setgroups(2) is allowed. cred_check() has called this function; a child that runs the steps
 * without its parent calls it again, before it enters a mount namespace. An error is ignored,
 * because the step then fails only if it needs the directory. */
void cred_open_self(struct cred *c);

/* Refuses a change of uid that would keep group 0 as the group or as a supplementary group. Returns
 * 0, or -EINVAL with e set. */
int cred_check_groups(const struct cred *c, struct nserr *e) must_check;
void cred_free(struct cred *c);

/* Returns true if the options drop capabilities, set no_new_privs or install a filter. Then the
 * tool must make its own processes undumpable, because they are not restricted, and the program
 * could undo the restriction by tracing one of them. May be called before cred_check(). */
bool cred_restricts(const struct cred *c);

/*
 * Adds a step to p for each option that is set. c is borrowed. The steps that are added to p after
 * this call run with the credentials of the program. The parent death signal must be set after
 * these steps, because a change of ids clears it (prctl(2)).
 */
void cred_plan(const struct cred *c, struct plan *p, enum plan_actor actor);

/* Appends the description of a step that sets the n supplementary groups, or drops them if n is
 * 0. */
void cred_show_groups(const gid_t *groups, size_t n, struct buf *out);

/*
 * The step that sets the OOM score adjustment of the calling process to the number in the text arg.
 * CAP_SYS_RESOURCE is needed for a value below the lowest value that a process with this capability
 * has set before (by default 0), see proc_pid_oom_score_adj(5). The step needs the caller's /proc,
 * so it must run before the root changes.
 */
extern const struct plan_kind cred_oom;

/*
 * Adds the step for no_new_privs and, if the filter needs no_new_privs, the step for the filter.
 * Both steps must come right before exec, so that execve(2) is the only system call that the filter
 * must allow.
 */
void cred_plan_last(const struct cred *c, struct plan *p, enum plan_actor actor);

#endif
