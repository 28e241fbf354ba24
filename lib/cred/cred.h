/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cred: who the program runs as: ids, groups, capabilities, no_new_privs, seccomp, limits,
 * environment, session. Options and steps that nsunshare, nsenter2 and nspivot share, in the one
 * order that works.
 */
#ifndef NSU_CRED_CRED_H
#define NSU_CRED_CRED_H

#include <sys/resource.h>
#include <sys/types.h>

#include "base/nserr.h"
#include "run/plan.h"

struct sock_filter;

struct cred_rlimit {
	bool set;
	rlim_t soft, hard;
};

/* All zero: the program runs as the caller. A tool may fill the public part itself. */
struct cred {
	bool set_uid, set_gid, set_groups;
	/* of a default that nobody asked for: an id that is not mapped, groups that may not be set
	 * are left as they are */
	bool uid_optional, gid_optional, groups_optional;
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* malloc()ed */
	size_t ngroups;

	bool limit_caps;    /* the program may have at most cap_limit */
	uint64_t cap_limit; /* see cred_check() */
	bool keep_caps; /* what is held becomes ambient; a tool clears it where it means nothing */
	uint64_t cap_ambient; /* and no more than these, unless it is 0 */
	bool no_new_privs;
	bool new_session;
	struct cred_rlimit rlimits[RLIM_NLIMITS];

	/* private */
	uint64_t cap_drop, cap_keep;
	bool has_keep, cap_drop_all;
	const char *seccomp;
	struct sock_filter *filter;
	unsigned short nfilter;
	bool clear_env;
	const char **env; /* "NAME=VALUE" to set, "NAME" to remove, in their order */
	size_t nenv;
	char *env_left; /* of clear_env: names, with commas; malloc()ed */
};

/* Whether the options go together; works out cap_limit and reads the filter. 0 or a negative errno
 * with e set. */
int cred_check(struct cred *c, struct nserr *e) must_check;
void cred_free(struct cred *c);

/* Whether the options take privilege from the program, so that it is not to be trusted with ours.
 * To be asked before cred_check(), which reads streams. */
bool cred_restricts(const struct cred *c);

/*
 * Adds the steps, none for what is not asked; c is borrowed. What follows in the tool's plan runs
 * as the program will: PDEATHSIG belongs there, since a change of ids clears it (prctl(2)).
 */
void cred_plan(const struct cred *c, struct plan *p, enum plan_actor actor);

/* no_new_privs and, with it, the filter: right before exec, as the filter need allow only that. */
void cred_plan_last(const struct cred *c, struct plan *p, enum plan_actor actor);

#endif
