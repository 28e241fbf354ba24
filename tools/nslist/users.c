// SPDX-License-Identifier: GPL-2.0-or-later
/* users: looks up names of users, with a cache. */
#include "nslist.h"

#include <stdio.h>

#include "base/account.h"
#include "common/cli.h"

/* Returns the name of a user as an allocated string. If the user has no name, returns its
 * number. If the lookup fails, also counts a missing value. */
static char *look_up(struct run *run, uid_t uid)
{
	const struct passwd *pw;
	char number[16], *name;
	int rc = account_passwd(NULL, uid, &pw);

	if (rc < 0)
		nslist_missed(run, 0, rc);
	snprintf(number, sizeof(number), "%u", uid);
	name = strdup(pw ? pw->pw_name : number);
	if (!name)
		cli_die(ENOMEM, "cannot list namespaces");
	return name;
}

const char *nslist_user(struct run *run, uid_t uid)
{
	struct users *u = &run->users;

	for (size_t i = 0; i < u->n; i++)
		if (u->known[i].uid == uid)
			return u->known[i].name;
	/* a full cache replaces its last entry */
	if (u->n == ARRAY_SIZE(u->known))
		free(u->known[--u->n].name);
	u->known[u->n].uid = uid;
	u->known[u->n].name = look_up(run, uid);
	return u->known[u->n++].name;
}

void nslist_users_free(struct run *run)
{
	while (run->users.n > 0)
		free(run->users.known[--run->users.n].name);
}
