/* SPDX-License-Identifier: GPL-2.0-or-later */
/* account: users and groups, by number or by name. */
#ifndef NSU_BASE_ACCOUNT_H
#define NSU_BASE_ACCOUNT_H

#include <pwd.h>
#include <sys/types.h>

#include "base/nserr.h"

/*
 * getpwnam(3), or for a name of NULL getpwuid(3), into *pw: NULL when there is no such entry. 0, or
 * a negative errno when that cannot be told: passwd unreadable, a module of NSS failing.
 */
int account_passwd(const char *name, uid_t uid, const struct passwd **pw) must_check;

/*
 * The id that s stands for: a decimal number, else a name. What begins with a digit is no name, so
 * that a number out of range does not become one. 0, or a negative errno with e set.
 */
int account_user(const char *s, uid_t *uid, struct nserr *e) must_check;
int account_group(const char *s, gid_t *gid, struct nserr *e) must_check;

#endif
