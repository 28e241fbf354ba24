// SPDX-License-Identifier: GPL-2.0-or-later
/* test-plan-keep: runs a helper process that stays until the program has ended. The linker replaces
 * some functions (option --wrap in tests/Makemodule.am), so that they can fail in the caller. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "caller.h"
#include "kernel/sys_pidfd.h"
#include "run/line.h"
#include "run/plan.h"

/* Numbers of calls of running() and heard() in the helper, in shared memory. */
static struct seen {
	int running, heard;
} * seen;

static struct {
	bool send;      /* line_send() fails in the caller */
	unsigned polls; /* number of calls of poll(2) */
	bool poll;      /* poll(2) fails */
	bool no_pidfd;  /* pidfd_open(2) is missing */
} world;

/* ---- The replaced functions */

int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	world.polls++;
	errno = ENOMEM;
	return world.poll ? -1 : __real_poll(fds, n, timeout);
}

int __real_line_send(int line, const void *message, size_t size);
int __wrap_line_send(int line, const void *message, size_t size);
int __wrap_line_send(int line, const void *message, size_t size)
{
	return world.send && caller_is_self() ? -EPIPE : __real_line_send(line, message, size);
}

int __real_sys_pidfd_open(pid_t pid);
int __wrap_sys_pidfd_open(pid_t pid);
int __wrap_sys_pidfd_open(pid_t pid)
{
	return world.no_pidfd ? -ENOSYS : __real_sys_pidfd_open(pid);
}

/* ---- The test */

static void reset(void)
{
	if (!seen)
		seen = unit_shared(sizeof(*seen));
	memset(seen, 0, sizeof(*seen));
	memset(&world, 0, sizeof(world));
	caller_begin();
}

/* ---- The helper */

static int watched[2];

static void note_running(void *ctx)
{
	(void)ctx;
	seen->running++;
}

static void hear(void *ctx)
{
	char c;

	(void)ctx;
	CHECK_INT(read(watched[0], &c, 1), 1);
	seen->heard++;
}

static int refuse(void *ctx, int wstatus, struct nserr *e)
{
	(void)ctx;
	return nserr_set(e, EBUSY, "status %d", wstatus);
}

/* Waits for the signal that the caller passes on. */
static int wait_for_signal(void *ctx, int wstatus, struct nserr *e)
{
	sigset_t term;

	(void)ctx;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	return sigtimedwait(&term, NULL, &(struct timespec){ 20, 0 }) == SIGTERM
		       ? 0
		       : nserr_set(e, 0, "status %d, no signal", wstatus);
}

/* Starts the helper for the program `pid`. */
static void keep(struct plan_keeper *k, pid_t pid)
{
	int line[2];

	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line), 0);
	k->line = line[0];
	k->running = note_running;
	k->heard = hear;
	k->pid = unit_fork();
	if (k->pid == 0) {
		close(line[0]);
		plan_keep(k, NULL, line[1], pid);
	}
	close(line[1]);
}

static void the_helper_reports_its_result(void)
{
	struct plan_keeper k = { .watch = -1, .ended = refuse };
	struct pollfd answer = { .events = POLLIN };
	struct nserr e = NSERR_INIT;
	sigset_t term;
	pid_t pid;

	reset();
	keep(&k, 0);
	CHECK_INT(plan_keeper_end(&k, 1792, 0, &e), -EBUSY);
	CHECK_STR(e.what, "status 1792");
	CHECK(e.errnum == EBUSY && k.line == -1 && seen->running == 1 && unit_has_no_child());
	/* the helper calls heard() while the program runs */
	reset();
	CHECK(pipe2(watched, O_CLOEXEC) == 0 && write(watched[1], "a", 1) == 1);
	k.watch = watched[0];
	keep(&k, 0);
	k.watch = -1;
	CHECK_INT(plan_keeper_end(&k, 0, 0, &e), -EBUSY);
	CHECK_INT(seen->heard, 1);
	close(watched[0]);
	close(watched[1]);
	/* plan_keeper_end() does nothing if there is no helper */
	CHECK_INT(plan_keeper_end(&k, 0, 0, &e), 0);
	CHECK_INT(plan_keeper_end(NULL, 0, 0, &e), 0);
	/* SIGTERM ends the helper, or the caller has no permission to signal the helper and does
	 * not wait for it */
	for (int denied = 0; denied < 2; denied++) {
		reset();
		k.ended = wait_for_signal;
		e = NSERR_INIT;
		keep(&k, 0);
		caller_cannot_kill = denied;
		CHECK_INT(plan_keeper_end(&k, 0, SIGTERM, &e), denied ? 0 : -EINVAL);
		caller_cannot_kill = false;
		CHECK_STR(e.what,
			  denied ? "" : "the helper process ended before it reported its result");
		if (denied) {
			kill(k.pid, SIGKILL);
			CHECK_INT(waitpid(k.pid, NULL, 0), k.pid);
		}
		CHECK(unit_has_no_child());
	}
	/* a pending signal is passed on to the helper */
	reset();
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	keep(&k, 0);
	kill(getpid(), SIGTERM);
	CHECK_INT(plan_keeper_end(&k, 0, 0, &e), 0);
	CHECK_STR(e.what, "");
	caller_discard_term();
	/* if the status cannot be sent, the helper waits for the end of the program and gets the
	 * status -1, also if there are no pidfds */
	for (int missing = 0; missing < 2; missing++) {
		reset();
		world.no_pidfd = missing;
		k.ended = refuse;
		pid = fork();
		if (pid == 0)
			while (pause() < 0)
				;
		keep(&k, pid);
		answer.fd = k.line;
		CHECK_INT(shutdown(k.line, SHUT_WR), 0);
		CHECK_INT(poll(&answer, 1, 200), 0);
		kill(pid, SIGKILL);
		world.send = true;
		CHECK_INT(plan_keeper_end(&k, 0, 0, &e), -EBUSY);
		CHECK_STR(e.what, "status -1");
		CHECK_INT(waitpid(pid, NULL, 0), pid);
	}
	/* if the status cannot be sent, plan_keeper_end() shuts down the socket for writing */
	reset();
	world.send = true;
	keep(&k, 0);
	CHECK_INT(plan_keeper_end(&k, 0, 0, &e), -EBUSY);
	CHECK_STR(e.what, "status -1");
	CHECK(unit_has_no_child());
}

static void the_helper_watches_until_a_message_arrives(void)
{
	struct plan_keeper k = { .heard = hear };
	int line[2];

	reset();
	CHECK(pipe2(line, O_CLOEXEC) == 0 && pipe2(watched, O_CLOEXEC) == 0);
	CHECK(write(line[1], "x", 1) == 1 && write(watched[1], "abc", 3) == 3);
	k.watch = watched[0];
	plan_keeper_watch(&k, NULL, line[0]);
	CHECK(seen->heard == 3 && world.polls == 4);
	reset();
	k.watch = -1;
	plan_keeper_watch(&k, NULL, line[0]);
	CHECK_INT(world.polls, 0);
	reset();
	k.watch = watched[0];
	world.poll = true;
	plan_keeper_watch(&k, NULL, line[0]);
	CHECK(seen->heard == 0 && world.polls == 100);
	for (int i = 0; i < 2; i++) {
		close(line[i]);
		close(watched[i]);
	}
	alarm(0);
}

UNIT_MAIN(CASE(the_helper_reports_its_result), CASE(the_helper_watches_until_a_message_arrives))
