// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: determines the credentials of the program. */
#include "nspivot.h"

int resolve(struct run *r, struct nserr *e)
{
	const struct opts *o = r->o;
	int rc = cred_check(&r->cred, e);

	if (rc == 0)
		rc = cred_check_groups(&r->cred, e);
	if (rc < 0 || !o->caps || o->caps_kept)
		return rc;
	/* the preset sets a limit, and --cap-drop removes capabilities from this limit */
	r->cred.cap_limit = r->cred.limit_caps ? r->cred.cap_limit & o->caps : o->caps;
	r->cred.limit_caps = true;
	return 0;
}
