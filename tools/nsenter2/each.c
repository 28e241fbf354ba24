// SPDX-License-Identifier: GPL-2.0-or-later
/* each: runs the program for each reference on standard input, several at a time. */
#include "each.h"

#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/file.h"
#include "run/exec.h"

static int exit_status(int wstatus)
{
	return WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
}

static void end_job(struct each *each, struct job *job, int wstatus)
{
	job_read_rest(each, job);
	each->good += exit_status(wstatus) == 0;
	each->worst = MAX(each->worst, exit_status(wstatus));
	each->running--;
	job->pid = 0;
}

static void collect(struct each *each)
{
	int wstatus;
	pid_t pid;

	while ((pid = RETRY_EINTR(waitpid(-1, &wstatus, WNOHANG))) > 0)
		for (unsigned i = 0; i < each->n_jobs; i++)
			if (each->jobs[i].pid == pid)
				end_job(each, &each->jobs[i], wstatus);
	if (pid < 0 && each->running > 0)
		cli_die(errno, "cannot wait for the programs");
}

/* Reads the pending signals. After a signal that ends nsenter2, no more programs are started, and
 * the running programs get the signal. A signal from the terminal is not sent to them, because they
 * have received it already. */
static void take_signals(struct each *each)
{
	struct signalfd_siginfo info;

	while (read(each->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		each->ended_by = (int)info.ssi_signo;
		each->next = each->refs.n;
		for (unsigned i = 0; i < each->n_jobs; i++)
			if (each->jobs[i].pid && info.ssi_code != SI_KERNEL)
				kill(each->jobs[i].pid, (int)info.ssi_signo);
	}
	collect(each);
}

static void wait_some(struct each *each)
{
	struct pollfd *p = each->polled;
	nfds_t n = 1;

	p[0] = (struct pollfd){ each->signals, POLLIN, 0 };
	for (unsigned i = 0; i < each->n_jobs; i++)
		for (int k = 0; k < STREAMS; k++, n++)
			p[n] = (struct pollfd){ each->jobs[i].pid ? each->jobs[i].pipe[k] : -1,
						POLLIN, 0 };
	if (poll(p, n, -1) < 0)
		return;
	for (unsigned i = 0; i < each->n_jobs; i++)
		for (int k = 0; k < STREAMS; k++)
			if (p[1 + STREAMS * i + (unsigned)k].revents)
				job_read(each, &each->jobs[i], k);
	if (p[0].revents)
		take_signals(each);
}

static void watch_signals(struct each *each)
{
	static const int watched[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaddset(&set, watched[i]);
	/* if SIGCHLD is ignored, the kernel reaps children and waitpid(2) does not return their
	 * status */
	each->on_child = signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, &each->mask);
	each->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	each->signals = file_above_std(each->signals);
	if (each->signals < 0)
		cli_die(errno, "cannot create a signal descriptor");
}

/* Starts a program for each remaining reference, until the maximum number of programs is
 * running. */
static void start_some(struct each *each)
{
	for (unsigned i = 0; i < each->n_jobs && each->next < each->refs.n; i++)
		while (!each->jobs[i].pid && each->next < each->refs.n)
			job_start(each, &each->jobs[i]);
}

int each_run(const struct run *r)
{
	struct each each = {
		.run = r,
		.n_jobs = MAX(r->o->each.parallel, 1),
		.simple = job_is_simple(r),
	};

	each_read(r->o, &each.refs);
	each.jobs = calloc(each.n_jobs, sizeof(*each.jobs));
	each.polled = calloc(1 + STREAMS * each.n_jobs, sizeof(*each.polled));
	if (!each.jobs || !each.polled)
		cli_die(ENOMEM, "cannot allocate memory for the jobs");
	watch_signals(&each);
	for (start_some(&each); each.running > 0; start_some(&each))
		wait_some(&each);
	if (each.lost < 0) {
		cli_warn(each.lost, "cannot copy the output of the programs");
		/* do not return the status of a program, because the programs may have failed only
		 * because no process reads their output any more */
		each.worst = CLI_EXIT_OWN;
	}
	cli_warn(0, "%zu of %zu programs succeeded, highest exit status %d", each.good, each.refs.n,
		 each.worst);
	if (each.ended_by)
		exec_end_as(each.ended_by);
	return each.worst;
}
