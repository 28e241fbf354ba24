// SPDX-License-Identifier: GPL-2.0-or-later
/* plan: collects the steps of a tool in an array and prints it for --explain. */
#include "run/plan.h"

#include "base/str.h"
#include "kernel/sys_filter.h"

void plan_add(struct plan *p, enum plan_actor actor, const struct plan_kind *kind, const void *arg,
	      uint64_t num)
{
	if (p->err)
		return;
	if (!p->steps) {
		p->steps = p->first;
		p->size = ARRAY_SIZE(p->first);
	}
	if (p->n == p->size) {
		struct plan_step *own = p->steps == p->first ? NULL : p->steps;
		struct plan_step *steps = reallocarray(own, 2 * p->size, sizeof(*steps));

		if (!steps) {
			p->err = -ENOMEM;
			return;
		}
		if (!own)
			memcpy(steps, p->first, sizeof(p->first));
		p->steps = steps;
		p->size *= 2;
	}
	p->steps[p->n++] = (struct plan_step){ kind, actor, arg, num };
}

void plan_free(struct plan *p)
{
	if (p->steps != p->first)
		free(p->steps);
	*p = PLAN_INIT;
}

static void show_what(const struct plan_step *s, struct buf *out)
{
	const char *what = s->kind->what ? s->kind->what : s->kind->name;
	size_t n = strcspn(what, "%");

	buf_add(out, what, n);
	if (what[n] == '%') {
		buf_adds(out, s->arg);
		buf_adds(out, what + n + 2);
	}
}

void plan_explain(const struct plan *p, const void *ctx, struct buf *out)
{
	static const char *const actors[PLAN_ACTORS] = { "caller", "helper", "child" };

	for (size_t i = 0; i < p->n; i++) {
		const struct plan_step *s = &p->steps[i];
		cleanup_buf struct buf what = BUF_INIT;
		cleanup_free char *safe = NULL;

		if (s->kind->show)
			s->kind->show(ctx, s, &what);
		else
			show_what(s, &what);
		/* escape newlines in names and arguments, because each line must be one step */
		safe = str_escape_dup(what.s, what.len);
		if (what.err || !safe)
			out->err = -ENOMEM;
		buf_printf(out, "%2zu %-6s %s: %s\n", i + 1, actors[s->actor], safe, s->kind->call);
	}
}

int plan_run_step(const struct plan *p, size_t i, void *ctx, struct nserr *e)
{
	const struct plan_kind *kind = p->steps[i].kind;
	int rc = kind->run(ctx, &p->steps[i], e);

	if (rc < 0 && e->what[0] == '\0')
		nserr_set(e, rc, "%s failed", kind->call);
	if (rc < 0)
		sys_filter_explain(kind->call, e);
	return rc;
}
