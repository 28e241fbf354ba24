// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the steps that change mounts, the root and the working directory inside the
 * new namespaces. */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "nsunshare.h"
#include "root/libmount.h"
#include "run/cause.h"

#define FLAGS_OF_PROC (MS_NOSUID | MS_NOEXEC | MS_NODEV)

static int run_propagation(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_mount("none", "/", "", s->num, NULL);

	(void)ctx;
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot change the propagation of /");
	if (rc == -EINVAL)
		nserr_hint(
			e,
			"use --propagation=unchanged, because / is not a mount point in a chroot");
	return rc;
}

static void show_propagation(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "make all mounts %s",
		   s->num & MS_SHARED  ? "shared"
		   : s->num & MS_SLAVE ? "slaves"
				       : "private");
}

/* Changes the propagation of all mounts, because a mount that was copied to the new mount namespace
 * is in the peer group of its original (mount_namespaces(7)). */
const struct plan_kind step_propagation = {
	.name = "propagation",
	.call = "mount(2) MS_REC",
	.run = run_propagation,
	.show = show_propagation,
	.brief = true,
};

static int run_root(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;

	(void)ctx;
	if (chroot(dir) == 0 && chdir("/") == 0)
		return 0;
	nserr_set(e, errno, "cannot change the root directory to '%s'", dir);
	cause_search(dir, e);
	return -e->errnum;
}

const struct plan_kind step_root = {
	.name = "root",
	.call = "chroot(2), chdir(2)",
	.run = run_root,
	.what = "change the root directory to '%s'",
};

static int run_wd(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;

	(void)ctx;
	if (chdir(dir) == 0)
		return 0;
	nserr_set(e, errno, "cannot change the working directory to '%s'", dir);
	cause_search(dir, e);
	return -e->errnum;
}

const struct plan_kind step_wd = {
	.name = "wd",
	.call = "chdir(2)",
	.run = run_wd,
	.what = "change the working directory to '%s'",
};

/*
 * Mounts a proc file system. It shows the pid namespace of the process that mounts it
 * (pid_namespaces(7)). If the mounts in the new mount namespace are not private (s->num), first
 * makes the mount on the directory private; otherwise the new mount would propagate to the outside.
 */
static int run_mount_proc(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	const char *dir = s->arg;
	int rc = s->num ? sys_mount("none", dir, "", MS_PRIVATE | MS_REC, NULL) : 0;

	/* as in unshare(1), ignore EINVAL, which means that the directory is not a mount point */
	if (rc < 0 && rc != -EINVAL)
		return nserr_set(e, rc, "cannot make '%s' private", dir);
	rc = sys_mount("proc", dir, "proc", FLAGS_OF_PROC, NULL);
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot mount proc on '%s'", dir);
	/*
	 * This process is not in the new pid namespace, because unshare(2) moves only its children
	 * there. Therefore this process has no privilege to mount a proc file system, which would
	 * show its own pid namespace.
	 */
	if (rc == -EPERM && r->o->no_fork && (r->o->types & CLONE_NEWPID) &&
	    (r->o->types & CLONE_NEWUSER))
		nserr_hint(e, "omit --no-fork, because only a process in the new pid namespace can "
			      "mount proc for this namespace");
	else if (rc == -EPERM)
		libmount_explain("proc", e);
	cause_search(dir, e);
	return rc;
}

const struct plan_kind step_mount_proc = {
	.name = "mount-proc",
	.call = "mount(2)",
	.run = run_mount_proc,
	.what = "mount proc on '%s'",
	.brief = true,
};

/* Mounts binfmt_misc. Since Linux 6.7 each user namespace has its own instance. */
static int run_mount_binfmt(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dir = s->arg;
	int rc = sys_mount("binfmt_misc", dir, "binfmt_misc", FLAGS_OF_PROC, NULL);
	unsigned major, minor;
	struct utsname uts;

	(void)ctx;
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot mount binfmt_misc on '%s'", dir);
	if (rc == -EPERM && uname(&uts) == 0 && sscanf(uts.release, "%u.%u", &major, &minor) == 2 &&
	    (major < 6 || (major == 6 && minor < 7)))
		nserr_hint(e, "use Linux 6.7 or later for binfmt_misc in a user namespace");
	else if (rc == -ENODEV)
		nserr_hint(e, "load the kernel module with 'modprobe binfmt_misc'");
	return rc;
}

const struct plan_kind step_mount_binfmt = {
	.name = "mount-binfmt",
	.call = "mount(2)",
	.run = run_mount_binfmt,
	.what = "mount binfmt_misc on '%s'",
};

/*
 * Writes the definition to the register file of binfmt_misc. With --root, the owner of the root
 * directory can make the path lead to another file, so this function writes only to a file on a
 * binfmt_misc file system. Returns 0 or a negative errno.
 */
static int register_with(const char *path, const char *definition)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct statfs fs;

	if (fd < 0)
		return fd;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != BINFMTFS_MAGIC)
		return -ENODEV;
	return file_write_all(fd, definition, strlen(definition));
}

static int run_interpreter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	const char *dir = s->num ? BINFMT_DIR : r->o->mount_binfmt, *definition = s->arg;
	char path[4096];
	uint32_t root;
	int rc;

	snprintf(path, sizeof(path), "%s/register", dir);
	rc = register_with(path, definition);
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot register the interpreter '%s'", definition);
	if (rc == -EINVAL)
		nserr_hint(
			e,
			"write the definition as :name:type:offset:magic:mask:interpreter:flags");
	else if (rc == -EACCES && idmap_to_outside(&r->maps.map[IDMAP_UID], 0, &root) < 0)
		nserr_hint(e,
			   "map user 0 with -r, because only user 0 can register an interpreter");
	return rc;
}

const struct plan_kind step_interpreter = {
	.name = "interpreter",
	.call = "write(register)",
	.run = run_interpreter,
	.what = "register the interpreter '%s'",
};
