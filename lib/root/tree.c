// SPDX-License-Identifier: GPL-2.0-or-later
/* tree: completes and removes a root, and creates detached mounts for it. */
#include "root/tree.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "root/libmount.h"
#include "root/lookup.h"
#include "root/remount.h"

#define DONE_MAX  512  /* highest descriptor that may stay open: half of the usual RLIMIT_NOFILE */
#define STACK_MAX 1000 /* maximum number of mounts that are stacked on one directory */

int root_clone(int src, unsigned rec, uint64_t set, uint64_t clr, unsigned long propagation)
{
	const unsigned flags = OPEN_TREE_CLONE | AT_EMPTY_PATH | rec;
	cleanup_fd int mnt = sys_open_tree(src, "", flags), again = -1;
	int rc;

	if (mnt == -EINVAL) {
		if (sys_mount_setattr(src, "", AT_EMPTY_PATH | rec, set, clr, propagation, -1) == 0)
			return fcntl(src, F_DUPFD_CLOEXEC, 3);
		again = root_reopen(src);
		mnt = again < 0 ? again : sys_open_tree(again, "", flags);
	}
	if (mnt < 0)
		return mnt;
	/* a clone is in the peer group of its original, so make it private or a slave before
	 * anything is mounted on it */
	rc = sys_mount_setattr(mnt, "", AT_EMPTY_PATH | rec, set, clr, propagation, -1);
	return rc < 0 ? rc : TAKE_FD(mnt);
}

/* Sets the hint of e to the kernel's message about a file system that could not be created. The
 * message is a line such as "e tmpfs: Bad value …". */
static void explain_fs(int fs, struct nserr *e)
{
	char text[256];
	ssize_t n = read(fs, text, sizeof(text) - 1);

	if (n <= 2)
		return;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	nserr_hint(e, "the kernel reports: %s", text + 2);
}

/* Sets the options of a new file system and creates it. Returns 0 or a negative errno. */
static int configure(int fs, const char *type, const struct mntopt *o)
{
	/* set the source of the mount, which mountinfo shows, because the default is "none" */
	int rc = sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type, 0);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < o->n; i++) {
		const char *eq = strchr(o->param[i], '=');
		char key[256]; /* the longest key that fsconfig(2) accepts */

		if (eq) {
			snprintf(key, sizeof(key), "%.*s", (int)(eq - o->param[i]), o->param[i]);
			rc = sys_fsconfig(fs, FSCONFIG_SET_STRING, key, eq + 1, 0);
		} else {
			rc = sys_fsconfig(fs, FSCONFIG_SET_FLAG, o->param[i], NULL, 0);
		}
		if (rc < 0)
			return rc;
	}
	return sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

uint64_t root_attributes(const struct root *r, const struct mntopt *o)
{
	return o->set | (r->nodev && !(o->clr & MOUNT_ATTR_NODEV) ? MOUNT_ATTR_NODEV : 0);
}

int root_left_open(void)
{
	struct rlimit max;

	return getrlimit(RLIMIT_NOFILE, &max) < 0 ? 0 : (int)MIN(max.rlim_cur / 2, DONE_MAX);
}

void root_done(const struct root *r, int fd)
{
	/* close the descriptor if many descriptors are open, because the process could reach its
	 * limit */
	if (fd >= 0 && fd >= r->left_open)
		close(fd);
}

int root_new_fs(const struct root *r, const char *type, const struct mntopt *o, struct nserr *e)
{
	int fs = sys_fsopen(type), rc, mnt;

	if (fs < 0) {
		nserr_set(e, fs, "cannot create a file system of type '%s'", type);
		if (fs == -ENODEV)
			nserr_hint(e,
				   "see /proc/filesystems for the types that this kernel supports");
		else if (fs == -EPERM)
			libmount_explain(type, e);
		return fs;
	}
	rc = configure(fs, type, o);
	mnt = rc < 0 ? rc : sys_fsmount(fs, (unsigned)o->set);
	if (mnt < 0) {
		nserr_set(e, mnt, "cannot mount %s", type);
		explain_fs(fs, e);
		if (mnt == -EPERM)
			libmount_explain(type, e);
	}
	root_done(r, fs);
	return mnt;
}

bool root_in_userns(void)
{
	return sys_ns_in_userns() > 0;
}

static const struct mntopt read_only = { .set = MOUNT_ATTR_RDONLY },
			   read_only_alone = { .set = MOUNT_ATTR_RDONLY, .norec = true };

int root_protect(struct root *r, int fd, const char *path, struct nserr *e)
{
	int rc = r->ops->setattr(fd, &read_only, e), *more;

	/* in a detached tree, mount_setattr(2) only changes the root mount; root_finish() changes
	 * the other mounts */
	if (rc == -EINVAL && r->state == ROOT_DETACHED)
		rc = 0;
	more = rc < 0 ? NULL : reallocarray(r->protected, r->nprotected + 1, sizeof(*more));
	if (more) {
		r->protected = more;
		r->protected[r->nprotected++] = fd;
		return 0;
	}
	close(fd);
	if (rc == 0)
		return nserr_set(e, ENOMEM, "cannot make '%s' read-only", path);
	nserr_prefix(e, "cannot make '%s' read-only", path);
	return rc;
}

