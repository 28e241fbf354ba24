// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: builds the root for --host-root from the directories of the host. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "nspivot.h"
#include "root/place.h"
#include "root/populate.h"

/* Directories that are created empty, as mount points or for files, instead of bound from the
 * host. */
static const struct {
	const char *name;
	mode_t mode;
} fresh[] = {
	{ "dev", 0755 }, { "proc", 0555 }, { "run", 0755 }, { "sys", 0555 }, { "tmp", 01777 }
};

static bool is_fresh(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fresh); i++)
		if (streq(fresh[i].name, name))
			return true;
	return false;
}

/* Creates `name` in the new root as a mount point for a file of this mode. Returns a descriptor or
 * a negative errno. */
static int make_point(const struct root *r, const char *name, mode_t mode)
{
	if (!S_ISDIR(mode))
		return file_open_at(r->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
	if (mkdirat(r->fd, name, 0755) < 0)
		return -errno;
	return file_open_at(r->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
}

/*
 * Binds one entry of the host's root directory read-only, or copies a symbolic link. The new root
 * is a tmpfs of this process, so its entries need none of the checks that the paths in a foreign
 * root need. Returns 0, or a negative errno with e set.
 */
static int bind_entry(struct root *r, const char *name, struct nserr *e)
{
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY };
	int fd = file_open_at(r->old, name, O_PATH | O_NOFOLLOW, 0);
	struct root_place p = { .fd = -1, .path = name, .ours = r->state == ROOT_DETACHED };
	char target[4096];
	struct stat st;
	int rc = 0;

	/* skip a file that this process may not open, because the program may not open it either */
	if (fd == -EACCES || fd == -EPERM || fd == -ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = nserr_set(e, fd < 0 ? fd : errno, "cannot open '/%s'", name);
	} else if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

		target[MAX(n, 0)] = '\0';
		if (n < 0 || symlinkat(target, r->fd, name) < 0)
			rc = nserr_set(e, errno, "cannot copy the symbolic link '/%s'", name);
	} else if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) {
		p.fd = make_point(r, name, st.st_mode);
		rc = p.fd < 0 ? nserr_set(e, p.fd, "cannot create '/%s' in the new root", name)
			      : root_place_bind_on(r, fd, &p, &ro, e);
		root_done(r, rc);
	}
	root_done(r, p.fd);
	root_done(r, fd);
	return MIN(rc, 0);
}

int hostroot_fill(struct root *r, struct nserr *e)
{
	DIR *dir = file_open_dir(r->old, ".");
	struct dirent *d;
	int rc = 0;

	if (!dir)
		return nserr_set(e, errno, "cannot read '/'");
	for (size_t i = 0; i < ARRAY_SIZE(fresh) && rc == 0; i++)
		rc = root_make_dir(r, fresh[i].name, fresh[i].mode, e);
	while (rc == 0 && (errno = 0, d = readdir(dir)))
		if (!streq(d->d_name, ".") && !streq(d->d_name, "..") && !is_fresh(d->d_name))
			rc = bind_entry(r, d->d_name, e);
	if (rc == 0 && errno)
		rc = nserr_set(e, errno, "cannot read '/'");
	closedir(dir);
	return rc;
}
