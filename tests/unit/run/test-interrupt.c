// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/interrupt.h"

#include <stdio.h>
#include <sys/wait.h>

#include "../unit.h"

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

UNIT_MAIN(CASE(child_sees_signals_pending_for_its_parent), CASE(wait_for_a_line_ends_at_a_signal))
