// SPDX-License-Identifier: GPL-2.0-or-later
/* plan: the order across processes, and that a fault at any step undoes what had been done. */
#include "plan.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "unit.h"

struct trace {
	char text[128]; /* in shared memory: what ran, in its order */
	size_t fail_at; /* the step that fails, from 1; 0 for none */
	size_t runs, undone;
};

static int note(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct trace *t = ctx;

	if (++t->runs == t->fail_at)
		return nserr_set(e, EPERM, "step %c", (int)s->num);
	t->text[strlen(t->text)] = (char)s->num;
	return 0;
}

static void undo_note(void *ctx, const struct plan_step *s)
{
	struct trace *t = ctx;

	(void)s;
	t->undone++;
}

static void show_note(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "note %c", (int)s->num);
}

static pid_t do_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid = note(ctx, s, e) < 0 ? -EPERM : fork();

	return pid;
}

static const struct plan_kind kind_note = {
	.name = "note", .call = "none(2)", .run = note, .undo = undo_note, .show = show_note
};
static const struct plan_kind kind_helper = {
	.name = "fork-helper", .call = "fork(2)", .fork = do_fork, .forks = PLAN_HELPER
};
static const struct plan_kind kind_child = {
	.name = "fork", .call = "fork(2)", .fork = do_fork, .forks = PLAN_CHILD
};
static const struct plan_kind kind_named = { .name = "named",
					     .call = "none(2)",
					     .what = "enter %s!" };

static struct trace *new_trace(size_t fail_at)
{
	struct trace *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			       -1, 0);

	*t = (struct trace){ .fail_at = fail_at };
	return t;
}

static void make(struct plan *p)
{
	plan_add(p, PLAN_CALLER, &kind_helper, NULL, 'a');
	plan_add(p, PLAN_CALLER, &kind_note, NULL, 'b');
	plan_add(p, PLAN_HELPER, &kind_note, NULL, 'c');
	plan_add(p, PLAN_CALLER, &kind_child, NULL, 'd');
	plan_add(p, PLAN_CHILD, &kind_note, NULL, 'e');
	plan_add(p, PLAN_HELPER, &kind_note, NULL, 'f');
	plan_add(p, PLAN_CHILD, &kind_note, NULL, 'g');
	plan_add(p, PLAN_CALLER, &kind_note, NULL, 'h');
	plan_add(p, PLAN_CHILD, &kind_note, NULL, 'i');
}

static void keeps_the_order_across_processes(void)
{
	struct plan p = PLAN_INIT;
	struct plan_result r = { 0 };
	struct trace *t = new_trace(0);
	struct nserr e;

	make(&p);
	CHECK_INT(plan_run(&p, t, &r, &e), 0);
	CHECK(r.child > 0);
	CHECK_STR(t->text, "abcdefghi");
	CHECK_INT(t->undone, 0);
	plan_free(&p);
}

static void undoes_whatever_step_fails(void)
{
	for (size_t k = 1; k <= 9; k++) {
		struct plan p = PLAN_INIT;
		struct plan_result r = { 0 };
		struct trace *t = new_trace(k);
		struct nserr e;

		make(&p);
		CHECK_INT(plan_run(&p, t, &r, &e), -EPERM);
		CHECK(e.what[0] != '\0');
		CHECK_INT(t->runs, k);
		/* every note that ran is undone; the forks ('a' and 'd') have nothing to undo */
		CHECK_INT(t->undone, strlen(t->text) - (k > 1) - (k > 4));
		plan_free(&p);
	}
}

static void explains_the_same_array(void)
{
	struct plan p = PLAN_INIT;
	struct buf out = BUF_INIT;

	plan_add(&p, PLAN_CALLER, &kind_child, NULL, 'd');
	plan_add(&p, PLAN_CHILD, &kind_note, NULL, 'x');
	plan_add(&p, PLAN_CHILD, &kind_named, "100%", 0);
	plan_explain(&p, NULL, &out);
	CHECK_STR(out.s, " 1 caller fork: fork(2)\n 2 child  note x: none(2)\n"
			 " 3 child  enter 100%!: none(2)\n");
	buf_free(&out);
	plan_free(&p);
}

UNIT_MAIN(CASE(keeps_the_order_across_processes), CASE(undoes_whatever_step_fails),
	  CASE(explains_the_same_array))
