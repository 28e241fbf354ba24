/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * passwd: parses the text of passwd(5) and group(5) files. No function here opens a file. The tools
 * use these functions, and not NSS, for a root directory that another user may own, because NSS
 * would load its modules from this directory and execute them.
 */
#ifndef NSU_BASE_PASSWD_H
#define NSU_BASE_PASSWD_H

#include <sys/types.h>

#include "base/util.h"

#define PASSWD_GROUPS_MAX 65536 /* NGROUPS_MAX, the maximum number of groups in setgroups(2) */

/* The fields of a line of passwd(5). The caller frees them with passwd_user_free(). */
struct passwd_user {
	char *name, *home, *shell; /* owned by the structure; home and shell may be empty */
	uid_t uid;
	gid_t gid;
};

#define PASSWD_USER_INIT ((struct passwd_user){ 0 })

void passwd_user_free(struct passwd_user *u);

/*
 * Finds the first line of a user by name or, if name is NULL, by uid in the n bytes at text.
 * Ignores comments, the lines of NIS that begin with + or -, lines with a NUL byte, and invalid
 * lines of other users. Returns 1 with *u set, 0 if there is no such user, -EINVAL with *line set
 * to the number of the user's line if this line is invalid, or -ENOMEM.
 */
int passwd_find_user(const char *text, size_t n, const char *name, uid_t uid, struct passwd_user *u,
		     unsigned *line) must_check;

/* Finds the first line of a group by name in the n bytes at text. Returns 1 with *gid set, or
 * returns 0 or -EINVAL under the same conditions as passwd_find_user(). */
int passwd_find_group(const char *text, size_t n, const char *name, gid_t *gid,
		      unsigned *line) must_check;

/*
 * Collects the group id `first` and the ids of all groups that list the user as a member in the n
 * bytes at text. The result is sorted and contains each id once. Returns 0 with *groups, which the
 * caller frees, and *ngroups set, -ENOMEM, or -E2BIG if more than PASSWD_GROUPS_MAX lines list the
 * user.
 */
int passwd_groups_of(const char *text, size_t n, const char *user, gid_t first, gid_t **groups,
		     size_t *ngroups) must_check;

#endif
