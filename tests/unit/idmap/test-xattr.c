// SPDX-License-Identifier: GPL-2.0-or-later
/* test-xattr: parses the values of ACLs and file capabilities. */
#include "idmap/xattr.h"

#include <stdio.h>

#include "../unit.h"

static char got[128];

static void note(void *ctx, enum idmap_kind kind, uint32_t id)
{
	size_t n = strlen(got);

	(void)ctx;
	snprintf(got + n, sizeof(got) - n, "%c%u ", idmap_kind_names[kind][0], id);
}

static const char *ids(const struct idmap_xattr *x, const char *v, size_t n)
{
	got[0] = '\0';
	return x->ids((const unsigned char *)v, n, note, NULL) < 0 ? "bad" : got;
}

/* user::rw-, user:1000:r--, group::r--, group:4294967294:rwx, mask::rwx, other::--- */
static const char acl[] = "\2\0\0\0"
			  "\1\0\6\0\377\377\377\377"
			  "\2\0\4\0\350\3\0\0"
			  "\4\0\4\0\377\377\377\377"
			  "\10\0\7\0\376\377\377\377"
			  "\20\0\7\0\377\377\377\377"
			  "\40\0\0\0\377\377\377\377";

static void finds_named_users_and_groups(void)
{
	CHECK_STR(ids(&idxattrs[0], acl, sizeof(acl) - 1), "u1000 g4294967294 ");
	CHECK_STR(ids(&idxattrs[1], acl, sizeof(acl) - 1), "u1000 g4294967294 ");
	CHECK_STR(ids(&idxattrs[0], acl, 4 + 2 * 8), "u1000 ");
	CHECK_STR(ids(&idxattrs[0], acl, 4), "");
}

static void refuses_acls_of_an_unknown_format(void)
{
	for (size_t n = 0; n < sizeof(acl) - 1; n++)
		if (n % 8 != 4)
			CHECK_STR(ids(&idxattrs[0], acl, n), "bad");
	CHECK_STR(ids(&idxattrs[0], "\1\0\0\0", 4), "bad");
	CHECK_STR(ids(&idxattrs[0], "\0\0\0\2", 4), "bad");
}

static void finds_the_root_uid_of_capabilities(void)
{
	char v[25] = "\1\0\0\3";

	memcpy(v + 20, "\240\206\1\0", 4);
	CHECK_STR(ids(&idxattrs[2], v, 24), "u100000 ");
	CHECK_STR(ids(&idxattrs[2], v, 20), "bad");
	CHECK_STR(ids(&idxattrs[2], v, 25), "bad");
	v[3] = 2;
	CHECK_STR(ids(&idxattrs[2], v, 20), "");
	CHECK_STR(ids(&idxattrs[2], v, 24), "bad");
	v[3] = 1;
	CHECK_STR(ids(&idxattrs[2], v, 12), "");
	CHECK_STR(ids(&idxattrs[2], v, 3), "bad");
	CHECK_STR(ids(&idxattrs[2], v, 0), "bad");
}

UNIT_MAIN(CASE(finds_named_users_and_groups), CASE(refuses_acls_of_an_unknown_format),
	  CASE(finds_the_root_uid_of_capabilities))
