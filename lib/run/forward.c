// SPDX-License-Identifier: GPL-2.0-or-later
/* forward: forwards signals to the child, stops this process when the child stops, and gives the
 * child the foreground of the terminal. */
#include "run/supervise.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "run/foreground.h"
#include "run/shutdown.h"

/* Makes the child's process group the foreground process group again, after this process was
 * stopped and continued. */
static void give_terminal(struct supervise *s)
{
	if (!s->group || s->tty >= 0 || s->pid <= 0)
		return;
	s->tty = foreground_open();
	if (s->tty >= 0)
		foreground_give(s->tty, s->pid);
}

/* ---- Stopping */

/*
 * Stops this process with signal sig until SIGCONT, unless a SIGCONT has arrived already. A stop
 * signal discards a pending SIGCONT (signal(7)), so this function checks for SIGCONT first. A
 * SIGCONT that arrives after the kill(2) below discards sig, which is intended. A SIGCONT that
 * arrives before the kill(2) may have reached only the child. Then waitid(2) reports that the child
 * runs again, and this function discards sig.
 */
static void stop_self(struct supervise *s, int sig)
{
	const struct timespec now = { 0 };
	siginfo_t info = { 0 };
	sigset_t set;

	/* do nothing in process 1, because the kernel ignores a stop signal that process 1 sends to
	 * itself */
	if (getpid() == 1)
		return;
	foreground_take(&s->tty);
	if (sigpending(&set) == 0 && sigismember(&set, SIGCONT))
		return;
	kill(getpid(), sig);
	sigemptyset(&set);
	sigaddset(&set, sig);
	if (!s->child_init &&
	    waitid(P_PID, (id_t)s->pid, &info, WCONTINUED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
		sigtimedwait(&set, NULL, &now);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* The SIGCONT that continued this process is pending. It is forwarded later, like any other
	 * signal. */
}

static bool is_stop(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* Stops this process after the child has stopped. Replaces SIGSTOP by SIGTSTP, which the kernel
 * ignores in an orphaned process group, because no process could continue it. */
static void child_stopped(struct supervise *s, int sig)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };

	sig = is_stop(sig) ? sig : SIGTSTP;
	/* set the default action, because the caller may have ignored the signal */
	sigaction(sig, &dfl, NULL);
	stop_self(s, sig);
}

/* ---- Forwarding */

/*
 * Returns true if the terminal has sent this signal to the child, too: it signals the whole
 * foreground process group (SI_KERNEL). When the terminal is lost, however, SIGHUP and the SIGCONT
 * after it go to the session leader only. SIGALRM of a timer that was set before this program was
 * executed is SI_KERNEL, too, and goes to this process only.
 */
static bool sent_to_group(const struct supervise *s, const siginfo_t *info)
{
	if (info->si_code != SI_KERNEL)
		return false;
	switch (info->si_signo) {
	case SIGHUP:
	case SIGCONT:
		if (getsid(0) == getpid())
			return false;
		break;
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGWINCH:
		break;
	default:
		return false;
	}
	return getpgid(s->pid) == getpgrp();
}

static void send_to_child(const struct supervise *s, int sig, const siginfo_t *info)
{
	if (s->pid <= 0)
		return;
	if (s->group)
		kill(-s->pid, sig);
	else if (info->si_code == SI_QUEUE)
		sigqueue(s->pid, sig, info->si_value);
	else
		kill(s->pid, sig);
}

/*
 * Returns true if another process has continued the child: a shell continues the whole process
 * group. In this case the child must not get a second SIGCONT, which could undo its next stop.
 * Returns false for a child that is process 1, because it cannot stop itself.
 */
static bool has_continued(const struct supervise *s)
{
	siginfo_t info = { 0 };

	return s->pid > 0 && waitid(P_PID, (id_t)s->pid, &info, WCONTINUED | WNOHANG) == 0 &&
	       info.si_pid;
}

static void received(struct supervise *s, const siginfo_t *info);

/*
 * If the terminal stopped the child after SIGCONT came to this process and before this process
 * forwarded it, the forwarded SIGCONT has undone the stop. In this case, this function sends the
 * pending stop signal to the child, even if the terminal has sent it to the whole group. If the
 * child was stopped again before that, the second stop signal stays pending until the next SIGCONT
 * discards it (signal(7)).
 */
static void stop_again(struct supervise *s)
{
	const struct timespec now = { 0 };
	siginfo_t info;
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	if (sigtimedwait(&stops, &info, &now) < 0)
		return;
	info.si_code = SI_USER;
	received(s, &info);
}

static void received(struct supervise *s, const siginfo_t *info)
{
	int came = info->si_signo, sig = s->rewrite[came] ? s->rewrite[came] : came;

	sigaddset(&s->seen, came);
	if (sig < 0)
		return;
	if (sig == SIGCONT) {
		give_terminal(s);
		if (sig == came && has_continued(s))
			return;
	}
	if (s->init && (sig == SIGTERM || (sig == SIGINT && s->pause)) && shutdown_end(s))
		return;
	if (s->stops && sig == SIGTERM) {
		shutdown_begin(s);
		if (s->stop_signal)
			sig = s->stop_signal;
	}
	if (supervise_must_kill(s, sig)) {
		s->ended_by = sig;
		kill(s->pid, SIGKILL);
		return;
	}
	if (sig != came || !sent_to_group(s, info))
		send_to_child(s, sig, info);
	/* continue a stopped child, because it receives the signal that replaces SIGTERM only when
	 * it runs */
	if (s->stops && came == SIGTERM)
		send_to_child(s, SIGCONT, &(siginfo_t){ .si_code = SI_USER });
	if (s->child_init && is_stop(sig))
		stop_self(s, sig);
	if (sig == SIGCONT) {
		/* clear the event, because otherwise the next call would take this SIGCONT for a
		 * signal from a shell */
		(void)has_continued(s);
		stop_again(s);
	}
}

int supervise_ending(const struct supervise *s)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (sigismember(&s->seen, ending[i]) == 1)
			return ending[i];
	return 0;
}

