// SPDX-License-Identifier: GPL-2.0-or-later
/* node: opens device nodes of the caller and creates device nodes in a new root. */
#include "root/node.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "root/place.h"

int root_open_node(const char *path, const struct root_node *n, struct nserr *e)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return nserr_set(e, fd < 0 ? fd : errno, "cannot open '%s'", path);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return nserr_set(e, 0, "'%s' is not a device node", path);
	if (n->type &&
	    ((st.st_mode & S_IFMT) != n->type || st.st_rdev != makedev(n->major, n->minor)))
		return nserr_set(e, 0, "'%s' is not the %s device %u:%u", path,
				 n->type == S_IFCHR ? "character" : "block", n->major, n->minor);
	return TAKE_FD(fd);
}

/* Creates the node on the tmpfs r->files. Returns a descriptor, or a negative errno with e set:
 * -EPERM if the caller may not create device nodes. */
static int create(struct root *r, const char *path, const struct root_node *n, struct nserr *e)
{
	int dir = r->files, fd;
	char name[32];

	snprintf(name, sizeof(name), "%u", r->nfiles++);
	if (mknodat(dir, name, n->type | n->mode, makedev(n->major, n->minor)) < 0)
		return nserr_set(e, errno, "cannot create the device node '%s'", path);
	/* only this process can reach the tmpfs, so `name` is still the new node */
	if (fchmodat(dir, name, n->mode, 0) < 0 || fchownat(dir, name, n->uid, n->gid, 0) < 0)
		return nserr_set(e, errno, "cannot set the mode and owner of '%s'", path);
	fd = file_open_at(dir, name, O_PATH | O_NOFOLLOW, 0);
	return fd < 0 ? nserr_set(e, fd, "cannot open the device node '%s'", path) : fd;
}

int root_make_node(struct root *r, const char *path, const struct root_node *n, struct nserr *e)
{
	struct mntopt o = { .norec = true,
			    .set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
			    .clr = MOUNT_ATTR_NODEV };
	int fd = -EPERM, rc;

	if (n->type) {
		rc = root_scratch(r, e);
		if (rc < 0)
			return rc;
		fd = create(r, path, n, e);
	}
	if (fd == -EPERM) {
		o.set |= MOUNT_ATTR_RDONLY;
		o.clr = 0;
		fd = root_open_node(path, n, e);
	}
	if (fd < 0)
		return fd;
	rc = root_place_bind(r, fd, path, &o, e);
	root_done(r, rc);
	root_done(r, fd);
	return rc < 0 ? rc : 0;
}
