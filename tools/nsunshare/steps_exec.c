// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the last steps: credentials, descriptors and the execution of the program. */
#include "nsunshare.h"
#include "run/exec.h"

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return r->shell ? exec_file(r->shell, r->argv, e) : exec_program(r->argv, e);
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_adds(out, "execute");
	if (r->shell)
		buf_printf(out, " %s as", r->shell);
	for (char **a = r->argv; *a; a++)
		buf_printf(out, " %s", *a);
}

static const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.run = run_exec,
	.show = show_exec,
	.brief = true,
};

void build_exec(struct run *r, struct plan *p, enum plan_actor self, struct supervise *s,
		struct handle *h)
{
	cred_plan(&r->cred, p, self);
	if (s)
		supervise_plan(s, p, self);
	handle_plan_exec(h, p, self, r->shell ? r->shell : r->argv[0]);
	cred_plan_last(&r->cred, p, self);
	plan_add(p, self, &step_exec, NULL, 0);
}
