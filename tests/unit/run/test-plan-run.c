// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-plan-run: checks the order of the steps across processes, and that a failure of any step
 * undoes the steps before it.
 */
#include "run/plan.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "../unit.h"
#include "kernel/sys_pidfd.h"

struct trace {
	/* names of the steps that ran, in order, in memory that the processes share */
	char text[128];
	/* the position of the step that must fail, counted from 1; 0 if none must fail */
	size_t fail_at;
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
	struct trace *t = unit_shared(sizeof(*t));

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
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct nserr e;

	make(&p);
	CHECK_INT(plan_run(&p, t, &child, &e), 0);
	CHECK(child > 0);
	CHECK_STR(t->text, "abcdefghi");
	CHECK_INT(t->undone, 0);
	CHECK_INT(waitpid(child, NULL, 0), child);
	plan_free(&p);
}

static void undoes_the_steps_before_a_failed_one(void)
{
	for (size_t k = 1; k <= 9; k++) {
		struct plan p = PLAN_INIT;
		pid_t child = 0;
		struct trace *t = new_trace(k);
		struct nserr e;

		make(&p);
		CHECK_INT(plan_run(&p, t, &child, &e), -EPERM);
		CHECK(e.what[0] != '\0');
		CHECK_INT(t->runs, k);
		/* every step that ran must be undone, except the forks ('a' and 'd'), which have no
		 * undo function */
		CHECK_INT(t->undone, strlen(t->text) - (k > 1) - (k > 4));
		plan_free(&p);
	}
}

static void explain_prints_the_steps_of_the_plan(void)
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

/* ---- A child of vfork(2), which runs in the memory of the caller */

static unsigned forks, vforks;

static pid_t count_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	forks++;
	return fork();
}

static pid_t count_vfork(void *ctx, const struct plan_step *s, int (*child)(void *), void *arg,
			 struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	vforks++;
	return sys_vfork(0, child, arg);
}

static int run_program(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	execlp(s->arg, s->arg, "1000", NULL);
	return nserr_set(e, errno, "cannot execute '%s'", (const char *)s->arg);
}

static int signal_parent(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct plan *p = s->arg;

	(void)ctx;
	(void)e;
	/* unblock the signals, because the program inherits the signal mask of the child */
	sigprocmask(SIG_UNBLOCK, &p->interrupts, NULL);
	if (kill(getppid(), (int)s->num) < 0)
		return -errno;
	/* wait until the parent kills this child, because a forked child could otherwise execute
	 * the program before the parent checks for signals */
	while (!SYS_HAS_VFORK)
		pause();
	return 0;
}

static int end_self(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)e;
	return kill(getpid(), (int)s->num);
}

static const struct plan_kind kind_vchild = { .name = "vfork",
					      .call = "vfork(2)",
					      .fork = count_fork,
					      .vfork = count_vfork,
					      .forks = PLAN_CHILD };
static const struct plan_kind kind_brief = {
	.name = "brief", .call = "none(2)", .run = note, .undo = undo_note, .brief = true
};
static const struct plan_kind kind_program = {
	.name = "exec", .call = "execve(2)", .run = run_program, .brief = true
};
static const struct plan_kind kind_signal = {
	.name = "signal", .call = "kill(2)", .run = signal_parent, .brief = true
};
static const struct plan_kind kind_end = {
	.name = "end", .call = "kill(2)", .run = end_self, .brief = true
};

/* Runs the plan, frees it and checks that the child was forked (copied) or created by vfork(2).
 * Returns the result of plan_run(). */
static int run_counted(struct plan *p, struct trace *t, pid_t *child, struct nserr *e, bool copied)
{
	int rc;

	forks = vforks = 0;
	rc = plan_run(p, t, child, e);
	plan_free(p);
	if (!SYS_HAS_VFORK)
		copied = true;
	CHECK_INT(forks, copied);
	CHECK_INT(vforks, !copied);
	return rc;
}

/* Runs a plan in which the caller runs a step and creates a child. The child runs a step that is
 * marked `brief` (plan.h) and executes the program. Returns the result of plan_run(). */
