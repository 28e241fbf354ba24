// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/supervise.h"

#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "../unit.h"
#include "kernel/sys_pidfd.h"
#include "run/shutdown.h"

/* Runs f in a process of its own, since what it changes is the process: true when it exits 0. */
static bool isolated(int (*f)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(f());
	return RETRY_EINTR(waitpid(pid, &status, 0)) == pid && status == 0;
}

/* supervise_block(), a child that runs f, supervise_wait(). */
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

static int exact_status(void)
{
	struct supervise s = { 0 };
	int status = supervised(&s, NULL, exits_7);

	return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : 1;
}

static int ignored_sigchld(void)
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

/* From another process, since what we send to ourselves is not sent on. */
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

static int early_signal(void)
{
	struct supervise s = { 0 };
	int status = supervised(&s, rt_signal_from_child, waits);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGRTMIN + 5 ? 0 : 1;
}

static int rewritten(void)
{
	struct supervise s = { 0 };
	int status;

	s.rewrite[SIGRTMIN + 5] = SIGUSR1;
	status = supervised(&s, rt_signal_from_child, waits);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 ? 0 : 1;
}

static int has_the_callers_signals(void)
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

static int dispositions_and_mask(void)
{
	struct supervise s = { 0 };
	sigset_t hup;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	return supervised(&s, NULL, has_the_callers_signals) == 0 ? 0 : 1;
}

static int unblock_ends_us(void)
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

static int death_signal(void)
{
	struct supervise s = { .death_signal = SIGUSR2 };

	return supervised(&s, NULL, death_signal_is_set) == 0 ? 0 : 1;
}

/* A child whose parent has gone before it looks, with and without a pidfd of it. */
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

static int parent_gone_pidfd(void)
{
	return parent_gone(true);
}

static int parent_gone_ppid(void)
{
	return parent_gone(false);
}

static int leaves_a_grandchild(void)
{
	if (fork() == 0)
		wait_forever();
	return 3;
}

static int ends_what_is_left(void)
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

static int kills_after_the_grace(void)
{
	struct supervise s = { .init = true, .grace = { 0, 50000000 } };
	int status;

	if (shutdown_adopt(NULL) < 0)
		return 1;
	status = supervised(&s, NULL, leaves_a_stubborn_grandchild);
	return WIFEXITED(status) && WEXITSTATUS(status) == 3 && wait(NULL) < 0 ? 0 : 1;
}

/* In the child of a supervisor that has not executed anything: no gap, and its caller's signals. */
static int inherits(void)
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

/* A first process tells of a signal by its status; one that has not come is none. */
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

static int status_that_is_a_signal(void)
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

/* Somebody else has waited for the child: a message, and no waiting for ever. */
static int waited_for_already(void)
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

/* A handler of the caller's, which an exec would have reset, cannot end the wait early. */
static void on_alarm(int sig)
{
	(void)sig;
}

static int sleeps_a_little(void)
{
	usleep(20000);
	return 7;
}

static int interrupted_wait(void)
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
ISOLATED(exact_status)
ISOLATED(ignored_sigchld)
ISOLATED(early_signal)
ISOLATED(rewritten)
ISOLATED(dispositions_and_mask)
ISOLATED(unblock_ends_us)
ISOLATED(death_signal)
ISOLATED(parent_gone_pidfd)
ISOLATED(parent_gone_ppid)
ISOLATED(ends_what_is_left)
ISOLATED(kills_after_the_grace)
ISOLATED(inherits)
ISOLATED(status_that_is_a_signal)
ISOLATED(waited_for_already)
ISOLATED(interrupted_wait)

UNIT_MAIN(CASE(exact_status_), CASE(ignored_sigchld_), CASE(early_signal_), CASE(rewritten_),
	  CASE(dispositions_and_mask_), CASE(unblock_ends_us_), CASE(death_signal_),
	  CASE(parent_gone_pidfd_), CASE(parent_gone_ppid_), CASE(ends_what_is_left_),
	  CASE(kills_after_the_grace_), CASE(inherits_), CASE(status_that_is_a_signal_),
	  CASE(waited_for_already_), CASE(interrupted_wait_))
