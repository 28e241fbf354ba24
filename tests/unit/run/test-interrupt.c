// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/interrupt.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../fault.h"

/* Returns true if interrupt_is_pending() finds the pending signal of this process in a child. The
 * child has its own mask and its own pending signals. */
static bool is_seen(const sigset_t *signals)
{
	int status = -1, fd = interrupt_open_status();
	pid_t pid = fork();

	if (pid == 0)
		_exit(interrupt_is_pending(fd, signals));
	CHECK(fd > 2 && pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	close(fd);
	return WEXITSTATUS(status);
}

static void child_sees_signals_pending_for_its_parent(void)
{
	sigset_t term, none;
	siginfo_t info;

	sigemptyset(&none);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	CHECK(!is_seen(&term));
	kill(getpid(), SIGTERM);
	CHECK(is_seen(&term));
	CHECK(!is_seen(&none));
	CHECK_INT(sigtimedwait(&term, &info, &(struct timespec){ 0 }), SIGTERM);
	CHECK(!is_seen(&term));
	/* raise(3) signals this thread and not the whole process */
	raise(SIGTERM);
	CHECK(is_seen(&term));
	/* an ignored signal is discarded, so it must not be reported */
	signal(SIGTERM, SIG_IGN);
	kill(getpid(), SIGTERM);
	CHECK(!is_seen(&term));
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	signal(SIGTERM, SIG_DFL);
}

static void wait_for_a_line_ends_at_a_signal(void)
{
	sigset_t term, none;
	siginfo_t info;
	int pair[2], fd;

	CHECK_INT(pipe(pair), 0);
	sigemptyset(&none);
	CHECK(interrupt_open(&none) < 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	fd = interrupt_open(&term);
	CHECK(fd > 2);
	kill(getpid(), SIGTERM);
	CHECK_INT(interrupt_wait(fd, pair[0]), -EINTR);
	/* if a message on the socket `line` and a signal have both arrived, the message takes
	 * precedence */
	CHECK_INT(write(pair[1], "x", 1), 1);
	CHECK_INT(interrupt_wait(fd, pair[0]), 0);
	CHECK_INT(interrupt_wait(-1, pair[0]), 0);
	/* the signal must still be pending */
	CHECK_INT(sigtimedwait(&term, &info, &(struct timespec){ 0 }), SIGTERM);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

static void only_unblocked_signals_end_the_wait(void)
{
	sigset_t mask, set;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	interrupt_ending(&mask, &set);
	CHECK_INT(sigismember(&set, SIGINT), 0);
	CHECK_INT(sigismember(&set, SIGHUP), 1);
	CHECK_INT(sigismember(&set, SIGQUIT), 1);
	CHECK_INT(sigismember(&set, SIGTERM), 1);
	CHECK_INT(sigismember(&set, SIGUSR1), 0);
}

static void an_ignored_signal_is_discarded(void)
{
	sigset_t set, old;
	siginfo_t info;
	int pair[2], fd;

	CHECK_INT(pipe(pair), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGINT, SIG_IGN);
	fd = interrupt_open(&set);
	kill(getpid(), SIGINT);
	CHECK_INT(interrupt_pending(), 0);
	kill(getpid(), SIGTERM);
	CHECK_INT(interrupt_pending(), SIGTERM);
	CHECK_INT(interrupt_wait(fd, pair[0]), -EINTR);
	/* SIGTERM is still pending, and SIGINT, which has the lower number, is not */
	CHECK_INT(sigtimedwait(&set, &info, &(struct timespec){ 0 }), SIGTERM);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

/* Waits for the pending signal SIGTERM, or for a message that never arrives. */
static int try_wait(void)
{
	sigset_t term;
	siginfo_t info;
	int pair[2], fd, rc;

	if (pipe(pair) < 0)
		return 1;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	kill(getpid(), SIGTERM);
	fd = interrupt_open(&term);
	fault_begin();
	rc = interrupt_wait(fd, pair[0]);
	fault_end();
	sigtimedwait(&term, &info, &(struct timespec){ 0 });
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	return rc;
}

static void a_failed_poll_ends_the_wait(void)
{
	static const struct {
		int call, k, result, want;
	} cases[] = {
		{ SYS_poll, 1, -EINVAL, 0 },
		{ SYS_poll, 2, -EINVAL, 0 },
		{ SYS_poll, 1, -EINTR, -EINTR },
		{ SYS_poll, 2, -EINTR, -EINTR },
		/* the signal cannot be read, and is found again */
		{ SYS_read, 1, -EAGAIN, -EINTR },
	};

	if (!fault_require())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(fault_answer(try_wait, cases[i].call, cases[i].k, cases[i].result),
			  cases[i].want);
}

/* Returns the result of interrupt_is_pending() for SIGTERM and the text of a status file. */
static bool is_in_text(const char *text)
{
	int fd = memfd_create("status", MFD_CLOEXEC);
	sigset_t term;
	bool pending;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	pending = interrupt_is_pending(fd, &term);
	close(fd);
	return pending;
}

static void finds_the_masks_after_a_long_line(void)
{
	/* SIGTERM is bit 14 */
	static const char *const pending[] = {
		"\nSigPnd:\t0000000000004000\nShdPnd:\t0000000000000000\nSigBlk:\t0\n",
		"\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000004000\nSigBlk:\t0\n",
		"\nSigPnd:\t0000000000004000\nSigBlk:\t0\n",
	};
	static const char *const other[] = {
		"\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nSigBlk:\t4000\n",
		"\nSigPnd:\t0000000000002000\nShdPnd:\t0000000000008000\nSigBlk:\t0\n",
		"\nSigPnd:\t0000000000004000\n", /* the file ends early */
		"\nSigBlk:\t0000000000004000\n",
		"",
	};
	char text[12000];

	for (size_t i = 0; i < ARRAY_SIZE(pending); i++) {
		CHECK(is_in_text(pending[i]));
		/* at any position relative to the end of a read(2) of 4095 bytes */
		for (size_t n = 3950; n < 4150; n += 5) {
			memset(text, 'x', n);
			strcpy(text + n, pending[i]);
			CHECK(is_in_text(text));
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		CHECK(!is_in_text(other[i]));
}

UNIT_MAIN(CASE(child_sees_signals_pending_for_its_parent), CASE(wait_for_a_line_ends_at_a_signal),
	  CASE(only_unblocked_signals_end_the_wait), CASE(an_ignored_signal_is_discarded),
	  CASE(a_failed_poll_ends_the_wait), CASE(finds_the_masks_after_a_long_line))
