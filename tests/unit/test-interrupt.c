// SPDX-License-Identifier: GPL-2.0-or-later
#include "interrupt.h"

#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

#include "unit.h"

static void nothing(int sig)
{
	(void)sig;
}

enum wish { NO_WISH, CATCHES, BLOCKS, IGNORES, ENDS };

/* A process that wants that of SIGTERM; it has done so when this returns. */
static pid_t make(enum wish wish)
{
	int pair[2], rc = pipe(pair);
	pid_t pid = rc < 0 ? -1 : fork();
	sigset_t term;
	char byte;

	if (pid == 0) {
		sigemptyset(&term);
		sigaddset(&term, SIGTERM);
		if (wish == CATCHES)
			signal(SIGTERM, nothing);
		else if (wish == IGNORES)
			signal(SIGTERM, SIG_IGN);
		if (wish != BLOCKS)
			sigprocmask(SIG_UNBLOCK, &term, NULL);
		if (wish == ENDS)
			_exit(0);
		close(pair[0]);
		close(pair[1]);
		for (;;)
			poll(NULL, 0, -1);
	}
	close(pair[1]);
	CHECK(pid > 0 && read(pair[0], &byte, 1) == 0);
	close(pair[0]);
	return pid;
}

static bool came(enum wish wish, const sigset_t *signals)
{
	siginfo_t info;
	pid_t pid = make(wish);
	bool yes;

	if (wish == ENDS)
		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	yes = interrupt_came(signals, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return yes;
}

static void only_who_would_not_hear_of_it_is_asked_about(void)
{
	sigset_t term, none;

	sigemptyset(&none);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	CHECK(!came(NO_WISH, &term));
	kill(getpid(), SIGTERM);
	CHECK(came(NO_WISH, &term));
	CHECK(!came(CATCHES, &term));
	CHECK(!came(BLOCKS, &term));
	CHECK(!came(IGNORES, &term));
	CHECK(!came(ENDS, &term));
	CHECK(!came(NO_WISH, &none));
	/* and not where we ignore it; that takes it away, too */
	signal(SIGTERM, SIG_IGN);
	kill(getpid(), SIGTERM);
	CHECK(!came(NO_WISH, &term));
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	signal(SIGTERM, SIG_DFL);
}

static void a_line_is_waited_for_until_a_signal_comes(void)
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
	/* the line comes first */
	CHECK_INT(write(pair[1], "x", 1), 1);
	CHECK_INT(interrupt_wait(fd, pair[0]), 0);
	CHECK_INT(interrupt_wait(-1, pair[0]), 0);
	/* still pending */
	CHECK_INT(sigtimedwait(&term, &info, &(struct timespec){ 0 }), SIGTERM);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

UNIT_MAIN(CASE(only_who_would_not_hear_of_it_is_asked_about),
	  CASE(a_line_is_waited_for_until_a_signal_comes))
