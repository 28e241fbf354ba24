/* SPDX-License-Identifier: GPL-2.0-or-later */
/* account: looks up users and groups by number or by name. */
#ifndef NSU_BASE_ACCOUNT_H
#define NSU_BASE_ACCOUNT_H

#include <pwd.h>
#include <sys/types.h>

#include "base/nserr.h"

/*
 * Looks up an entry with getpwnam(3) or, if name is NULL, with getpwuid(3), and stores it in *pw.
 * If there is no such entry, sets *pw to NULL and returns 0. Returns a negative errno if an NSS
 * module fails or /etc/passwd cannot be opened.
 */
int account_passwd(const char *name, uid_t uid, const struct passwd **pw) must_check;

/*
 * Set *uid or *gid to the id that s names: a decimal number, or the name of a user or group. A name
 * does not begin with a digit, so a number out of range is an error. Return 0, or a negative errno
 * with e set.
 */
int account_user(const char *s, uid_t *uid, struct nserr *e) must_check;
int account_group(const char *s, gid_t *gid, struct nserr *e) must_check;

#endif
