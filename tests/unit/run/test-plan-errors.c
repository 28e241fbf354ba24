// SPDX-License-Identifier: GPL-2.0-or-later
/* test-plan-errors: runs plans whose processes are interrupted, are killed or lose contact. The
 * linker replaces some system calls (option --wrap in tests/Makemodule.am), so that they can fail
 * in the caller. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../nomem.h"
#include "caller.h"
#include "kernel/sys_pidfd.h"
#include "run/plan.h"

/* Events in all processes of a plan, in shared memory. */
static struct seen {
	unsigned undone;
	pid_t helper;
	bool signalled; /* the helper has received SIGTERM */
} * seen;

static struct {
	int recv, fails;  /* errno of recv(2) in the caller, and the number of calls that fail */
	const char *call; /* argument of sys_filter_explain() */
} world;

/* ---- The replaced functions */

ssize_t __real_recv(int s, void *buf, size_t n, int flags);
ssize_t __wrap_recv(int s, void *buf, size_t n, int flags);
ssize_t __wrap_recv(int s, void *buf, size_t n, int flags)
{
	if (!caller_is_self() || world.fails == 0)
		return __real_recv(s, buf, n, flags);
	world.fails--;
	errno = world.recv;
	return -1;
}

void __wrap_sys_filter_explain(const char *call, struct nserr *e);
void __wrap_sys_filter_explain(const char *call, struct nserr *e)
{
	(void)e;
	world.call = call;
}

/* ---- Steps */

static int do_nothing(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	return 0;
}

static void count_undo(void *ctx, const struct plan_step *s)
{
	(void)ctx;
	(void)s;
	seen->undone++;
}

/* Sends SIGTERM to the caller, and waits until this process receives SIGTERM or is killed. */
static int interrupt_caller(void *ctx, const struct plan_step *s, struct nserr *e)
{
	sigset_t term;
	int sig = 0;

	(void)ctx;
	(void)s;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	kill(getppid(), SIGTERM);
	sigwait(&term, &sig);
	seen->signalled = sig == SIGTERM;
	return nserr_set(e, EINTR, "interrupted");
}

static int wait_for_death(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	while (pause() < 0)
		;
	return 0;
}

static int end_self(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)e;
	if (s->num)
		kill(getpid(), (int)s->num);
	_exit(0);
}

static int execute(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	execlp("sleep", "sleep", "1000", NULL);
	return nserr_set(e, errno, "cannot execute %s", s->kind->name);
}

/* Checks the descriptors that the caller must keep open: s->num is true if the child exists. */
static int check_own(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct plan *p = s->arg;
	struct stat st, proc;

	(void)ctx;
	(void)e;
	CHECK(p->own[PLAN_CALLER] == -1 && p->own[PLAN_HELPER] == -1);
	CHECK_INT(p->own[PLAN_CHILD] > 2, s->num);
	CHECK_INT(p->own[PLAN_ACTORS] > 2, s->num);
	if (s->num)
		CHECK(fstat(p->own[PLAN_CHILD], &st) == 0 && S_ISSOCK(st.st_mode));
	CHECK(fstat(p->own[PLAN_ACTORS + 1], &st) == 0 && stat("/proc", &proc) == 0);
	CHECK(st.st_ino == proc.st_ino && st.st_dev == proc.st_dev);
	CHECK(fcntl(p->own[PLAN_ACTORS + 1], F_GETFL) & O_PATH);
	return 0;
}

static pid_t do_fork(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid = s->num ? -(pid_t)s->num : fork();

	(void)ctx;
	if (pid < 0)
		return nserr_set(e, -pid, "cannot fork");
	if (pid > 0 && s->kind->forks == PLAN_HELPER)
		seen->helper = pid;
	return pid;
}

