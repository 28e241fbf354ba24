// SPDX-License-Identifier: GPL-2.0-or-later
/* timeplan: making a time namespace as steps of a plan. */
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
	.what = "make a time namespace for what comes",
};

/* One write(2) of both lines: the kernel takes them together or not at all. Refused with EACCES
 * once a process has entered (time_namespaces(7)). */
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
	buf_adds(out, " seconds from the initial clock");
}

const struct plan_kind plan_time_write = {
	.name = "time-offsets",
	.call = "write(timens_offsets)",
	.run = run_write,
	.show = show_write,
};

/* setns(2) to one's own time_for_children moves a process with one thread at once; without it, it
 * would be there after a fork, or from 6.2 on after exec. */
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
