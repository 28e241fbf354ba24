// SPDX-License-Identifier: GPL-2.0-or-later
/* supervise: blocks signals before the child is forked. In the child, restores the caller's signal
 * mask and actions and sets the foreground process group and the parent death signal. */
#include "run/supervise.h"

#include <fcntl.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "base/signame.h"
#include "kernel/sys_pidfd.h"
#include "run/foreground.h"
#include "run/interrupt.h"

/* Signals that a fault of this process raises. They are not blocked, and they act at once even if
 * another process sends them. */
static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };

void supervise_signals(sigset_t *all)
{
	sigfillset(all);
	for (size_t i = 0; i < ARRAY_SIZE(synchronous); i++)
		sigdelset(all, synchronous[i]);
}

int supervise_block(struct supervise *s, struct nserr *e)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	struct sigaction old;
	sigset_t all;

	s->parent = s->proc = s->child_status = s->child_syscall = -1;
	sigemptyset(&s->seen);
	if (s->escalate)
		s->proc = file_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	s->tty = s->group ? foreground_open() : -1;
	if (s->death_signal) {
		s->parent_pid = getpid();
		/* if pidfd_open(2) is missing (ENOSYS) or is denied by a seccomp filter, the child
		 * calls getppid(2) instead to check whether the parent has died */
		s->parent = sys_pidfd_open(s->parent_pid);
		if (s->parent < 0)
			s->parent = -1;
	}
	supervise_signals(&all);
	if (sigprocmask(SIG_BLOCK, &all, &s->mask) < 0)
		return nserr_set(e, errno, "cannot block signals");
	/* set the default action of SIGCHLD, because waitpid(2) cannot return the child's status if
	 * SIGCHLD is ignored (wait(2)) */
	if (sigaction(SIGCHLD, &dfl, &old) < 0)
		return nserr_set(e, errno, "cannot reset the action of SIGCHLD");
	s->ignored_sigchld = old.sa_handler == SIG_IGN;
	return 0;
}

void supervise_interrupts(const struct supervise *s, sigset_t *set)
{
	interrupt_ending(&s->mask, set);
}

static int restore_signals(const struct supervise *s)
{
	const struct sigaction ign = { .sa_handler = SIG_IGN };

	if (s->ignored_sigchld && sigaction(SIGCHLD, &ign, NULL) < 0)
		return -errno;
	return sigprocmask(SIG_SETMASK, &s->mask, NULL) < 0 ? -errno : 0;
}

void supervise_unblock(struct supervise *s)
{
	if (s->parent >= 0)
		close(TAKE_FD(s->parent));
	interrupt_as_init();
	(void)!restore_signals(s);
}

int supervise_death_signal(int sig, int parent, pid_t parent_pid)
{
	pid_t now;

	if (prctl(PR_SET_PDEATHSIG, sig) < 0)
		return -errno;
	/* check whether the parent has already died, because then the death signal will not be
	 * sent */
	if (parent >= 0)
		return sys_pidfd_ended(parent) == 1 ? -ESRCH : 0;
	/* accept 0, because getppid(2) returns it if the parent is outside of the pid namespace of
	 * this process */
	now = getppid();
	return now == 0 || now == parent_pid ? 0 : -ESRCH;
}

static int set_death_signal(const struct supervise *s, struct nserr *e)
{
	int rc = s->death_signal ? supervise_death_signal(s->death_signal, s->parent, s->parent_pid)
				 : 0;

	if (rc == -ESRCH)
		return nserr_set(e, 0, "the parent process has ended");
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

	/* the child makes its group the foreground process group, because it may read from the
	 * terminal at once */
	if (s->group)
		setpgid(0, 0);
	if (s->tty >= 0)
		foreground_give(s->tty, getpid());
	rc = set_death_signal(s, e);
	if (rc < 0)
		return rc;
	/* check the result, because a seccomp filter can deny sigprocmask(2) */
	rc = restore_signals(s);
	return rc < 0 ? nserr_set(e, rc, "cannot restore the caller's signal mask") : 0;
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
		buf_adds(out, "; create a process group");
	if (s->death_signal)
		buf_printf(out, "; receive SIG%s when the parent dies",
			   signame_format(s->death_signal, name));
}

/* A change of credentials clears the parent death signal (prctl(2)), so this step comes after the
 * last change. */
static const struct plan_kind signals_kind = {
	.name = "signals",
	.call = "rt_sigaction(2), rt_sigprocmask(2)",
	.run = run_child,
	.show = show_child,
	.brief = true,
}, death_kind = {
	.name = "signals",
	.call = "prctl(PR_SET_PDEATHSIG), rt_sigaction(2), rt_sigprocmask(2)",
	.run = run_child,
	.show = show_child,
	.brief = true,
};

void supervise_plan(const struct supervise *s, struct plan *p, enum plan_actor actor)
{
	plan_add(p, actor, s->death_signal ? &death_kind : &signals_kind, s, 0);
}
