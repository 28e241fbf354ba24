// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: the steps around the verbs, and the order of all. */
#include <fcntl.h>
#include <stdio.h>

#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "nspivot.h"
#include "root/pivot.h"
#include "root/switch_root.h"
#include "run/exec.h"

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
	struct request *q = ctx;
	int dir, rc;

	(void)s;
	q->root.nodev = q->nodev;
	if (q->host_root) {
		rc = root_begin_tmpfs(&q->root, &o, q->readonly, e);
		if (rc == 0)
			rc = hostroot_fill(&q->root, e);
	} else {
		dir = source_open(q->newroot, O_PATH | O_DIRECTORY, e);
		rc = dir < 0 ? dir : root_begin(&q->root, dir, q->readonly, e);
		root_done(&q->root, dir);
	}
	/* by mount(2) a part of it may be there already */
	if (rc < 0)
		root_undo(&q->root);
	return rc;
}

static void undo_begin(void *ctx, const struct plan_step *s)
{
	struct request *q = ctx;

	(void)s;
	root_undo(&q->root);
}

static void show_begin(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct request *q = ctx;

	(void)s;
	if (q->host_root)
		buf_adds(out, "bind the directories of / read-only on a tmpfs");
	else
		buf_printf(out, "clone %s with all its mounts", q->newroot);
	buf_printf(out, "%s%s", q->nodev ? ", all mounts nodev" : "",
		   q->readonly ? ", read-only at the end" : "");
}

static int run_processes(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return root_pivot_check_processes(&q->root, e);
}

/* What is not there fails while everything can still be taken back, capabilities to do so not yet
 * dropped. */
static int run_program(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct request *q = ctx;
	const char *cwd = q->chdir ? q->chdir : "/", *path;
	struct nserr unused;
	char *shell[2];
	int rc;

	(void)s;
	if (q->argv)
		return root_pivot_check_program(&q->root, cwd, q->argv[0], e);
	exec_shell(false, &path, shell);
	rc = root_pivot_check_program(&q->root, cwd, path, e);
	return rc < 0 && root_pivot_check_program(&q->root, cwd, "/bin/sh", &unused) < 0 ? rc : 0;
}

static int run_pivot(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return q->move_root ? root_switch(&q->root, e) : root_pivot(&q->root, q->put_old, e);
}

static void show_pivot(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct request *q = ctx;

	(void)s;
	if (q->move_root)
		buf_adds(out, "move the new root over the initramfs and remove its files");
	else if (q->put_old)
		buf_printf(out, "pivot and move the old root to %s", q->put_old);
	else
		buf_adds(out, "pivot, detach the old root and verify that it is gone");
}

static int run_std_fds(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return root_pivot_std_fds(e);
}

static int run_chdir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return chdir(q->chdir) < 0
		       ? nserr_set(e, errno, "cannot change the working directory to '%s'",
				   q->chdir)
		       : 0;
}

static void show_chdir(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "change the working directory to %s", ((const struct request *)ctx)->chdir);
}

/* A mapped id that is not 0 did its work by ambient capabilities: they are not the program's. */
static int run_ambient(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct sys_caps caps;
	int rc = sys_cap_clear_ambient();

	(void)ctx, (void)s;
	if (rc == -EINVAL)
		return 0; /* before 4.3 there are none */
	if (rc == 0)
		rc = sys_cap_get(&caps);
	if (rc == 0 && caps.inheritable) {
		caps.inheritable = 0;
		rc = sys_cap_set(&caps);
	}
	return rc < 0 ? nserr_set(e, rc, "cannot clear the inheritable and ambient capabilities")
		      : 0;
}

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;
	char *shell[2];
	const char *path;
	int rc;

	(void)s;
	if (q->argv)
		return exec_program(q->argv, e);
	exec_shell(false, &path, shell);
	rc = exec_file(path, shell, e);
	execl("/bin/sh", "-sh", (char *)NULL);
	return rc;
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct request *q = ctx;

	(void)s;
	buf_adds(out, "execute");
	if (!q->argv)
		buf_adds(out, " a shell");
	for (char **word = q->argv; word && *word; word++)
		buf_printf(out, " %s", *word);
}

/* clang-format off */
static const struct plan_kind
	check_ns  = { "verify that this is not the machine's mount namespace", "stat(/proc/self/ns/mnt)", run_check_ns },
	check_move = { "verify that / is an initramfs", "statfs(2)", run_check_move },
	begin     = { "create the new root", "open_tree(2), mount_setattr(2)", run_begin, undo_begin, show_begin },
	processes = { "verify that no visible process can reach the old root", "stat(/proc/PID/{root,cwd})", run_processes },
	program   = { "verify that the new root contains the program", "openat2(2), fstat(2)", run_program },
	pivot     = { "pivot", "move_mount(2), pivot_root(2), umount2(2)", run_pivot, NULL, show_pivot },
	std_fds   = { "replace the old root's /dev/null on descriptors 0-2", "fstat(2), dup2(2)", run_std_fds },
	change    = { "chdir", "chdir(2)", run_chdir, NULL, show_chdir },
	ambient   = { "clear the inheritable and ambient capabilities", "prctl(PR_CAP_AMBIENT), capset(2)", run_ambient },
	execute   = { "execute", "execve(2)", run_exec, NULL, show_exec };
/* clang-format on */

void steps_add(struct request *q, struct plan *p)
{
	bool own_path;

	if (q->move_root)
		plan_add(p, PLAN_CALLER, &check_move, NULL, 0);
	else if (!q->force)
		plan_add(p, PLAN_CALLER, &check_ns, NULL, 0);
	handle_plan_wait(&q->handle, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &begin, NULL, 0);
	for (size_t i = 0; i < q->n; i++)
		plan_add(p, PLAN_CALLER, &q->op[i].verb->kind, &q->op[i], 0);
	if (!q->force && !q->move_root && !q->put_old && !q->of_host)
		plan_add(p, PLAN_CALLER, &processes, NULL, 0);
	/* the PATH of a changed environment is not this one, and the old root is not in place yet
	 */
	own_path = !q->cred.clear_env && q->cred.nenv == 0;
	if (!q->put_old && (!q->argv || strchr(q->argv[0], '/') || own_path))
		plan_add(p, PLAN_CALLER, &program, NULL, 0);
	plan_add(p, PLAN_CALLER, &pivot, NULL, 0);
	plan_add(p, PLAN_CALLER, &std_fds, NULL, 0);
	if (q->chdir)
		plan_add(p, PLAN_CALLER, &change, NULL, 0);
	if (!q->caps_kept && !q->cred.limit_caps)
		plan_add(p, PLAN_CALLER, &ambient, NULL, 0);
	cred_plan(&q->cred, p, PLAN_CALLER);
	handle_plan_exec(&q->handle, p, PLAN_CALLER, q->argv ? q->argv[0] : "/bin/sh");
	cred_plan_last(&q->cred, p, PLAN_CALLER);
	plan_add(p, PLAN_CALLER, &execute, NULL, 0);
}
