// SPDX-License-Identifier: GPL-2.0-or-later
/* cause: examines file types and earlier mounts to explain why a mount failed. */
#include "root/cause.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "kernel/mountinfo.h"
#include "kernel/sys_mount.h"

void root_explain_type(int src, const struct root_place *p, struct nserr *e)
{
	bool dir = true;
	struct stat st;

	if (!e || e->hint[0] || p->fd < 0 || (e->errnum != EINVAL && e->errnum != ENOTDIR))
		return;
	if (src >= 0) {
		if (fstat(src, &st) < 0)
			return;
		dir = S_ISDIR(st.st_mode);
	}
	if (dir && !p->dir)
		nserr_hint(e,
			   src < 0 ? "specify a directory as the destination: '%s' in the new root "
				     "is a file, on which a directory cannot be mounted"
				   : "specify a file as the source, or another destination: '%s' "
				     "in the new root is a file, on which a directory cannot be "
				     "mounted",
			   p->path);
	else if (!dir && p->dir)
		nserr_hint(
			e,
			"specify a directory as the source, or '%s/<name>' as the destination: a "
			"file cannot be mounted on a directory",
			p->path);
}

void root_explain_readonly(const struct root *r, const char *path, struct nserr *e)
{
	const struct root_mount *m;
	const char *rest;

	if (!e || e->hint[0] || e->errnum != EROFS)
		return;
	m = root_mounts_find(&r->mounts, path, &rest);
	if (m)
		nserr_hint(e,
			   "create '%s' in the source of the mount on '%s', because an earlier "
			   "option has made this mount read-only",
			   path, m->path);
	else
		nserr_hint(e, "create '%s' beforehand, because the root is read-only", path);
}

void root_explain_locked(int src, struct nserr *e)
{
	cleanup_fd int mnt = sys_open_tree(src, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	/* look for a locked mount if open_tree(2) refuses to clone src (EINVAL), is missing (ENOSYS
	 * before Linux 5.2) or is denied by a filter (EPERM) */
	if (!e || e->errnum != EINVAL || (mnt != -EINVAL && mnt != -ENOSYS && mnt != -EPERM))
		return;
	if (mountinfo_is_locked(src))
		nserr_hint(e, "omit norec: in a user namespace, inherited mounts can be bound "
			      "only together with the mounts below them");
}
