/* SPDX-License-Identifier: GPL-2.0-or-later */
/* as: implements the option --as, which makes the program run as a user that the /etc/passwd of the
 * new root lists. */
#ifndef NSU_CRED_AS_H
#define NSU_CRED_AS_H

#include "cred/cred.h"

/* Stores text, the argument <user>[:<group>] of --as, in c, which keeps a pointer into text.
 * Returns 0, or a negative errno with e set. */
int cred_as_parse(struct cred *c, const char *text, struct nserr *e) must_check;

/* Makes c use the ids of the user and, unless an option has set the groups, the groups of the user.
 * The values of these ids are unknown until the step cred_as has run. */
void cred_as_prepare(struct cred *c);

/*
 * The step that reads etc/passwd and etc/group of the root directory of this process, and sets the
 * ids and groups of the struct cred in arg. It must run in the process that executes the program,
 * after this process has entered the new root and before the steps that use the ids.
 */
extern const struct plan_kind cred_as;

/* Sets the environment variables HOME, USER, LOGNAME and SHELL of this process for the user of
 * --as. Returns 0, or a negative errno with e set. */
int cred_as_env(const struct cred *c, struct nserr *e) must_check;

#endif