#define KIND(id, f, ...) \
	static const struct plan_kind id = { .name = #id, .call = #id "(2)", f, __VA_ARGS__ }

KIND(helper, .fork = do_fork, .forks = PLAN_HELPER);
KIND(child, .fork = do_fork, .forks = PLAN_CHILD);
KIND(undoable, .run = do_nothing, .undo = count_undo);
KIND(nothing, .run = do_nothing, .brief = false);
KIND(interrupts, .run = interrupt_caller, .brief = false);
KIND(waits, .run = wait_for_death, .brief = false);
KIND(ends, .run = end_self, .brief = false);
KIND(program, .run = execute, .brief = false);
KIND(own, .run = check_own, .undo = count_undo);

static void reset(void)
{
	if (!seen)
		seen = unit_shared(sizeof(*seen));
	memset(seen, 0, sizeof(*seen));
	memset(&world, 0, sizeof(world));
	caller_begin();
}

/* Runs the plan and frees it. Returns the result and sets *pid to the child. */
static int run(struct plan *p, pid_t *pid, struct nserr *e)
{
	int rc;

	*pid = 0;
	fflush(stdout);
	rc = plan_run(p, NULL, pid, e);
	plan_free(p);
	return rc;
}

/* ---- Cases */

static void the_program_does_not_inherit_the_socket(void)
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	int status = 0;
	pid_t pid;

	reset();
	plan_add(&p, PLAN_CALLER, &child, NULL, 0);
	plan_add(&p, PLAN_CHILD, &program, NULL, 0);
	CHECK_INT(run(&p, &pid, &e), 0);
	CHECK(pid > 0 && waitpid(pid, NULL, WNOHANG) == 0);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
}

static void block(struct plan *p)
{
	sigemptyset(&p->interrupts);
	sigaddset(&p->interrupts, SIGTERM);
	sigprocmask(SIG_BLOCK, &p->interrupts, NULL);
}

static void a_signal_ends_a_step_of_another_process(void)
{
	struct plan_keeper keeper = { .watch = -1, .line = -1 };
	struct plan p = PLAN_INIT;
	struct nserr e;
	pid_t pid;

	/* the caller kills the child */
	reset();
	block(&p);
	plan_add(&p, PLAN_CALLER, &undoable, NULL, 0);
	plan_add(&p, PLAN_CALLER, &child, NULL, 0);
	plan_add(&p, PLAN_CHILD, &interrupts, NULL, 0);
	plan_add(&p, PLAN_CHILD, &nothing, NULL, 0);
	CHECK_INT(run(&p, &pid, &e), -EINTR);
	CHECK_STR(e.what, "a signal arrived before the program was executed");
	CHECK(unit_has_no_child() && seen->undone == 1 && !seen->signalled);
	caller_discard_term();
	/* the caller sends SIGTERM to the helper */
	for (int denied = 0; denied < 2; denied++) {
		reset();
		block(&p);
		p.keeper = &keeper;
		plan_add(&p, PLAN_CALLER, &helper, NULL, 0);
		plan_add(&p, PLAN_HELPER, &interrupts, NULL, 0);
		plan_add(&p, PLAN_CALLER, &nothing, NULL, 0);
		/* if the caller has no permission to signal the helper, it does not wait for the
		 * helper */
		caller_cannot_kill = denied;
		CHECK_INT(run(&p, &pid, &e), -EINTR);
		caller_cannot_kill = false;
		CHECK_INT(seen->signalled, !denied);
		if (denied) {
			CHECK_INT(waitpid(seen->helper, NULL, WNOHANG), 0);
			kill(seen->helper, SIGKILL);
			CHECK_INT(waitpid(seen->helper, NULL, 0), seen->helper);
		}
		CHECK(unit_has_no_child());
		caller_discard_term();
	}
}

