/* SPDX-License-Identifier: GPL-2.0-or-later */
/* account: looks up users and groups by number or by name. */
#ifndef NSU_BASE_ACCOUNT_H
#define NSU_BASE_ACCOUNT_H

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

#include "base/nserr.h"

/*
 * Look up a user or a group by name or, if name is NULL, by id, and store the entry in *pw or *gr.
 * The entry is valid until the next lookup. If there is no such entry, set *pw or *gr to NULL and
 * return 0. Return a negative errno if an NSS module fails or if /etc/passwd or /etc/group exists
 * but cannot be read.
 */
int account_passwd(const char *name, uid_t uid, const struct passwd **pw) must_check;
int account_grp(const char *name, gid_t gid, const struct group **gr) must_check;

/*
 * Set *uid or *gid to the id that s names: a decimal number, or the name of a user or group. A name
 * does not begin with a digit, so a number out of range is an error. Return 0, or a negative errno
 * with e set.
 */
int account_user(const char *s, uid_t *uid, struct nserr *e) must_check;
int account_group(const char *s, gid_t *gid, struct nserr *e) must_check;

#endif
