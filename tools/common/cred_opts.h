/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cred_opts: declares the options of nsunshare, nsenter2 and nspivot for the credentials of the
 * program. */
#ifndef NSU_COMMON_CRED_OPTS_H
#define NSU_COMMON_CRED_OPTS_H

#include "cred/cred.h"

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
	CRED_KEY_AS,
	CRED_KEY_UMASK,
	CRED_KEY_CAP_AMBIENT,
};

/* Rows for the option table (struct cli_opt) of a tool. */
/* clang-format off */
#define CRED_OPTS \
	{ CRED_KEY_SETUID,        "setuid",        CLI_ARG,  "<uid|name>",          "run the program with this user id" }, \
	{ CRED_KEY_SETGID,        "setgid",        CLI_ARG,  "<gid|name>",          "run the program with this group id only" }, \
	{ CRED_KEY_GROUPS,        "groups",        CLI_ARG,  "<gid,...>|none",      "run the program with these supplementary groups" }, \
	{ CRED_KEY_AS,            "as",            CLI_ARG,  "<user[:group]>",      "run as this user of the program's /etc/passwd" }, \
	{ CRED_KEY_CAP_DROP,      "cap-drop",      CLI_ARG,  "<cap,...>|all",       "drop these capabilities from all five sets" }, \
	{ CRED_KEY_CAP_KEEP,      "cap-keep",      CLI_ARG,  "<cap,...>|all",       "drop all capabilities except these" }, \
	{ CRED_KEY_KEEP_CAPS,     "keep-caps",     CLI_NONE, NULL,                  "keep the capabilities across execve(2) (ambient)" }, \
	{ CRED_KEY_CAP_AMBIENT,   "cap-ambient",   CLI_ARG,  "<cap,...>|all|none",  "make only these capabilities ambient" }, \
	{ CRED_KEY_NO_NEW_PRIVS,  "no-new-privs",  CLI_NONE, NULL,                  "prevent execve(2) from granting privileges" }, \
	{ CRED_KEY_SECCOMP,       "seccomp",       CLI_ARG,  "<stream>",            "install a seccomp filter (classic BPF)" }, \
	{ CRED_KEY_RLIMIT,        "rlimit",        CLI_ARG,  "<name=soft[:hard]>",  "set a resource limit" }, \
	{ CRED_KEY_UMASK,         "umask",         CLI_ARG,  "<mode>",              "run the program with this umask (octal)" }, \
	{ CRED_KEY_SETENV,        "setenv",        CLI_ARG,  "<name=value>",        "set an environment variable" }, \
	{ CRED_KEY_UNSETENV,      "unsetenv",      CLI_ARG,  "<name>",              "remove an environment variable" }, \
	{ CRED_KEY_CLEAR_ENV,     "clear-env",     CLI_NONE, NULL,                  "start with an empty environment" }, \
	{ CRED_KEY_WHITELIST_ENV, "whitelist-env", CLI_ARG,  "<name,...>",          "keep only these environment variables" }, \
	{ CRED_KEY_NEW_SESSION,   "new-session",   CLI_NONE, NULL,                  "run the program in a session without a terminal" }
/* clang-format on */

/*
 * Processes the option `key`. Returns 1 if `key` is one of the credential options above, 0 if it is
 * another option, or a negative errno with e set. Looks up user and group names immediately, before
 * the tool enters another root or mount namespace, because NSS would load its modules from the new
 * root. arg must remain valid, because it is not copied.
 */
int cred_option(struct cred *c, int key, const char *arg, struct nserr *e) must_check;

#endif
