// SPDX-License-Identifier: GPL-2.0-or-later
/* xattr: parses the little-endian values of linux/posix_acl_xattr.h and linux/capability.h. */
#include "idmap/xattr.h"

#include <linux/capability.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>

static uint32_t le32(const unsigned char *v)
{
	return v[0] | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 24;
}

/* Calls found() for each id in a POSIX ACL. The value is a version, followed by the tag,
 * permissions and id of each entry. Only two tags use the id. Returns 0, or -EINVAL if the value is
 * not an ACL. */
static int acl_ids(const unsigned char *v, size_t n, idmap_xattr_found *found, void *ctx)
{
	const size_t head = sizeof(struct posix_acl_xattr_header);
	const size_t size = sizeof(struct posix_acl_xattr_entry);

	if (n < head || (n - head) % size != 0 || le32(v) != POSIX_ACL_XATTR_VERSION)
		return -EINVAL;
	for (const unsigned char *e = v + head; e < v + n; e += size) {
		unsigned tag = e[0] | (unsigned)e[1] << 8;

		if (tag == ACL_USER)
			found(ctx, IDMAP_UID, le32(e + 4));
		else if (tag == ACL_GROUP)
			found(ctx, IDMAP_GID, le32(e + 4));
	}
	return 0;
}

/*
 * Calls found() for the root uid of file capabilities. Version 3 (Linux 4.14) ends with the root
 * uid of the user namespace in which the capabilities are valid. Versions 1 and 2 have no id and
 * are valid in all user namespaces (capabilities(7)). Returns 0, or -EINVAL if the value has
 * another format.
 */
static int capability_ids(const unsigned char *v, size_t n, idmap_xattr_found *found, void *ctx)
{
	uint32_t version = n >= 4 ? le32(v) & VFS_CAP_REVISION_MASK : 0;

	if (version == VFS_CAP_REVISION_3 && n == XATTR_CAPS_SZ_3)
		found(ctx, IDMAP_UID, le32(v + n - 4));
	else if ((version != VFS_CAP_REVISION_2 || n != XATTR_CAPS_SZ_2) &&
		 (version != VFS_CAP_REVISION_1 || n != XATTR_CAPS_SZ_1))
		return -EINVAL;
	return 0;
}

const struct idmap_xattr idxattrs[IDXATTRS] = {
	{ "system.posix_acl_access", "acl", 0, acl_ids },
	{ "system.posix_acl_default", "default-acl", S_IFDIR, acl_ids },
	{ "security.capability", "capability", S_IFREG, capability_ids },
};

static void put_le32(unsigned char *v, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		v[i] = (unsigned char)(x >> (8 * i));
}

static bool translate_acl(unsigned char *v, size_t n, idmap_xattr_replace *replace, void *ctx)
{
	const size_t head = sizeof(struct posix_acl_xattr_header);
	bool changed = false;

	for (unsigned char *e = v + head; e < v + n; e += sizeof(struct posix_acl_xattr_entry)) {
		unsigned tag = e[0] | (unsigned)e[1] << 8;
		uint32_t old = le32(e + 4), new;

		if (tag != ACL_USER && tag != ACL_GROUP)
			continue;
		new = replace(ctx, tag == ACL_USER ? IDMAP_UID : IDMAP_GID, old);
		put_le32(e + 4, new);
		changed |= new != old;
	}
	return changed;
}

static bool translate_capability(unsigned char *v, size_t *n, idmap_xattr_replace *replace,
				 void *ctx)
{
	uint32_t magic = le32(v), version = magic & VFS_CAP_REVISION_MASK, old, new;

	if (version == VFS_CAP_REVISION_1)
		return false; /* obsolete: no program has written version 1 since Linux 2.6.25 */
	old = version == VFS_CAP_REVISION_3 ? le32(v + *n - 4) : 0;
	new = replace(ctx, IDMAP_UID, old);
	if (new == old)
		return false;
	/* use version 2 for the root uid 0, because this is the same as version 3 with root uid
	 * 0 */
	*n = new ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2;
	put_le32(v, (magic & ~VFS_CAP_REVISION_MASK) |
			    (new ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2));
	if (new)
		put_le32(v + XATTR_CAPS_SZ_2, new);
	return true;
}

static void ignore(void *ctx, enum idmap_kind kind, uint32_t id)
{
	(void)ctx, (void)kind, (void)id;
}

int idmap_xattr_translate(const struct idmap_xattr *x, unsigned char *v, size_t *n,
			  idmap_xattr_replace *replace, void *ctx)
{
	int rc = x->ids(v, *n, ignore, NULL);

	if (rc < 0)
		return rc;
	return x->ids == acl_ids ? translate_acl(v, *n, replace, ctx)
				 : translate_capability(v, n, replace, ctx);
}