static int run_brief(const struct plan_kind *kind, uint64_t num, const char *program,
		     struct trace *t, pid_t *child, struct nserr *e)
{
	struct plan p = PLAN_INIT;

	plan_add(&p, PLAN_CALLER, &kind_note, NULL, 'a');
	plan_add(&p, PLAN_CALLER, &kind_vchild, NULL, 0);
	plan_add(&p, PLAN_CHILD, kind, NULL, num);
	plan_add(&p, PLAN_CHILD, &kind_program, program, 0);
	return run_counted(&p, t, child, e, false);
}

static void brief_steps_need_no_copy_of_the_memory(void)
{
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct nserr e;
	int status = -1;

	CHECK_INT(run_brief(&kind_brief, 'b', "true", t, &child, &e), 0);
	CHECK_STR(t->text, "ab");
	CHECK_INT(t->undone, 0);
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(status, 0);
}

static void other_steps_run_in_a_forked_child(void)
{
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct plan p = PLAN_INIT;
	struct nserr e;

	/* the child must be forked if one of its steps is not marked `brief` */
	plan_add(&p, PLAN_CALLER, &kind_vchild, NULL, 0);
	plan_add(&p, PLAN_CHILD, &kind_note, NULL, 'a');
	plan_add(&p, PLAN_CHILD, &kind_program, "true", 0);
	CHECK_INT(run_counted(&p, t, &child, &e, true), 0);
	CHECK_INT(waitpid(child, NULL, 0), child);
	/* the child must be forked if the caller must run a step after its creation */
	plan_add(&p, PLAN_CALLER, &kind_vchild, NULL, 0);
	plan_add(&p, PLAN_CALLER, &kind_brief, NULL, 'b');
	plan_add(&p, PLAN_CHILD, &kind_program, "true", 0);
	CHECK_INT(run_counted(&p, t, &child, &e, true), 0);
	CHECK_INT(waitpid(child, NULL, 0), child);
	CHECK_STR(t->text, "ab");
}

static void a_failure_in_a_vfork_child_is_reported_and_undone(void)
{
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct nserr e;

	CHECK_INT(run_brief(&kind_brief, 'b', "/nowhere", t, &child, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot execute '/nowhere': No such file or directory");
	CHECK_INT(t->undone, 2);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_killed_vfork_child_counts_as_a_failed_start(void)
{
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct nserr e;

	CHECK(run_brief(&kind_end, SIGKILL, "true", t, &child, &e) < 0);
	CHECK(strstr(e.what, "ended unexpectedly"));
	CHECK_INT(t->undone, 1);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_signal_during_vfork_ends_the_plan(void)
{
	struct plan p = PLAN_INIT;
	pid_t child = 0;
	struct trace *t = new_trace(0);
	struct nserr e;
	siginfo_t info;

	sigaddset(&p.interrupts, SIGTERM);
	sigprocmask(SIG_BLOCK, &p.interrupts, NULL);
	plan_add(&p, PLAN_CALLER, &kind_vchild, NULL, 0);
	plan_add(&p, PLAN_CHILD, &kind_signal, &p, SIGTERM);
	plan_add(&p, PLAN_CHILD, &kind_program, "sleep", 0);
	CHECK_INT(run_counted(&p, t, &child, &e, false), -EINTR);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
	/* The signal is still pending, and is delivered when the caller unblocks it. Wait for it,
	 * because in qemu-user, where vfork(2) is fork(2), the child may not have sent it yet. */
	sigaddset(&p.interrupts, SIGTERM);
	CHECK_INT(sigtimedwait(&p.interrupts, &info, &(struct timespec){ 10 }), SIGTERM);
	sigprocmask(SIG_UNBLOCK, &p.interrupts, NULL);
}

UNIT_MAIN(CASE(keeps_the_order_across_processes), CASE(undoes_the_steps_before_a_failed_one),
	  CASE(explain_prints_the_steps_of_the_plan), CASE(brief_steps_need_no_copy_of_the_memory),
	  CASE(other_steps_run_in_a_forked_child),
	  CASE(a_failure_in_a_vfork_child_is_reported_and_undone),
	  CASE(a_killed_vfork_child_counts_as_a_failed_start),
	  CASE(a_signal_during_vfork_ends_the_plan))
