// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: defines the steps except those of the verbs. */
#include <fcntl.h>
#include <stdio.h>

#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "nspivot.h"
#include "root/begin.h"
#include "root/pivot.h"
#include "root/place.h"
#include "root/switch_root.h"

static int run_check_ns(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return root_pivot_check_ns(e);
}

static int run_check_move(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return root_switch_check(e);
}

static int run_begin(void *ctx, const struct plan_step *s, struct nserr *e)
{
	static const char *mode[] = { "mode=0755" };
	static const struct mntopt o = { .set = MOUNT_ATTR_NODEV, .param = mode, .n = 1 };
	struct run *r = ctx;
	int dir, rc;

	(void)s;
	r->root.nodev = r->o->nodev;
	r->root.propagation = r->o->propagation == MS_SLAVE ? MS_SLAVE : MS_PRIVATE;
	r->root.left_open = root_left_open();
	if (r->o->host_root) {
		rc = root_begin_tmpfs(&r->root, &o, r->o->readonly, e);
		if (rc == 0)
			rc = hostroot_fill(&r->root, e);
	} else {
		dir = source_open(r->o->newroot, O_PATH | O_DIRECTORY, e);
		if (dir < 0 && e->errnum)
			nserr_set(e, dir, "cannot open the new root '%s'", r->o->newroot);
		if (dir == -ENOTDIR)
			nserr_hint(
				e,
				"specify a directory as the new root, which is the first argument "
				"after the options");
		rc = dir < 0 ? dir : root_begin(&r->root, dir, r->o->readonly, e);
		root_done(&r->root, dir);
	}
	/* root_begin() with mount(2) may fail after it has attached a part of the tree */
	if (rc < 0)
		root_undo(&r->root);
	return rc;
}

static void undo_begin(void *ctx, const struct plan_step *s)
{
	struct run *r = ctx;

	(void)s;
	root_undo(&r->root);
}

static void show_begin(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	if (r->o->host_root)
		buf_adds(out, "bind the directories of / read-only on a tmpfs");
	else
		buf_printf(out, "clone '%s' with all its mounts", r->o->newroot);
	buf_printf(out, "%s%s", r->o->nodev ? ", all mounts nodev" : "",
		   r->o->readonly ? ", read-only at the end" : "");
}

static int run_processes(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	return root_pivot_check_processes(&r->root, e);
}

/* Checks that the new root contains the program. For a shell, checks /bin/sh. */
static int run_program(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	const char *cwd = r->o->chdir ? r->o->chdir : "/";
	struct nserr unused;
	int rc;

	(void)s;
	rc = root_pivot_check_program(&r->root, cwd, program_name(&r->program), e);
	if (rc == 0 || r->o->argv)
		return rc;
	return root_pivot_check_program(&r->root, cwd, "/bin/sh", &unused) < 0 ? rc : 0;
}

static int run_pivot(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	const char *put_old = r->o->put_old ? root_place_plain(r->o->put_old) : NULL;

	(void)s;
	return r->o->move_root ? root_switch(&r->root, e) : root_pivot(&r->root, put_old, e);
}

static void show_pivot(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	if (r->o->move_root)
		buf_adds(out, "move the new root over the initramfs and remove its files");
	else if (r->o->put_old)
		buf_printf(out, "pivot and move the old root to '%s'", r->o->put_old);
	else
		buf_adds(out, "pivot, detach the old root and verify that it is gone");
}

static int run_propagation(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int rc = sys_mount(NULL, "/", NULL, (unsigned long)s->num, NULL);

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set the propagation of the new root") : 0;
}

static void show_propagation(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "make / %s", s->num == MS_SHARED ? "shared" : "unbindable");
}

static int run_std_fds(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return root_pivot_std_fds(e);
}

static int run_chdir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	(void)s;
	return chdir(r->o->chdir) < 0
		       ? nserr_set(e, errno, "cannot change the working directory to '%s'",
				   r->o->chdir)
		       : 0;
}

static void show_chdir(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "change the working directory to '%s'",
		   ((const struct run *)ctx)->o->chdir);
}

/* Clears the ambient and inheritable capabilities, because the program must not inherit those of a
 * caller that has a mapped user id other than 0. */
static int run_ambient(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct sys_caps caps;
	int rc = sys_cap_clear_ambient();

	(void)ctx, (void)s;
	if (rc == -EINVAL)
		return 0; /* before Linux 4.3 there are no ambient capabilities */
	if (rc == 0)
		rc = sys_cap_get(&caps);
	if (rc == 0 && caps.inheritable) {
		caps.inheritable = 0;
		rc = sys_cap_set(&caps);
	}
	return rc < 0 ? nserr_set(e, rc, "cannot clear the inheritable and ambient capabilities")
		      : 0;
}

/* clang-format off */
const struct plan_kind
	step_check_ns   = { "verify that this is not the machine's mount namespace", "stat(/proc/self/ns/mnt)", run_check_ns },
	step_check_move  = { "verify that / is an initramfs", "statfs(2)", run_check_move },
	step_begin      = { "create the new root", "open_tree(2), mount_setattr(2)", run_begin, undo_begin, show_begin },
	step_processes  = { "verify that no visible process can reach the old root", "stat(/proc/PID/{root,cwd})", run_processes },
	step_program    = { "verify that the new root contains the program", "openat2(2), fstat(2)", run_program },
	step_pivot      = { "pivot", "move_mount(2), pivot_root(2), umount2(2)", run_pivot, NULL, show_pivot },
	step_put_old    = { "pivot", "move_mount(2), pivot_root(2)", run_pivot, NULL, show_pivot },
	step_switch     = { "pivot", "move_mount(2), chroot(2), unlinkat(2)", run_pivot, NULL, show_pivot },
	/* pivot_root(2) refuses a put_old on a shared mount, so the propagation changes after the pivot */
	step_propagation = { "propagation", "mount(2)", run_propagation, NULL, show_propagation },
	step_std_fds    = { "replace the old root's /dev/null on descriptors 0 to 2", "fstat(2), dup2(2)", run_std_fds },
	step_chdir      = { "chdir", "chdir(2)", run_chdir, NULL, show_chdir },
	step_ambient    = { "clear the inheritable and ambient capabilities", "prctl(PR_CAP_AMBIENT), capset(2)", run_ambient };
/* clang-format on */
