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

enum cred_key {
	CRED_KEY_SETUID = 'S',
	CRED_KEY_SETGID = 'G',
	CRED_KEY_GROUPS = 0x2000,
	CRED_KEY_CAP_DROP,
	CRED_KEY_CAP_KEEP,
	CRED_KEY_KEEP_CAPS,
	CRED_KEY_NO_NEW_PRIVS,
	CRED_KEY_SECCOMP,
	CRED_KEY_RLIMIT,
	CRED_KEY_SETENV,
	CRED_KEY_UNSETENV,
	CRED_KEY_CLEAR_ENV,
	CRED_KEY_WHITELIST_ENV,
	CRED_KEY_NEW_SESSION,
};

/* Rows for struct cli_opt tables, a section of their own. */
/* clang-format off */
#define CRED_OPTS \
	{ CRED_KEY_SETUID,        "setuid",        CLI_ARG,  "<uid|name>",          "run the program with this user id" }, \
	{ CRED_KEY_SETGID,        "setgid",        CLI_ARG,  "<gid|name>",          "run the program with this group id and no other" }, \
	{ CRED_KEY_GROUPS,        "groups",        CLI_ARG,  "<gid,...>|none",      "run the program with these supplementary groups" }, \
	{ CRED_KEY_CAP_DROP,      "cap-drop",      CLI_ARG,  "<cap,...>|all",       "drop capabilities, from all five sets" }, \
	{ CRED_KEY_CAP_KEEP,      "cap-keep",      CLI_ARG,  "<cap,...>|all",       "drop all capabilities but these" }, \
	{ CRED_KEY_KEEP_CAPS,     "keep-caps",     CLI_NONE, NULL,                  "let any program keep the capabilities held (ambient)" }, \
	{ CRED_KEY_NO_NEW_PRIVS,  "no-new-privs",  CLI_NONE, NULL,                  "no program gains privilege by being executed" }, \
	{ CRED_KEY_SECCOMP,       "seccomp",       CLI_ARG,  "<stream>",            "filter system calls, classic BPF instructions" }, \
	{ CRED_KEY_RLIMIT,        "rlimit",        CLI_ARG,  "<name=soft[:hard]>",  "set a resource limit" }, \
	{ CRED_KEY_SETENV,        "setenv",        CLI_ARG,  "<name=value>",        "set an environment variable" }, \
	{ CRED_KEY_UNSETENV,      "unsetenv",      CLI_ARG,  "<name>",              "remove an environment variable" }, \
	{ CRED_KEY_CLEAR_ENV,     "clear-env",     CLI_NONE, NULL,                  "begin with an empty environment" }, \
	{ CRED_KEY_WHITELIST_ENV, "whitelist-env", CLI_ARG,  "<name,...>",          "keep these environment variables and no other" }, \
	{ CRED_KEY_NEW_SESSION,   "new-session",   CLI_NONE, NULL,                  "run the program in a new session, without terminal" }
/* clang-format on */

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

/*
 * Takes the option of that key: 1, 0 when it is none of these, or a negative errno with e set.
 * Names of users and groups are looked up here, before the tool has changed anything: never again
 * after setns(2) or a pivot, where NSS would load what it finds there. arg is borrowed.
 */
int cred_option(struct cred *c, int key, const char *arg, struct nserr *e) must_check;

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