/*
 * Makes "/" a slave mount, because pivot_root(2) refuses a shared old root and a shared parent of
 * the new root. Unmounting a slave does not propagate. Returns 0, or a negative errno with e set.
 */
static int make_slave(struct nserr *e)
{
	int rc = sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);

	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot make the old root a slave mount");
	if (rc == -EINVAL)
		nserr_hint(e, "run nspivot outside of the chroot: / is not a mount point here");
	return rc;
}

int root_attach(struct root *r, bool early, struct nserr *e)
{
	int rc;

	if (r->state != ROOT_DETACHED)
		return 0;
	rc = make_slave(e);
	if (rc < 0)
		return rc;
	if (early) {
		/* this kernel cannot bind mount from a detached mount, so mount the tmpfs for files
		 * on the old root, below the new root */
		rc = root_scratch(r, e);
		if (rc < 0)
			return rc;
		rc = sys_move_mount(r->files, "", r->old, "", SYS_FD_TO_FD);
		r->files_attached = rc == 0;
	}
	if (rc >= 0)
		rc = sys_move_mount(r->fd, "", r->old, "", SYS_FD_TO_FD);
	if (rc < 0) {
		nserr_set(e, rc, "cannot attach the new root");
		root_explain_space(rc, e);
		return rc;
	}
	r->state = ROOT_ATTACHED;
	return 0;
}

int root_finish(struct root *r, struct nserr *e)
{
	int rc = root_mounts_check(&r->mounts, r->fd, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->nprotected; i++) {
		rc = r->ops->setattr(r->protected[i], &read_only, e);
		if (rc < 0) {
			nserr_prefix(e, "cannot make a part of the new root read-only");
			return rc;
		}
	}
	if (!r->readonly)
		return 0;
	rc = r->ops->setattr(r->fd, &read_only_alone, e);
	if (rc < 0)
		nserr_prefix(e, "cannot make the new root read-only");
	return rc;
}

int root_detach(int fd)
{
	int rc = fchdir(fd) < 0 ? -errno : 0, calls = 0;

	/* Detach the mounts of the stack one by one, because "." is the topmost mount. umount2(2)
	 * fails with EINVAL when all mounts of the stack are detached. */
	for (; rc == 0 && calls < STACK_MAX; calls++)
		rc = sys_umount(".", MNT_DETACH);
	if (rc == 0)
		return -EBUSY;
	return rc == -EINVAL && calls > 1 ? 0 : rc;
}

/* Detaches a mount unless fd is negative. */
static void undo_mount(int fd)
{
	if (fd >= 0)
		(void)!root_detach(fd);
}

int root_scratch(struct root *r, struct nserr *e)
{
	static const char *mode[] = { "mode=0755" };
	static const struct mntopt o = { .set = MOUNT_ATTR_NODEV, .param = mode, .n = 1 };

	if (r->files < 0)
		r->files = root_new_fs(r, "tmpfs", &o, e);
	return r->files;
}

int root_move_old(struct root *r, int put, struct nserr *e)
{
	/* the old root may be covered by the tmpfs for files, and by a root that an overlay has
	 * replaced */
	int rc = r->files_attached ? root_detach(r->files) : 0;

	if (rc == 0 && fchdir(put) < 0)
		rc = -errno;
	if (rc < 0)
		return nserr_set(e, rc, "cannot move the old root");
	rc = r->ops->move_old(r->old, put);
	return rc < 0 ? nserr_set(e, rc, "cannot move the old root") : 0;
}

void root_close(struct root *r)
{
	util_close(&r->fd);
	util_close(&r->old);
	util_close(&r->files);
	util_close(&r->null);
	r->fd = r->old = r->files = r->null = -1;
	while (r->nprotected > 0)
		close(r->protected[--r->nprotected]);
	free(r->protected);
	r->protected = NULL;
	root_mounts_forget(&r->mounts);
	root_log_forget(&r->log);
}

void root_undo(struct root *r)
{
	/* undo the mounts first and then their mount points; make read-only mounts writable before
	 * this, because mount points cannot be removed from read-only mounts */
	for (size_t i = 0; i < r->nprotected; i++)
		root_remount_writable(r->protected[i]);
	if (r->readonly)
		root_remount_writable(r->fd);
	if (r->state == ROOT_ATTACHED)
		undo_mount(r->fd);
	if (r->files_attached)
		undo_mount(r->files);
	root_log_undo(&r->log, r->state == ROOT_PIVOTED);
	root_close(r);
}
