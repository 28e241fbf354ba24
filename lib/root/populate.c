// SPDX-License-Identifier: GPL-2.0-or-later
/* populate: creates directories, links, files and device nodes in a new root, and hides paths. */
#include "root/populate.h"

#include <stdio.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_stat.h"
#include "root/cause.h"
#include "root/lookup.h"
#include "root/node.h"
#include "root/place.h"

/*
 * Verifies by a descriptor that `base` is the directory that this process created with this mode,
 * and that the owner of the root has not replaced the directory. Sets the mode bits that mkdir(2)
 * ignores. Returns 0 or a negative errno.
 */
static int finish_dir(int parent, const char *base, mode_t mode)
{
	const mode_t made = ACCESSPERMS | S_ISVTX;
	cleanup_fd int fd = file_open_at(parent, base, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	cleanup_fd int open = -1;
	struct stat st;

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fd < 0 ? fd : -errno;
	if (st.st_uid != geteuid() || (st.st_mode & made) != (mode & made))
		return -ESTALE;
	if ((st.st_mode & ALLPERMS) == mode)
		return 0;
	/* open the directory for reading, because fchmod(2) refuses O_PATH descriptors */
	open = file_open_at(fd, ".", O_RDONLY | O_DIRECTORY, 0);
	if (open < 0)
		return open;
	return fchmod(open, mode) < 0 ? -errno : 0;
}

/* Creates the directory `base` in parent and records it in the log. Returns 0 or a negative
 * errno. */
static int make_dir(struct root *r, int parent, const char *base, mode_t mode)
{
	/* create the directory with its final mode, because a later chmod(2) could change another
	 * file */
	mode_t mask = umask(0);
	int rc = mkdirat(parent, base, mode) < 0 ? -errno : 0;

	umask(mask);
	if (rc == 0)
		rc = root_log_note(&r->log, parent, base, AT_REMOVEDIR);
	return rc < 0 ? rc : finish_dir(parent, base, mode);
}

/* Returns true if path in the new root is a directory. */
static bool is_dir(const struct root *r, const char *path)
{
	cleanup_fd int fd = root_open(r, path, 0, NULL);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

int root_make_dir(struct root *r, const char *path, mode_t mode, struct nserr *e)
{
	const char *base;
	cleanup_fd int parent = root_parent(r, path, ROOT_RESOLVE_DIR, &base, &r->log);
	int rc;

	if (parent < 0) {
		nserr_set(e, parent, "cannot create directory '%s' in the new root", path);
		root_explain_readonly(r, path, e);
		return parent;
	}
	rc = make_dir(r, parent, base, mode);
	if (rc == -ESTALE) {
		nserr_set(e, 0,
			  "directory '%s' in the new root is not the directory that was created",
			  path);
		if (getxattr(file_fd_path(parent).text, "system.posix_acl_default", NULL, 0) > 0)
			nserr_hint(e, "remove the default ACL of the parent directory");
		return rc;
	}
	if (rc == -EEXIST && is_dir(r, path))
		return 0; /* do not change an existing directory */
	if (rc < 0) {
		nserr_set(e, rc, "cannot create directory '%s' in the new root", path);
		root_explain_readonly(r, path, e);
	}
	return rc;
}

int root_make_symlink(struct root *r, const char *target, const char *path, struct nserr *e)
{
	cleanup_fd int parent = -1;
	const char *base;
	int rc;

	parent = root_parent(r, path, ROOT_RESOLVE_DIR, &base, &r->log);
	rc = parent < 0 ? parent : symlinkat(target, parent, base) < 0 ? -errno : 0;
	if (rc == -EEXIST) {
		char there[4096];
		ssize_t n = readlinkat(parent, base, there, sizeof(there) - 1);

		if (n >= 0 && (size_t)n == strlen(target) && !memcmp(there, target, (size_t)n))
			return 0;
	} else if (rc == 0) {
		rc = root_log_note(&r->log, parent, base, 0);
	}
	if (rc < 0) {
		nserr_set(e, rc, "cannot create symbolic link '%s' in the new root", path);
		root_explain_readonly(r, path, e);
	}
	return rc;
}

int root_make_file(struct root *r, const char *path, const char *text, size_t n,
		   const struct mntopt *o, struct nserr *e)
{
	cleanup_fd int fd = -1;
	struct stat st;
	char name[32];
	int dir = root_scratch(r, e), rc;

	if (dir < 0)
		return dir;
	snprintf(name, sizeof(name), "%u", r->nfiles++);
	fd = file_open_at(dir, name, O_RDWR | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return nserr_set(e, fd, "cannot create the contents of '%s'", path);
	rc = file_write_all(fd, text, n);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write the contents of '%s'", path);
	if (fchmod(fd, o->has_mode ? o->mode : 0644) < 0 || fstat(fd, &st) < 0)
		return nserr_set(e, errno, "cannot write the contents of '%s'", path);
	rc = root_place_bind(r, fd, path, o, e);
	if (rc >= 0)
		close(rc);
	return rc < 0 ? rc : 0;
}

/* clang-format off */
static const struct node { const char *name, *host; struct root_node id; } nodes[] = {
	{ "null",    "/dev/null",    { S_IFCHR, 1, 3 } },
	{ "zero",    "/dev/zero",    { S_IFCHR, 1, 5 } },
	{ "full",    "/dev/full",    { S_IFCHR, 1, 7 } },
	{ "random",  "/dev/random",  { S_IFCHR, 1, 8 } },
	{ "urandom", "/dev/urandom", { S_IFCHR, 1, 9 } },
	{ "tty",     "/dev/tty",     { S_IFCHR, 5, 0 } },
};
static const struct { const char *name, *target; } links[] = {
	{ "fd",     "/proc/self/fd" },
	{ "stdin",  "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
	{ "ptmx",   "pts/ptmx" },
};
/* clang-format on */

/* Creates an empty file on the tmpfs dev and bind mounts the caller's node on it. Returns 0, or a
 * negative errno with e set. */
static int bind_node(struct root *r, int dev, const char *dir, const struct node *n,
		     struct nserr *e)
{
	/* make the bind mount read-only, because chmod(2) through it would change the node of the
	 * host. The device can still be written. */
	static const struct mntopt plain = { .norec = true,
					     .nofollow = true,
					     .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						    MOUNT_ATTR_NOEXEC };
	struct root_place p;
	char path[4096];
	int host, rc;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, n->name) >= sizeof(path))
		return nserr_set(e, ENAMETOOLONG, "cannot create '%s/%s'", dir, n->name);
	host = root_open_node(n->host, &n->id, e);
	if (host < 0)
		return host;
	/* p.ours means that no other process can have changed the mount: the tmpfs is new, and no
	 * other process can reach a detached tree */
	p = (struct root_place){ .path = path, .ours = r->state == ROOT_DETACHED };
	p.fd = file_open_at(dev, n->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
	rc = p.fd < 0 ? nserr_set(e, p.fd, "cannot create '%s'", path)
		      : root_place_bind_on(r, host, &p, &plain, e);
	root_done(r, rc);
	root_done(r, p.fd);
	root_done(r, host);
	return rc < 0 ? rc : 0;
}

int root_make_dev(struct root *r, const char *path, const struct mntopt *o, struct nserr *e)
{
	int dev = root_place_mount(r, "tmpfs", path, o, e), rc = 0;

	if (dev < 0)
		return dev;
	for (size_t i = 0; i < ARRAY_SIZE(nodes) && rc == 0; i++)
		rc = bind_node(r, dev, path, &nodes[i], e);
	for (size_t i = 0; i < ARRAY_SIZE(links) && rc == 0; i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0)
			rc = nserr_set(e, errno, "cannot create '%s/%s'", path, links[i].name);
	root_done(r, dev);
	return rc;
}

/* Handles the error rc of a look-up. If the path is absent and `try` is set, records that it must
 * stay absent and returns 0. Otherwise returns rc, or another negative errno with e set. */
static int absent_is_fine(struct root *r, const struct root_place *p, int rc, bool try,
			  struct nserr *e)
{
	/* test p->fd instead of rc, because a call other than the look-up may have returned
	 * -ENOENT */
	if (p->fd != -ENOENT || !try)
		return rc;
	*e = NSERR_INIT;
	return root_mounts_note_absent(&r->mounts, p->path, e);
}

int root_make_readonly(struct root *r, const char *path, bool try, struct nserr *e)
{
	static const struct mntopt ro = { .set = MOUNT_ATTR_RDONLY };
	struct root_place p;
	int rc = root_place_find(r, path, &p, e);

	if (rc < 0)
		return absent_is_fine(r, &p, rc, try, e);
	if (p.fd < 0) {
		r->readonly = true;
		return 0;
	}
	if (p.mount)
		return root_protect(r, p.fd, path, e);
	/* the path is not a mount, so bind mount it on itself */
	rc = root_place_bind_on(r, p.fd, &p, &ro, e);
	root_done(r, rc);
	root_done(r, p.fd);
	return rc < 0 ? rc : 0;
}

/* Covers a file or directory with /dev/null or with an empty tmpfs. Returns a descriptor of the
 * mount, or a negative errno with e set. */
static int cover(struct root *r, const struct root_place *p, struct nserr *e)
{
	static const char *mode[] = { "mode=0555" };
	static const struct mntopt plain = { .norec = true,
					     .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						    MOUNT_ATTR_NOEXEC },
				   empty = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
						    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
					     .param = mode,
					     .n = ARRAY_SIZE(mode) };

	if (p->dir)
		return root_place_mount_on(r, "tmpfs", p, &empty, e);
	if (r->null < 0)
		r->null = root_open_node(nodes[0].host, &nodes[0].id, e);
	return r->null < 0 ? r->null : root_place_bind_on(r, r->null, p, &plain, e);
}

int root_make_mask(struct root *r, const char *path, bool try, struct nserr *e)
{
	struct root_place p;
	int rc = root_place_find(r, path, &p, e), mnt;

	if (rc < 0)
		return absent_is_fine(r, &p, rc, try, e);
	if (p.fd < 0)
		return nserr_set(e, 0, "cannot mask '/'");
	mnt = cover(r, &p, e);
	/* record the mount if it may cover a recorded mount */
	rc = mnt >= 0 && p.mount ? root_mounts_note(&r->mounts, path, mnt, e) : MIN(mnt, 0);
	root_done(r, mnt);
	root_done(r, p.fd);
	return rc;
}
