// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: the steps around the verbs, and the order of all. */
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>

#include "nspivot.h"
#include "rootpivot.h"
#include "spawn.h"

static int run_check_ns(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return rootpivot_check_ns(e);
}

static int run_begin(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;
	cleanup_fd int dir = source_open(q->newroot, O_PATH | O_DIRECTORY, e);

	(void)s;
	if (dir < 0)
		return dir;
	return rootfs_begin(&q->root, dir, q->readonly, e);
}

static void undo_begin(void *ctx, const struct plan_step *s)
{
	struct request *q = ctx;

	(void)s;
	rootfs_undo(&q->root);
}

static void show_begin(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct request *q = ctx;

	(void)s;
	buf_printf(out, "begin with %s%s", q->newroot, q->readonly ? ", read-only in the end" : "");
}

static int run_processes(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return rootpivot_check_processes(&q->root, e);
}

static int run_pivot(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return rootpivot_pivot(&q->root, q->put_old, e);
}

static void show_pivot(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct request *q = ctx;

	(void)s;
	if (q->put_old)
		buf_printf(out, "pivot, the old root to %s", q->put_old);
	else
		buf_adds(out, "pivot, detach the old root and verify that it is gone");
}

static int run_std_fds(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	return rootpivot_std_fds(e);
}

static int run_chdir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;

	(void)s;
	return chdir(q->chdir) < 0 ? nserr_set(e, errno, "cannot change to %s", q->chdir) : 0;
}

static void show_chdir(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "change to %s", ((const struct request *)ctx)->chdir);
}

static int run_close(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx, (void)s;
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return nserr_set(e, errno, "cannot close descriptors");
	return 0;
}

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct request *q = ctx;
	char *shell[2];
	const char *path;

	(void)s;
	if (q->argv)
		return spawn_exec(q->argv, e);
	spawn_shell(&path, shell);
	execv(path, shell);
	execl("/bin/sh", "-sh", (char *)NULL);
	nserr_set(e, errno, "cannot execute %s", path);
	e->status = 127;
	return -ENOENT;
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
	begin     = { "begin", "open_tree(2), mount_setattr(2)", run_begin, undo_begin, show_begin },
	processes = { "verify that no process keeps the old root within reach", "stat(/proc/PID/{root,cwd})", run_processes },
	pivot     = { "pivot", "move_mount(2), pivot_root(2), umount2(2)", run_pivot, NULL, show_pivot },
	std_fds   = { "the new /dev/null on descriptors 0-2 that are the old one's", "fstat(2), dup2(2)", run_std_fds },
	change    = { "chdir", "chdir(2)", run_chdir, NULL, show_chdir },
	close_fds = { "close descriptors from 3 on", "close_range(2)", run_close },
	execute   = { "execute", "execve(2)", run_exec, NULL, show_exec };
/* clang-format on */

void steps_add(const struct request *q, struct plan *p)
{
	if (!q->force)
		plan_add(p, PLAN_CALLER, &check_ns, NULL, 0);
	plan_add(p, PLAN_CALLER, &begin, NULL, 0);
	for (size_t i = 0; i < q->n; i++)
		plan_add(p, PLAN_CALLER, &q->op[i].verb->kind, &q->op[i], 0);
	if (!q->force)
		plan_add(p, PLAN_CALLER, &processes, NULL, 0);
	plan_add(p, PLAN_CALLER, &pivot, NULL, 0);
	plan_add(p, PLAN_CALLER, &std_fds, NULL, 0);
	if (q->chdir)
		plan_add(p, PLAN_CALLER, &change, NULL, 0);
	plan_add(p, PLAN_CALLER, &close_fds, NULL, 0);
	plan_add(p, PLAN_CALLER, &execute, NULL, 0);
}