static void a_process_that_loses_contact_is_ended(void)
{
	static const struct {
		bool helper, waits;
		int error, fails, want;
		const char *message;
	} rows[] = {
		{ false, false, EIO, 99, 0, "" },
		{ false, true, EIO, 100, -EIO, "lost contact with the child process" },
		{ true, false, ENOMEM, 100, -ENOMEM, "lost contact with the helper process" },
		{ false, false, ECONNRESET, 1, -EINVAL,
		  "the child process ended unexpectedly before the step 'nothing'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum plan_actor who = rows[i].helper ? PLAN_HELPER : PLAN_CHILD;
		struct plan p = PLAN_INIT;
		struct nserr e;
		pid_t pid;

		reset();
		plan_add(&p, PLAN_CALLER, rows[i].helper ? &helper : &child, NULL, 0);
		plan_add(&p, who, rows[i].waits ? &waits : &nothing, NULL, 0);
		plan_add(&p, PLAN_CALLER, &nothing, NULL, 0);
		if (rows[i].want == 0)
			plan_add(&p, who, &ends, NULL, 0);
		world.recv = rows[i].error;
		world.fails = rows[i].fails;
		CHECK_INT(run(&p, &pid, &e), rows[i].want);
		CHECK_STR(e.what, rows[i].message);
		CHECK_INT(e.errnum, rows[i].want == -EINVAL ? 0 : -rows[i].want);
		if (rows[i].want == 0)
			CHECK_INT(waitpid(pid, NULL, 0), pid);
		CHECK(unit_has_no_child());
	}
}

/* EOF from the child in the last step means that the child has executed its program, or that the
 * child was killed. */
static void a_killed_child_is_not_a_running_program(void)
{
	for (int k = 0; k < 3; k++) {
		struct plan p = PLAN_INIT;
		struct nserr e;
		pid_t pid;
		int rc;

		reset();
		/* the caller distinguishes these cases only if it has a step to undo */
		if (k < 2)
			plan_add(&p, PLAN_CALLER, k ? &nothing : &undoable, NULL, 0);
		plan_add(&p, PLAN_CALLER, &child, NULL, 0);
		if (k == 2)
			plan_add(&p, PLAN_CHILD, &undoable, NULL, 0);
		plan_add(&p, PLAN_CHILD, &ends, NULL, SIGKILL);
		rc = run(&p, &pid, &e);
		CHECK_INT(rc, k ? 0 : -EINVAL);
		CHECK_STR(e.what,
			  k ? "" : "the child process ended unexpectedly before the step 'ends'");
		CHECK_INT(seen->undone, k ? 0 : 1);
		if (k)
			CHECK_INT(waitpid(pid, NULL, 0), pid);
		CHECK(unit_has_no_child());
	}
}

static void the_caller_keeps_its_descriptors(void)
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	pid_t pid;

	reset();
	block(&p);
	plan_add(&p, PLAN_CALLER, &own, &p, 0);
	plan_add(&p, PLAN_CALLER, &child, NULL, 0);
	plan_add(&p, PLAN_CALLER, &own, &p, 1);
	plan_add(&p, PLAN_CHILD, &ends, NULL, 0);
	CHECK_INT(plan_run(&p, NULL, &pid, &e), -EINVAL);
	CHECK_STR(e.what, "the child process ended unexpectedly before the step 'ends'");
	CHECK_INT(seen->undone, 2);
	sigprocmask(SIG_UNBLOCK, &p.interrupts, NULL);
	plan_free(&p);
	CHECK(unit_has_no_child());
}

/* Runs a plan with a helper in a process that exits, or kills itself with sig, in the step `ends`.
 * `last` is true if no step follows. Waits until the helper has ended. */
static void with_helper(uint64_t sig, bool last)
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	int line[2];
	pid_t pid;
	char c;

	reset();
	CHECK_INT(pipe2(line, O_CLOEXEC), 0);
	plan_add(&p, PLAN_CALLER, &helper, NULL, 0);
	plan_add(&p, PLAN_HELPER, &undoable, NULL, 0);
	plan_add(&p, PLAN_CALLER, &ends, NULL, sig);
	if (!last)
		plan_add(&p, PLAN_HELPER, &nothing, NULL, 0);
	pid = unit_fork();
	if (pid == 0) {
		(void)!plan_run(&p, NULL, NULL, &e);
		_exit(99);
	}
	close(line[1]);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	/* EOF: the helper has ended, too */
	CHECK_INT(read(line[0], &c, 1), 0);
	/* if this process is process 1, it has adopted the helper */
	if (getpid() == 1)
		CHECK(waitpid(-1, NULL, 0) > 0);
	close(line[0]);
	plan_free(&p);
}

static void the_helper_undoes_its_steps_if_the_caller_ends(void)
{
	with_helper(SIGKILL, false);
	CHECK_INT(seen->undone, 1);
	with_helper(0, false);
	CHECK_INT(seen->undone, 1);
	/* if the caller ends in the last step, it has executed the program, and nothing is
	 * undone */
	with_helper(0, true);
	CHECK_INT(seen->undone, 0);
}

static void a_failed_fork_is_explained(void)
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	pid_t pid;

	reset();
	plan_add(&p, PLAN_CALLER, &undoable, NULL, 0);
	plan_add(&p, PLAN_CALLER, &child, NULL, EAGAIN);
	plan_add(&p, PLAN_CHILD, &nothing, NULL, 0);
	CHECK_INT(run(&p, &pid, &e), -EAGAIN);
	CHECK_STR(e.what, "cannot fork");
	CHECK_STR(world.call, "child(2)");
	CHECK_INT(seen->undone, 1);
}

/* Imitates a vfork(2) that fails with the error s->num. */
static pid_t do_vfork(void *ctx, const struct plan_step *s, int (*f)(void *), void *arg,
		      struct nserr *e)
{
	(void)ctx;
	(void)f;
	(void)arg;
	return nserr_set(e, (int)s->num, "cannot vfork");
}

static pid_t do_fork_only(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid = fork();

	(void)ctx;
	(void)s;
	return pid < 0 ? nserr_set(e, errno, "cannot fork") : pid;
}

