// SPDX-License-Identifier: GPL-2.0-or-later
/* rootold: the tree by mount(2). */
#include "rootold.h"

int rootold_begin(struct rootfs *r, int dir, struct nserr *e)
{
	(void)r, (void)dir;
	return nserr_set(e, ENOSYS, "cannot clone a mount");
}

int rootold_begin_fs(struct rootfs *r, const char *type, const struct mntopt *o, struct nserr *e)
{
	(void)r, (void)o;
	return nserr_set(e, ENOSYS, "cannot mount %s", type);
}

int rootold_mount(struct rootfs *r, const char *type, const char *path, const struct mntopt *o,
		  struct nserr *e)
{
	(void)r, (void)o, (void)type;
	return nserr_set(e, ENOSYS, "cannot mount on %s", path);
}

int rootold_bind(struct rootfs *r, int src, const char *path, const struct mntopt *o,
		 struct nserr *e)
{
	(void)r, (void)src, (void)o;
	return nserr_set(e, ENOSYS, "cannot bind on %s", path);
}

int rootold_setattr(int fd, const struct mntopt *o, struct nserr *e)
{
	(void)fd, (void)o;
	return nserr_set(e, ENOSYS, "cannot set mount options");
}
