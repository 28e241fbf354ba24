// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the steps that run shell commands: that of --setup inside the new namespaces,
 * and that of --setup-outside in the helper outside of them. */
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

#include "cred/caps.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_pidfd.h"
#include "nsunshare.h"
#include "run/interrupt.h"

/* Executes the command. The kernel kills the command when the process `parent` dies. The command
 * gets the signal mask and actions of the caller of nsunshare. */
static _Noreturn void execute(struct supervise as, const char *command, pid_t parent)
{
	struct nserr e = NSERR_INIT;

	as.death_signal = SIGKILL;
	as.parent = as.tty = -1;
	as.parent_pid = parent;
	if (supervise_child(&as, &e) == 0)
		execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(CLI_EXIT_NOEXEC);
}

/* Reports how the command of the option has ended. pid is the result of the fork, and rc that of
 * the wait. Returns 0 if the command has ended with status 0, otherwise a negative errno with e
 * set. */
static int report(const char *option, const char *command, pid_t pid, int rc, int wstatus,
		  struct nserr *e)
{
	if (rc < 0)
		return nserr_set(e, rc, "cannot %s --%s '%s'",
				 pid < 0 ? "create a process for" : "wait for", option, command);
	if (WIFSIGNALED(wstatus))
		return nserr_set(e, 0, "--%s '%s' was killed by signal %d", option, command,
				 WTERMSIG(wstatus));
	return wstatus ? nserr_set(e, 0, "--%s '%s' failed with status %d", option, command,
				   WEXITSTATUS(wstatus))
		       : 0;
}

/* ---- The command of --setup */

static _Noreturn void setup_child(const struct run *r, const char *command, pid_t parent)
{
	const struct cred all_caps = { .keep_caps = true };
	const struct plan_step keep_caps = { .arg = &all_caps };
	struct nserr e = NSERR_INIT;

	/* capabilities(7): a process of a user other than 0 loses its capabilities at execve(2), so
	 * make them ambient */
	if (geteuid() != 0 && cred_caps_sets.run(NULL, &keep_caps, &e) < 0)
		_exit(CLI_EXIT_NOEXEC);
	execute(r->supervise, command, parent);
}

static int run_setup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	const char *command = s->arg;
	struct sigaction old;
	pid_t self = getpid(), pid;
	int wstatus = 0, rc;

	if (access("/bin/sh", X_OK) < 0)
		return nserr_set(e, errno, "cannot execute /bin/sh for --setup '%s'", command);
	/* if SIGCHLD is ignored, waitpid(2) does not return the status */
	sigaction(SIGCHLD, &usual, &old);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGCHLD, &old, NULL);
		setup_child(ctx, command, self);
	}
	rc = pid < 0 || RETRY_EINTR(waitpid(pid, &wstatus, 0)) < 0 ? -errno : 0;
	sigaction(SIGCHLD, &old, NULL);
	return report("setup", command, pid, rc, wstatus, e);
}

const struct plan_kind step_setup = {
	.name = "setup",
	.call = "execve(/bin/sh)",
	.run = run_setup,
	.what = "run the command '%s' and wait for it",
};

/* ---- The command of --setup-outside */

/* Environment variable of the command with a reference to the program's process: a pid, which
 * nsutils and programs such as ip(8) accept. */
#define REF_VARIABLE "NSUTILS_REF"

static _Noreturn void outside_child(const struct run *r, const char *command, pid_t helper,
				    pid_t caller)
{
	struct supervise as = r->supervise;
	char ref[16];

	as.group = false;
	snprintf(ref, sizeof(ref), "%d", (int)r->pid);
	/* the helper is in a separate process group, in which the command could not read from the
	 * terminal */
	setpgid(0, getpgid(caller));
	if (setenv(REF_VARIABLE, ref, 1) < 0)
		_exit(CLI_EXIT_NOEXEC);
	execute(as, command, helper);
}

/*
 * Waits for the command. All signals are blocked in the helper, so it polls a signalfd for the
 * signals that the caller forwards. If such a signal arrives or the caller ends, kills the command.
 * Returns 0 and sets *wstatus, or a negative errno.
 */
static int wait_for_command(pid_t pid, int pidfd, pid_t caller, int *wstatus)
{
	cleanup_fd int of_caller = sys_pidfd_open(caller), stop = interrupt_open_ending();
	cleanup_fd int procfd = of_caller < 0 ? proc_stat_open(caller, NULL) : -1;
	struct pollfd p[] = { { .fd = pidfd, .events = POLLIN },
			      { .fd = stop, .events = POLLIN },
			      { .fd = of_caller, .events = POLLIN } };
	int rc = 0;

	/* without a pidfd of the command, neither a signal nor the end of the caller can end the
	 * wait */
	if (pidfd >= 0) {
		int n = proc_stat_poll(p, ARRAY_SIZE(p), procfd);

		rc = n < 0 ? n : p[0].revents ? 0 : -EINTR;
	}
	if (rc < 0)
		kill(pid, SIGKILL);
	if (RETRY_EINTR(waitpid(pid, wstatus, 0)) < 0 && rc == 0)
		rc = -errno;
	return rc;
}

static int run_outside(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	const char *command = s->arg;
	pid_t self = getpid(), caller = r->o->fork ? getppid() : r->pid, pid;
	struct sigaction old;
	cleanup_fd int pidfd = -1;
	int wstatus = 0, rc;

	/* if SIGCHLD is ignored, waitpid(2) does not return the status */
	sigaction(SIGCHLD, &usual, &old);
	pid = sys_clone(0, &pidfd);
	if (pid == 0) {
		sigaction(SIGCHLD, &old, NULL);
		outside_child(r, command, self, caller);
	}
	rc = pid < 0 ? pid : wait_for_command(pid, pidfd, caller, &wstatus);
	sigaction(SIGCHLD, &old, NULL);
	return rc == -EINTR ? interrupt_error(e)
			    : report("setup-outside", command, pid, rc, wstatus, e);
}

const struct plan_kind step_setup_outside = {
	.name = "setup-outside",
	.call = "execve(/bin/sh)",
	.run = run_outside,
	.what = "run the command '%s' outside of the namespaces and wait for it",
};
