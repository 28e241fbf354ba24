// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_keep: implements the main loop of a helper that runs until the program has ended. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kernel/proc_stat.h"
#include "kernel/sys_pidfd.h"
#include "run/interrupt.h"
#include "run/line.h"
#include "run/plan.h"

/* The message from the helper to the caller. The caller's message to the helper is the wait status,
 * an int. */
struct answer {
	int rc;
	struct nserr err;
};

/* Waits for the end of a process that is not a child of the helper. pidfd or procfd is -1; if both
 * are, returns at once. */
static void wait_for(int pidfd, int procfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0 || procfd >= 0)
		(void)!proc_stat_poll(&p, 1, procfd);
}

void plan_keeper_watch(const struct plan_keeper *k, void *ctx, int line)
{
	/* ENOMEM may be transient; retry, because a process in the new namespaces may wait for an
	 * answer */
	for (int failures = 0; k->watch >= 0 && failures < 100;) {
		struct pollfd p[] = { { .fd = k->watch, .events = POLLIN },
				      { .fd = line, .events = POLLIN } };

		if (RETRY_EINTR(poll(p, ARRAY_SIZE(p), -1)) < 0)
			failures++;
		else if (p[0].revents)
			k->heard(ctx);
		else if (p[1].revents)
			return;
	}
}

_Noreturn void plan_keep(const struct plan_keeper *k, void *ctx, int line, pid_t child)
{
	struct answer a = { .err = NSERR_INIT };
	int pidfd = sys_pidfd_open(child), wstatus = -1;
	int procfd = pidfd < 0 ? proc_stat_open(child, NULL) : -1;

	k->running(ctx);
	plan_keeper_watch(k, ctx, line);
	/* The program may control the caller, which is in the program's namespaces. Therefore any
	 * message only ends this wait and has no other effect. */
	if (RETRY_EINTR(recv(line, &wstatus, sizeof(wstatus), 0)) != (ssize_t)sizeof(wstatus)) {
		wstatus = -1;
		/* with --detach, the caller may end before process 1 has reported the pid of the
		 * program, so wait for this report, too */
		plan_keeper_watch(k, ctx, pidfd);
		wait_for(pidfd, procfd);
	}
	a.rc = k->ended(ctx, wstatus, &a.err);
	(void)!line_send(line, &a, sizeof(a));
	_exit(0);
}

int plan_keeper_end(struct plan_keeper *k, int wstatus, int sig, struct nserr *e)
{
	cleanup_fd int line = k ? TAKE_FD(k->line) : -1, stop = -1;
	struct answer a = { .rc = 0 };
	ssize_t n;

	if (line < 0)
		return 0;
	stop = interrupt_open_ending();
	/* if the status cannot be sent, close the socket for writing: the helper also stops waiting
	 * at the end of file */
	if (line_send(line, &wstatus, sizeof(wstatus)) < 0)
		shutdown(line, SHUT_WR);
	if (sig == 0 && interrupt_wait(stop, line) < 0)
		sig = interrupt_pending();
	/* do not wait for the helper if kill(2) fails: with --owner, this process may have no
	 * permission to signal the helper */
	if (sig && kill(k->pid, sig) < 0)
		return 0;
	n = RETRY_EINTR(recv(line, &a, sizeof(a), 0));
	(void)RETRY_EINTR(waitpid(k->pid, NULL, 0));
	if (n != (ssize_t)sizeof(a))
		return nserr_set(e, 0, "the helper process ended before it reported its result");
	if (a.rc < 0)
		*e = a.err;
	return a.rc;
}