KIND(vchild, .fork = do_fork_only, .vfork = do_vfork, .forks = PLAN_CHILD);
KIND(exits, .run = end_self, .brief = true);

/* vfork(2) fails with EINVAL after unshare(CLONE_NEWTIME) before Linux 6.2. */
static void fork_replaces_a_vfork_that_the_kernel_refuses(void)
{
	static const int errors[] = { EINVAL, ENOMEM, EPERM };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		bool fails = SYS_HAS_VFORK && errors[i] == EPERM;
		struct plan p = PLAN_INIT;
		struct nserr e;
		pid_t pid;

		reset();
		plan_add(&p, PLAN_CALLER, &vchild, NULL, (uint64_t)errors[i]);
		plan_add(&p, PLAN_CHILD, &exits, NULL, 0);
		CHECK_INT(run(&p, &pid, &e), fails ? -EPERM : 0);
		CHECK_STR(e.what, fails ? "cannot vfork" : "");
		CHECK_STR(world.call ? world.call : "", fails ? "vchild(2)" : "");
		if (!fails)
			CHECK_INT(waitpid(pid, NULL, 0), pid);
		CHECK(unit_has_no_child());
	}
}

/* The sockets of a plan must not use the descriptors 0 to 2. */
static void sockets_need_free_descriptors(void)
{
	int in = fcntl(0, F_DUPFD_CLOEXEC, 3), out = fcntl(1, F_DUPFD_CLOEXEC, 3), free_fd, rc;
	struct rlimit before, limit;

	CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
	free_fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	close(free_fd);
	/* the free descriptors are 0 (k is 0), 0 and one above 2 (k is 1), or 0, 1 and one above 2
	 * (k is 2) */
	for (int k = 0; k < 3; k++) {
		struct plan p = PLAN_INIT;
		struct nserr e;
		pid_t pid;

		reset();
		plan_add(&p, PLAN_CALLER, &child, NULL, 0);
		plan_add(&p, PLAN_CHILD, &ends, NULL, 0);
		limit = before;
		limit.rlim_cur = (rlim_t)(free_fd + MIN(k, 1));
		fflush(stdout);
		close(0);
		if (k == 2)
			close(1);
		rc = setrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1 : run(&p, &pid, &e);
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
		CHECK(dup2(in, 0) == 0 && dup2(out, 1) == 1);
		CHECK_INT(rc, -EMFILE);
		CHECK_STR(e.what, "cannot create a socket pair");
		CHECK_INT(e.errnum, EMFILE);
		CHECK(unit_has_no_child());
	}
	close(in);
	close(out);
}

static int try_many(void)
{
	struct plan p = PLAN_INIT;
	int rc;

	for (uint64_t i = 0; i < 5 * PLAN_STEPS; i++)
		plan_add(&p, PLAN_CALLER, &nothing, NULL, i);
	rc = p.err;
	plan_free(&p);
	return rc;
}

static void a_plan_can_have_many_steps(void)
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	pid_t pid;

	reset();
	for (uint64_t i = 0; i < 5 * PLAN_STEPS; i++)
		plan_add(&p, PLAN_CALLER, &nothing, NULL, i);
	CHECK_INT(p.n, 5 * PLAN_STEPS);
	for (uint64_t i = 0; i < p.n; i++)
		CHECK(p.steps[i].num == i && p.steps[i].kind == &nothing);
	CHECK_INT(plan_run(&p, NULL, &pid, &e), 0);
	p.err = -ENOMEM;
	plan_add(&p, PLAN_CALLER, &nothing, NULL, 0);
	CHECK_INT(p.n, 5 * PLAN_STEPS);
	CHECK_INT(run(&p, &pid, &e), -ENOMEM);
	CHECK_STR(e.what, "cannot allocate memory for the list of steps");
	CHECK_INT(e.errnum, ENOMEM);
	nomem_all("plan_add", try_many);
}

UNIT_MAIN(CASE(the_program_does_not_inherit_the_socket),
	  CASE(a_signal_ends_a_step_of_another_process),
	  CASE(a_process_that_loses_contact_is_ended),
	  CASE(a_killed_child_is_not_a_running_program), CASE(the_caller_keeps_its_descriptors),
	  CASE(the_helper_undoes_its_steps_if_the_caller_ends), CASE(a_failed_fork_is_explained),
	  CASE(a_plan_can_have_many_steps), CASE(fork_replaces_a_vfork_that_the_kernel_refuses),
	  CASE(sockets_need_free_descriptors))
