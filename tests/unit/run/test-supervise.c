// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/supervise.h"

#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "../unit.h"
#include "kernel/sys_pidfd.h"
#include "run/shutdown.h"

/* Runs f in a child, because f changes the process. Returns true if the child exits with 0. */
static bool isolated(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f());
	return RETRY_EINTR(waitpid(pid, &status, 0)) == pid && status == 0;
}

/* Calls supervise_block() and forks a child that runs f. Returns the result of supervise_wait(). */
static int supervised(struct supervise *s, void (*early)(struct supervise *s), int (*f)(void))
{
	struct nserr e = NSERR_INIT;

	if (supervise_block(s, &e) < 0)
		return -1;
	if (early)
		early(s);
	s->pid = fork();
	if (s->pid == 0) {
		if (supervise_child(s, &e) < 0)
			_exit(99);
		_exit(f());
	}
	return supervise_wait(s, &e);
}

static int exits_7(void)
{
	return 7;
}

static _Noreturn void wait_forever(void)
{
	for (;;)
		pause();
}

static int returns_the_exit_status(void)
{
	struct supervise s = { 0 };
	int status = supervised(&s, NULL, exits_7);

	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 1;
}

static int waits_even_if_sigchld_is_ignored(void)
{
	struct supervise s = { 0 };
	int status;

	signal(SIGCHLD, SIG_IGN);
	status = supervised(&s, NULL, exits_7);
	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 1;
}

static void terminate_us(struct supervise *s)
{
	(void)s;
	kill(getpid(), SIGTERM);
}

static int waits(void)
{
	wait_forever();
}

/* Signals this process from a child, because a signal of this process to itself is not forwarded.
 */
