// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_time: runs and explains the steps that create a time namespace. */
#include "run/plan_time.h"

#include "base/file.h"

static int run_unshare(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return timens_unshare(e);
}

const struct plan_kind plan_time_unshare = {
	.name = "time-namespace",
	.call = "unshare(CLONE_NEWTIME)",
	.run = run_unshare,
	.what = "create a time namespace for the children",
};

/* Writes the offsets of both clocks with one write(2), because the kernel accepts both or none.
 * After a process has entered the namespace, the kernel refuses them with EACCES
 * (time_namespaces(7)). */
static int run_write(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_fd int self = -1;

	(void)ctx;
	if (s->num)
		return timens_write((int)s->num, s->arg, e);
	self = file_open_self(e);
	return self < 0 ? self : timens_write(self, s->arg, e);
}

static void show_write(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct timens *t = s->arg;
	const char *sep = "";

	(void)ctx;
	buf_adds(out, "move ");
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		if (!t->set[c])
			continue;
		buf_printf(out, "%s%s by ", sep, timens_names[c]);
		timens_add_seconds(out, t->off[c], true);
		sep = ", ";
	}
	buf_adds(out, " seconds relative to the initial clock");
}

const struct plan_kind plan_time_write = {
	.name = "time-offsets",
	.call = "write(timens_offsets)",
	.run = run_write,
	.show = show_write,
};

/* setns(2) with the process's own ns/time_for_children moves a single-threaded process at once.
 * Without this call, only a process that it forks would be in the namespace and, since Linux 6.2,
 * the process itself after its next exec. */
static int run_enter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return timens_enter(e);
}

const struct plan_kind plan_time_enter = {
	.name = "enter-time",
	.call = "setns(time_for_children)",
	.run = run_enter,
	.what = "enter the time namespace",
};