/* ---- Waiting */

/*
 * Returns the wait status to report for a program that was process 1. Process 1 cannot end by a
 * signal that it sends to itself, so it exits with 128 + n instead. If this process has received
 * the signal n, too, reports that the program ended by this signal, because a shell ends its loops
 * only after a program that SIGINT has ended. Excludes stop signals, because they do not end a
 * program and would stop this process. If SIGKILL replaced a signal, reports that signal.
 */
static int meant(const struct supervise *s, int wstatus)
{
	int sig = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) - 128 : 0;

	if (s->ended_by && WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGKILL)
		return s->ended_by;
	if (s->child_init && sig > 0 && sig < SUPERVISE_NSIG && !is_stop(sig) &&
	    sigismember(&s->seen, sig) == 1)
		return sig;
	return wstatus;
}

/* Reaps the children that have ended and handles those that have stopped. Returns 1 if the wait is
 * over, 0 if it must continue, or a negative errno. */
static int collect(struct supervise *s)
{
	bool reaped = false, none = false;

	for (;;) {
		int status;
		pid_t pid = waitpid(s->init ? -1 : s->pid, &status, WNOHANG | WUNTRACED);

		if (pid == 0) {
			if (s->init && s->pid == 0 && !s->pause)
				shutdown_end(s);
			/* call shutdown_orphans() once for all reaped children, because it examines
			 * all remaining processes */
			if (reaped)
				shutdown_orphans(s);
			return 0;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0 && (!s->init || errno != ECHILD || s->pid > 0))
			return -errno;
		/* end the wait only if waitpid(2) fails with ECHILD twice in a row, because
		 * descendants that still exist after the wait are never killed */
		if (pid < 0 && none)
			return !s->pause || s->phase != 0;
		none = pid < 0;
		if (none)
			continue;
		if (WIFSTOPPED(status)) {
			/* during the shutdown, this process must not stop, because the grace period
			 * must end the wait */
			if (pid == s->pid && s->phase == 0)
				child_stopped(s, WSTOPSIG(status));
			continue;
		}
		if (pid == s->pid) {
			s->wstatus = meant(s, status);
			/* clear the pid of the child, because another process may get this pid from
			 * now on */
			s->pid = 0;
			if (!s->init)
				return 1;
		}
		reaped = true;
	}
}

/*
 * The signal that the kernel sends when a descriptor of supervise_watch() becomes readable. It is a
 * real-time signal, because real-time signals are queued (signal(7)): if another process sends the
 * same signal, neither of the two is lost.
 */
#define READABLE SIGRTMAX

int supervise_watch(int fd)
{
	if (fcntl(fd, F_SETOWN, getpid()) < 0 || fcntl(fd, F_SETSIG, READABLE) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) < 0)
		return -errno;
	return 0;
}

/* Returns true if the kernel has sent this signal because a descriptor has become readable. If the
 * queue of real-time signals is full, the kernel sends SIGIO instead (fcntl(2)). */
static bool is_readable(const siginfo_t *info)
{
	return info->si_code > 0 && (info->si_signo == READABLE || info->si_signo == SIGIO);
}

int supervise_wait(struct supervise *s, struct nserr *e)
{
	sigset_t all;
	int rc;

	if (s->parent >= 0)
		close(TAKE_FD(s->parent));
	if (s->group)
		setpgid(s->pid, s->pid);
	supervise_signals(&all);
	/* SIGCHLD has been blocked since before the fork: it is pending if the child has ended */
	do {
		siginfo_t info;
		int sig = shutdown_wait(s, &all, &info);
		bool readable = sig > 0 && s->readable && is_readable(&info);

		rc = 0;
		if (readable || (sig == SIGCHLD && s->readable))
			s->readable(s->readable_ctx);
		if (readable)
			continue;
		if (sig > 0 && sig != SIGCHLD)
			received(s, &info);
		/* with --pause there may be no child that raises SIGCHLD, so check after each
		 * signal */
		if (sig == SIGCHLD || s->pause)
			rc = collect(s);
	} while (rc == 0);
	foreground_take(&s->tty);
	if (rc < 0 && s->init)
		shutdown_kill(s);
	if (rc < 0)
		return nserr_set(e, rc, "cannot wait for process %d", (int)s->pid);
	return s->wstatus;
}
