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
	int rc;

	got[0] = '\0';
	rc = x->ids((const unsigned char *)v, n, note, NULL);
	CHECK_INT(MIN(rc, 0), rc ? -EINVAL : 0);
	return rc < 0 ? "bad" : got;
}

/* the entries of the ACL: user::rw-, user:1000:r--, group::r--, group:4294967294:rwx, mask::rwx,
 * other::--- */
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

static uint32_t add_1000(void *ctx, enum idmap_kind kind, uint32_t id)
{
	(void)ctx;
	return kind == IDMAP_UID ? id + 1000 : id;
}

static uint32_t to_root(void *ctx, enum idmap_kind kind, uint32_t id)
{
	(void)ctx, (void)kind, (void)id;
	return 0;
}

static uint32_t keep(void *ctx, enum idmap_kind kind, uint32_t id)
{
	(void)ctx, (void)kind;
	return id;
}

static void translates_the_users_of_an_acl(void)
{
	unsigned char v[sizeof(acl) - 1];
	size_t n = sizeof(v);

	memcpy(v, acl, n);
	CHECK_INT(idmap_xattr_translate(&idxattrs[0], v, &n, keep, NULL), 0);
	CHECK(memcmp(v, acl, n) == 0);
	CHECK_INT(idmap_xattr_translate(&idxattrs[0], v, &n, add_1000, NULL), 1);
	CHECK_STR(ids(&idxattrs[0], (const char *)v, n), "u2000 g4294967294 ");
	/* the other bytes of the value must not have changed */
	memcpy(v + 16, acl + 16, 4);
	CHECK(n == sizeof(v) && memcmp(v, acl, n) == 0);
	n = 5;
	CHECK_INT(idmap_xattr_translate(&idxattrs[0], v, &n, add_1000, NULL), -EINVAL);
}

static void translates_the_root_uid_of_capabilities(void)
{
	unsigned char v[24] = "\1\0\0\2abcdefghijklmnop", old[24];
	size_t n = 20;

	memcpy(old, v, sizeof(v));
	CHECK_INT(idmap_xattr_translate(&idxattrs[2], v, &n, to_root, NULL), 0);
	CHECK(n == 20 && memcmp(v, old, 20) == 0);
	/* file capabilities of version 2 must become version 3 */
	CHECK_INT(idmap_xattr_translate(&idxattrs[2], v, &n, add_1000, NULL), 1);
	CHECK_INT(n, 24);
	CHECK(memcmp(v, "\1\0\0\3abcdefghijklmnop\350\3\0\0", 24) == 0);
	CHECK_INT(idmap_xattr_translate(&idxattrs[2], v, &n, add_1000, NULL), 1);
	CHECK_STR(ids(&idxattrs[2], (const char *)v, n), "u2000 ");
	/* file capabilities of version 3 must become version 2 */
	CHECK_INT(idmap_xattr_translate(&idxattrs[2], v, &n, to_root, NULL), 1);
	CHECK(n == 20 && memcmp(v, old, 20) == 0);
}

UNIT_MAIN(CASE(finds_named_users_and_groups), CASE(refuses_acls_of_an_unknown_format),
	  CASE(finds_the_root_uid_of_capabilities), CASE(translates_the_users_of_an_acl),
	  CASE(translates_the_root_uid_of_capabilities))
