// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: prints the names of users and groups in tables. */
#include "base/account.h"
#include "common/table.h"
#include "verb.h"

/* Looks up the name of an id. Returns 0 with *name set, or a negative errno. */
static int look_up(enum idmap_kind k, uint32_t id, const char **name)
{
	const struct passwd *pw = NULL;
	const struct group *gr = NULL;
	int rc = k == IDMAP_UID ? account_passwd(NULL, id, &pw) : account_grp(NULL, id, &gr);

	*name = pw ? pw->pw_name : gr ? gr->gr_name : "";
	return rc;
}

void name_cell(struct table *t, enum idmap_kind k, uint32_t id)
{
	const char *name = "";
	int rc = table_shows_next(t) ? look_up(k, id, &name) : 0;

	if (rc < 0) {
		cli_warn(rc, "cannot look up %s %u", k == IDMAP_UID ? "user" : "group", id);
		t->complete = false;
	}
	table_cell(t, rc < 0 ? NULL : name);
}
