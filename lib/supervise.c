// SPDX-License-Identifier: GPL-2.0-or-later
/* supervise: signals, stops and the terminal between a child and its caller. */
#include "supervise.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

#include "file.h"
#include "reap.h"
#include "signame.h"
#include "sys_pidfd.h"

/* Raised by a fault of our own, they must act on us. Sent by somebody they do so too. */
static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };

BIND_EARLY(sigaction)
BIND_EARLY(sigaddset)
BIND_EARLY(sigdelset)
BIND_EARLY(sigemptyset)
BIND_EARLY(sigfillset)
BIND_EARLY(sigismember)
BIND_EARLY(sigprocmask)
BIND_EARLY(waitpid)

/* ---- The terminal, for a child with a process group of its own */

/* The terminal, if its foreground is ours to give; else -1. */
static int terminal_open(void)
{
	cleanup_fd int tty = file_open_at(AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY, 0);

	/* a group that our pid namespace does not see is 0, and then nobody could take it back */
	if (tty < 0 || getpgrp() == 0 || tcgetpgrp(tty) != getpgrp())
		return -1;
	return TAKE_FD(tty);
}

/* Again, when we go on after a stop. SIGTTOU, which tcsetpgrp(3) raises from the background, is
 * blocked. */
static void terminal_give(struct supervise *s)
{
	if (!s->group || s->tty >= 0 || s->pid <= 0)
		return;
	s->tty = terminal_open();
	if (s->tty >= 0)
		(void)!tcsetpgrp(s->tty, s->pid);
}

static void terminal_take(struct supervise *s)
{
	cleanup_fd int tty = TAKE_FD(s->tty);

	if (tty >= 0)
		(void)!tcsetpgrp(tty, getpgrp());
}

/* ---- Around the fork */

int supervise_block(struct supervise *s, struct nserr *e)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	struct sigaction old;
	sigset_t all;

	s->parent = -1;
	sigemptyset(&s->seen);
	s->tty = s->group ? terminal_open() : -1;
	if (s->death_signal) {
		s->parent_pid = getpid();
		/* without it (-ENOSYS, or a filter) the child looks at getppid(2) */
		s->parent = sys_pidfd_open(s->parent_pid);
		if (s->parent < 0)
			s->parent = -1;
	}
	sigfillset(&all);
	for (size_t i = 0; i < ARRAY_SIZE(synchronous); i++)
		sigdelset(&all, synchronous[i]);
	if (sigprocmask(SIG_BLOCK, &all, &s->mask) < 0)
		return nserr_set(e, errno, "cannot block signals");
	/* ignored it would keep us from waiting: wait(2) would find no child */
	if (sigaction(SIGCHLD, &dfl, &old) < 0)
		return nserr_set(e, errno, "cannot reset the action of SIGCHLD");
	s->ignored_sigchld = old.sa_handler == SIG_IGN;
	return 0;
}

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* Of those that are ignored plan_run() finds out when one comes: four calls less for each start. */
void supervise_interrupts(const struct supervise *s, sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (!sigismember(&s->mask, ending[i]))
			sigaddset(set, ending[i]);
}

int supervise_interrupt_fd(void)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, ending[i]);
	return file_above_std(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

static void restore_signals(const struct supervise *s)
{
	const struct sigaction ign = { .sa_handler = SIG_IGN };

	if (s->ignored_sigchld)
		sigaction(SIGCHLD, &ign, NULL);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
}

void supervise_unblock(struct supervise *s)
{
	if (s->parent >= 0)
		close(TAKE_FD(s->parent));
	restore_signals(s);
}

int supervise_death_signal(int sig, int parent, pid_t parent_pid)
{
	pid_t now;

	if (prctl(PR_SET_PDEATHSIG, sig) < 0)
		return -errno;
	/* it may have died before the signal was set, and then none will come */
	if (parent >= 0)
		return sys_pidfd_ended(parent) == 1 ? -ESRCH : 0;
	now = getppid(); /* 0: outside of our pid namespace */
	return now == 0 || now == parent_pid ? 0 : -ESRCH;
}

static int set_death_signal(const struct supervise *s, struct nserr *e)
{
	int rc = s->death_signal ? supervise_death_signal(s->death_signal, s->parent, s->parent_pid)
				 : 0;

	if (rc == -ESRCH)
		return nserr_set(e, 0, "the parent has ended");
	return rc < 0 ? nserr_set(e, rc, "cannot set the parent death signal") : 0;
}

int supervise_inherit(struct supervise *s, const struct supervise *outer, struct nserr *e)
{
	s->mask = outer->mask;
	s->ignored_sigchld = outer->ignored_sigchld;
	s->parent = s->tty = -1;
	sigemptyset(&s->seen);
	return set_death_signal(outer, e);
}

int supervise_child(const struct supervise *s, struct nserr *e)
{
	int rc;

	/* by the child, which may read as soon as it runs, and then give it on */
	if (s->group)
		setpgid(0, 0);
	if (s->tty >= 0)
		(void)!tcsetpgrp(s->tty, getpid());
	rc = set_death_signal(s, e);
	if (rc == 0)
		restore_signals(s);
	return rc;
}

static int run_child(void *ctx, const struct plan_step *step, struct nserr *e)
{
	(void)ctx;
	return supervise_child(step->arg, e);
}

static void show_child(const void *ctx, const struct plan_step *step, struct buf *out)
{
	const struct supervise *s = step->arg;
	char name[SIGNAME_SIZE];

	(void)ctx;
	buf_adds(out, "restore the caller's signal mask and actions");
	if (s->group)
		buf_adds(out, ", in a process group of its own");
	if (s->death_signal)
		buf_printf(out, ", %s when the parent dies", signame_format(s->death_signal, name));
}

/* prctl(2): the parent death signal is cleared by a change of credentials, so it is set behind the
 * last of them. */
static const struct plan_kind signals_kind = {
	.name = "signals",
	.call = "prctl(PR_SET_PDEATHSIG), rt_sigprocmask",
	.run = run_child,
	.show = show_child,
	.brief = true,
};

void supervise_plan(const struct supervise *s, struct plan *p, enum plan_actor actor)
{
	plan_add(p, actor, &signals_kind, s, 0);
}

/* ---- Stopping */

/*
 * Stops us with signal sig until SIGCONT. A stop signal that is sent takes a pending SIGCONT away
 * (signal(7)), so where one has come already it is that which counts. From the sending on SIGCONT
 * takes the stop signal away; what continued the child alone before, the child tells of.
 */
static void stop_self(struct supervise *s, int sig)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	const struct timespec now = { 0 };
	siginfo_t info = { 0 };
	sigset_t set;

	/* the kernel stops no first process on its own wish */
	if (getpid() == 1)
		return;
	terminal_take(s);
	/* the caller may have ignored it */
	sigaction(sig, &dfl, NULL);
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
	/* the SIGCONT that woke us is pending and will be sent on like any other */
}