static void rt_signal_from_child(struct supervise *s)
{
	pid_t self = getpid(), pid = fork();

	(void)s;
	if (pid == 0) {
		kill(self, SIGRTMIN + 5);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static int forwards_a_signal_from_before_the_fork(void)
{
	struct supervise s = { 0 };
	int status = supervised(&s, rt_signal_from_child, waits);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGRTMIN + 5 ? 0 : 1;
}

static int forwards_the_rewritten_signal(void)
{
	struct supervise s = { 0 };
	int status;

	s.rewrite[SIGRTMIN + 5] = SIGUSR1;
	status = supervised(&s, rt_signal_from_child, waits);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 ? 0 : 1;
}

static int child_has_the_callers_signal_actions(void)
{
	struct sigaction chld, usr1, term;
	sigset_t mask;

	sigaction(SIGCHLD, NULL, &chld);
	sigaction(SIGUSR1, NULL, &usr1);
	sigaction(SIGTERM, NULL, &term);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	return chld.sa_handler == SIG_IGN && usr1.sa_handler == SIG_IGN &&
			       term.sa_handler == SIG_DFL && sigismember(&mask, SIGHUP) &&
			       !sigismember(&mask, SIGTERM) && !sigismember(&mask, SIGCHLD)
		       ? 0
		       : 1;
}

static int restores_signal_actions_and_mask(void)
{
	struct supervise s = { 0 };
	sigset_t hup;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	return supervised(&s, NULL, child_has_the_callers_signal_actions) == 0 ? 0 : 1;
}

static int unblocking_a_pending_signal_ends_the_process(void)
{
	struct supervise s = { 0 };

	if (fork() == 0) {
		if (supervise_block(&s, NULL) < 0)
			_exit(1);
		terminate_us(&s);
		supervise_unblock(&s);
		_exit(1);
	}

	int status;

	wait(&status);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM ? 0 : 1;
}

static int death_signal_is_set(void)
{
	int sig = 0;

	prctl(PR_GET_PDEATHSIG, &sig);
	return sig == SIGUSR2 ? 0 : 1;
}

static int sets_the_death_signal_of_the_child(void)
{
	struct supervise s = { .death_signal = SIGUSR2 };

	return supervised(&s, NULL, death_signal_is_set) == 0 ? 0 : 1;
}

/* Returns 0 if supervise_death_signal() reports a parent that has ended before the call, with and
 * without a pidfd of the parent. */
static int parent_gone(bool with_pidfd)
{
	pid_t parent = getpid();
	int gone[2], fd = with_pidfd ? sys_pidfd_open(parent) : -1;

	if (pipe(gone) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return 1;
	if (fork() == 0) {
		int middle = with_pidfd ? sys_pidfd_open(getpid()) : -1;
		pid_t self = getpid();

		if (fork() > 0)
			_exit(0);

		char c;

		close(gone[1]);
		(void)!read(gone[0], &c, 1);
		_exit(supervise_death_signal(SIGUSR2, middle, self) == -ESRCH ? 0 : 1);
	}
	wait(NULL);
	close(gone[1]);

	int status;

	close(fd);
	return wait(&status) > 0 && status == 0 ? 0 : 1;
}

static int detects_an_ended_parent_by_pidfd(void)
{
	return parent_gone(true);
}

static int detects_an_ended_parent_by_ppid(void)
{
	return parent_gone(false);
}

static int leaves_a_grandchild(void)
{
	if (fork() == 0)
		wait_forever();
	return 3;
}

static int ends_remaining_descendants(void)
{
	struct supervise s = { .init = true, .grace = { 10, 0 } };
	int status;

	if (shutdown_adopt(NULL) < 0)
		return 1;
	status = supervised(&s, NULL, leaves_a_grandchild);
	return WIFEXITED(status) && WEXITSTATUS(status) == 3 && wait(NULL) < 0 ? 0 : 1;
}

static int leaves_a_stubborn_grandchild(void)
{
	signal(SIGTERM, SIG_IGN);
	return leaves_a_grandchild();
}

static int kills_after_the_grace_period(void)
{
	struct supervise s = { .init = true, .grace = { 0, 50000000 } };
	int status;

	if (shutdown_adopt(NULL) < 0)
		return 1;
	status = supervised(&s, NULL, leaves_a_stubborn_grandchild);
	return WIFEXITED(status) && WEXITSTATUS(status) == 3 && wait(NULL) < 0 ? 0 : 1;
}

/* Returns 0 if the child of a supervisor keeps the signals blocked without a gap and gets the mask
 * and actions of the supervisor's caller. */
static int inherits_blocked_signals_and_saved_actions(void)
{
	struct supervise outer = { .death_signal = SIGUSR2 }, s = { 0 };
	sigset_t now;
	int sig = 0, status;

	signal(SIGCHLD, SIG_IGN);
	if (supervise_block(&outer, NULL) < 0)
		return 1;
	outer.pid = fork();
	if (outer.pid == 0) {
		sigprocmask(SIG_BLOCK, NULL, &now);
		if (supervise_inherit(&s, &outer, NULL) < 0 || !sigismember(&now, SIGTERM))
			_exit(1);
		prctl(PR_GET_PDEATHSIG, &sig);
		_exit(sig == SIGUSR2 && !sigismember(&s.mask, SIGTERM) && s.ignored_sigchld ? 0
											    : 1);
	}
	status = supervise_wait(&outer, NULL);
	return status == 0 ? 0 : 1;
}

/*
 * Process 1 reports a fatal signal by its exit status. A status of 128 + n is treated as a signal
 * only if this process has received signal n.
 */
static int exits_138(void)
{
	return 128 + SIGUSR1;
}

static void usr1_from_child(struct supervise *s)
{
	pid_t self = getpid(), pid = fork();

	(void)s;
	if (pid == 0) {
		kill(self, SIGUSR1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static int waits_and_exits_138(void)
{
	sigset_t usr1;
	int sig;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigwait(&usr1, &sig);
	return 128 + SIGUSR1;
}

static int reports_a_received_signal_for_a_status_of_128_plus_n(void)
{
	struct supervise plain = { .child_init = true }, sent = { .child_init = true };
	sigset_t usr1;
	int status = supervised(&plain, NULL, exits_138);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 128 + SIGUSR1)
		return 1;
	supervise_unblock(&plain);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	status = supervised(&sent, usr1_from_child, waits_and_exits_138);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 ? 0 : 1;
}

/*
 * If the child has already been waited for, supervise_wait() must fail instead of blocking without
 * end.
 */
static int fails_if_the_child_was_waited_for_already(void)
{
	struct supervise s = { 0 };
	struct nserr e = NSERR_INIT;

	if (supervise_block(&s, &e) < 0)
		return 1;
	s.pid = fork();
	if (s.pid == 0)
		_exit(0);
	waitpid(s.pid, NULL, 0);
	return supervise_wait(&s, &e) == -ECHILD && strstr(e.what, "cannot wait") ? 0 : 1;
}

/*
 * A signal handler of the caller must not end the wait early. (In the tools, execve(2) has removed
 * all handlers.)
 */
static void on_alarm(int sig)
{
	(void)sig;
}

static int sleeps_a_little(void)
{
	usleep(20000);
	return 7;
}

static int waits_again_after_an_interrupted_wait(void)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	struct supervise s = { 0 };
	int status;

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	s.rewrite[SIGALRM] = -1;
	status = supervised(&s, NULL, sleeps_a_little);
	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 1;
}

#define ISOLATED(f) \
	static void f##_(void) \
	{ \
		CHECK(isolated(f)); \
	}
ISOLATED(returns_the_exit_status)
ISOLATED(waits_even_if_sigchld_is_ignored)
ISOLATED(forwards_a_signal_from_before_the_fork)
ISOLATED(forwards_the_rewritten_signal)
ISOLATED(restores_signal_actions_and_mask)
ISOLATED(unblocking_a_pending_signal_ends_the_process)
ISOLATED(sets_the_death_signal_of_the_child)
ISOLATED(detects_an_ended_parent_by_pidfd)
ISOLATED(detects_an_ended_parent_by_ppid)
ISOLATED(ends_remaining_descendants)
ISOLATED(kills_after_the_grace_period)
ISOLATED(inherits_blocked_signals_and_saved_actions)
ISOLATED(reports_a_received_signal_for_a_status_of_128_plus_n)
ISOLATED(fails_if_the_child_was_waited_for_already)
ISOLATED(waits_again_after_an_interrupted_wait)

/* If the parent ends before the death signal is set, the kernel never sends the signal. */
static int names_a_parent_that_has_ended(void)
{
	struct supervise inner, outer = { .death_signal = SIGKILL };
	struct nserr e = NSERR_INIT;
	pid_t parent = fork();
	int rc;

	if (parent == 0)
		_exit(0);
	outer.parent_pid = parent;
	outer.parent = sys_pidfd_open(parent);
	if (outer.parent < 0 || waitpid(parent, NULL, 0) != parent)
		return 1;
	rc = supervise_inherit(&inner, &outer, &e);
	(void)!prctl(PR_SET_PDEATHSIG, 0);
	if (rc >= 0 || !streq(e.what, "the parent process has ended") || e.errnum != 0)
		return 2;
	/* without a pidfd, the pid must identify the parent that has ended */
	outer.parent = -1;
	rc = supervise_inherit(&inner, &outer, &e);
	(void)!prctl(PR_SET_PDEATHSIG, 0);
	return rc >= 0 ? 3 : 0;
}

static void a_parent_that_has_ended_is_an_error(void)
{
	CHECK(isolated(names_a_parent_that_has_ended));
}

UNIT_MAIN(CASE(returns_the_exit_status_), CASE(waits_even_if_sigchld_is_ignored_),
	  CASE(forwards_a_signal_from_before_the_fork_), CASE(forwards_the_rewritten_signal_),
	  CASE(restores_signal_actions_and_mask_),
	  CASE(unblocking_a_pending_signal_ends_the_process_),
	  CASE(sets_the_death_signal_of_the_child_), CASE(detects_an_ended_parent_by_pidfd_),
	  CASE(detects_an_ended_parent_by_ppid_), CASE(ends_remaining_descendants_),
	  CASE(kills_after_the_grace_period_), CASE(inherits_blocked_signals_and_saved_actions_),
	  CASE(reports_a_received_signal_for_a_status_of_128_plus_n_),
	  CASE(fails_if_the_child_was_waited_for_already_),
	  CASE(waits_again_after_an_interrupted_wait_), CASE(a_parent_that_has_ended_is_an_error))
