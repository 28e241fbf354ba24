// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: checks the destinations in the options. Has no side effects. */
#include <limits.h>

#include "nspivot.h"
#include "root/place.h"

static int check_destination(const char *dst, const char *option, const char *arg, struct nserr *e)
{
	if (!dst)
		return nserr_set(e, 0, "--%s: missing destination in '%s'", option, arg);
	if (strlen(dst) >= PATH_MAX)
		return nserr_set(e, ENAMETOOLONG, "--%s: invalid destination '%.64s…'", option,
				 dst);
	if (!root_place_plain(dst))
		return nserr_set(e, 0, "--%s: invalid destination '%s': '..' cannot follow a name",
				 option, dst);
	return 0;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct op *op = &o->op[i];
		int rc = check_destination(op->dst, op->verb->name, op->arg, e);

		if (rc < 0)
			return rc;
	}
	if (o->put_old) {
		int rc = check_destination(o->put_old, "put-old", o->put_old, e);

		if (rc < 0)
			return rc;
	}
	return check_hidden(o, e);
}