static bool is_stop(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* The child has stopped. SIGSTOP becomes SIGTSTP, which does nothing where nobody could wake us (an
 * orphaned process group). */
static void child_stopped(struct supervise *s, int sig)
{
	stop_self(s, is_stop(sig) ? sig : SIGTSTP);
}

/* ---- Sending on */

/*
 * Whether the terminal has sent this to the child, too: it signals the whole foreground process
 * group (SI_KERNEL). But SIGHUP, and the SIGCONT after it, on losing the terminal go to the leader
 * of the session alone. (SIGALRM of a timer that was set before we were executed is SI_KERNEL, and
 * ours alone.)
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
 * Whether the child has been continued: a shell continues the whole process group, and the same
 * again from us could come behind the next stop and undo it. (A first process never stops.)
 */
static bool has_continued(const struct supervise *s)
{
	siginfo_t info = { 0 };

	return s->pid > 0 && waitid(P_PID, (id_t)s->pid, &info, WCONTINUED | WNOHANG) == 0 &&
	       info.si_pid;
}

static void received(struct supervise *s, const siginfo_t *info);

/*
 * Behind our SIGCONT: where the terminal stopped the child between that and the SIGCONT to us, ours
 * undid it. So a stop signal that has come by now is sent on, whoever it was sent to; should the
 * child have it behind our SIGCONT, the next one takes the second away (signal(7)).
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

	/* of a write of our own */
	if (came == SIGPIPE && info->si_code == SI_USER && info->si_pid == getpid())
		return;
	sigaddset(&s->seen, came);
	if (sig < 0)
		return;
	if (sig == SIGCONT) {
		terminal_give(s);
		if (sig == came && has_continued(s))
			return;
	}
	if (s->init && sig == SIGTERM && reap_end(s))
		return;
	if (sig != came || !sent_to_group(s, info))
		send_to_child(s, sig, info);
	if (s->child_init && is_stop(sig))
		stop_self(s, sig);
	if (sig == SIGCONT) {
		/* that it has been, by us, is nothing to find the next time */
		(void)has_continued(s);
		stop_again(s);
	}
}

/* ---- Waiting */

/*
 * A first process cannot end by a signal of its own and exits 128 + n instead. Where that signal
 * has come to us, too, it is what ended the program: a shell around us must see a SIGINT as one, to
 * end its loops.
 */
static int meant(const struct supervise *s, int wstatus)
{
	int sig = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) - 128 : 0;

	if (s->child_init && sig > 0 && sig < SUPERVISE_NSIG && sigismember(&s->seen, sig) == 1)
		return sig;
	return wstatus;
}

/* Collects what has ended or stopped. 1 when all is over, 0, or a negative errno. */
static int collect(struct supervise *s)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(s->init ? -1 : s->pid, &status, WNOHANG | WUNTRACED);

		if (pid == 0) {
			if (s->init && s->pid == 0)
				reap_end(s);
			return 0;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return s->init && errno == ECHILD && s->pid == 0 ? 1 : -errno;
		if (WIFSTOPPED(status)) {
			if (pid == s->pid)
				child_stopped(s, WSTOPSIG(status));
			continue;
		}
		if (pid == s->pid) {
			s->wstatus = meant(s, status);
			s->pid = 0; /* may be somebody else's from now on */
			if (!s->init)
				return 1;
		}
		reap_orphans(s);
	}
}

int supervise_wait(struct supervise *s, struct nserr *e)
{
	sigset_t all;
	int rc;

	if (s->parent >= 0)
		close(TAKE_FD(s->parent));
	if (s->group)
		setpgid(s->pid, s->pid);
	sigfillset(&all);
	for (size_t i = 0; i < ARRAY_SIZE(synchronous); i++)
		sigdelset(&all, synchronous[i]);
	/* SIGCHLD has been blocked since before the fork: it is pending if the child has ended */
	do {
		siginfo_t info;
		int sig = reap_wait(s, &all, &info);

		rc = 0;
		if (sig == SIGCHLD)
			rc = collect(s);
		else if (sig > 0)
			received(s, &info);
	} while (rc == 0);
	terminal_take(s);
	if (rc < 0)
		return nserr_set(e, rc, "cannot wait for process %d", (int)s->pid);
	return s->wstatus;
}
