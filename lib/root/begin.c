// SPDX-License-Identifier: GPL-2.0-or-later
/* begin: starts to build a root with the mount API or, if the kernel lacks the API, with
 * mount(2). */
#include "root/begin.h"

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "root/legacy.h"
#include "root/mountapi.h"

/* Returns true if rc is the error of a kernel that lacks the system call, or of a seccomp filter
 * that denies it. */
static bool lacks(int rc)
{
	return rc == -ENOSYS || (rc == -EPERM && sys_cap_has(CAP_SYS_ADMIN));
}

/* Starts the tree r with a clone of the directory dir or, if dir is negative, with a new tmpfs that
 * has the options o. Returns 0 or a negative errno with e set. */
static int begin(struct root *r, int dir, const struct mntopt *o, struct nserr *e)
{
	static const struct root_ops *const ways[] = { &root_mountapi, &root_legacy };
	int rc;

	r->old = file_open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	if (r->old < 0)
		return nserr_set(e, r->old, "cannot open '/'");
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		/* remove the error of the mount API, because it must not remain in e after mount(2)
		 * has succeeded */
		*e = NSERR_INIT;
		r->ops = ways[i];
		rc = dir < 0 ? r->ops->begin_fs(r, "tmpfs", o, e) : r->ops->begin(r, dir, e);
		if (!lacks(rc))
			return rc;
	}
	return rc;
}

int root_begin(struct root *r, int dir, bool readonly, struct nserr *e)
{
	r->readonly = readonly;
	return begin(r, dir, NULL, e);
}

int root_begin_tmpfs(struct root *r, const struct mntopt *o, bool readonly, struct nserr *e)
{
	r->readonly = readonly;
	return begin(r, -1, o, e);
}
