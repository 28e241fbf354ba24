// SPDX-License-Identifier: GPL-2.0-or-later
/* each: runs the program for every reference on standard input, several at a time. */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/sys_pidfd.h"
#include "nsenter2.h"
#include "run/exec.h"

enum { OUT, ERR, STREAMS };

struct job {
	pid_t pid; /* 0: free */
	const struct nsref *ref;
	int pipe[STREAMS]; /* read ends of its output with --prefix, otherwise -1 */
	struct buf line[STREAMS];
};

struct each {
	struct nsenter2 *n;
	struct each_refs refs;
	size_t next;
	struct job *jobs;
	struct pollfd *polled; /* signals, and the pipes of each job */
	unsigned n_jobs, running;
	size_t good;
	int worst;
	int lost;              /* error of the first output that could not be copied */
	bool simple;           /* only options that select namespaces: see in_place() */
	int signals;           /* signalfd */
	sigset_t mask;         /* the caller's */
	void (*on_child)(int); /* the caller's SIGCHLD */
	int ended_by;          /* the signal that ends nsenter2, or 0 */
};

/* ---- One run */

/* Arguments of the child. */
struct begin {
	const struct each *each;
	struct nsenter2 *n;
	const int *pipe; /* write ends of the pipes of the job */
	struct plan plan;
};

/* Moves the pipes to the standard streams. Ends the child on failure, because its output must not
 * go elsewhere. */
static void take_streams(const struct begin *b)
{
	for (int i = 0; i < STREAMS; i++) {
		if (b->pipe[i] >= 0 && dup2(b->pipe[i], i + 1) < 0) {
			cli_warn(errno, "cannot duplicate a pipe");
			_exit(CLI_EXIT_OWN);
		}
	}
	signal(SIGCHLD, b->each->on_child);
	sigprocmask(SIG_SETMASK, &b->each->mask, NULL);
}

/* Enters the namespaces and executes the program, in the child. */
static _Noreturn void be_child(const struct begin *b)
{
	take_streams(b);
	run_target(b->n);
}

/* The same in a child that shares the memory of the parent. */
static int be_child_in_place(void *arg)
{
	const struct begin *b = arg;
	struct nserr e;

	take_streams(b);
	(void)!plan_run(&b->plan, b->n, NULL, &e);
	cli_warn_nserr(&e);
	_exit(cli_status(&e));
}

/*
 * Returns true if the child calls only setns(2) and execve(2). Then it needs no copy of the memory,
 * and a run of a small program costs a sixth less. Returns false if files of a foreign mount
 * namespace are used: a file that blocks would block nsenter2.
 */
static bool in_place(const struct each *each, const struct nsenter2 *n)
{
	return SYS_HAS_VFORK && each->simple && !n->all && !n->user_parent &&
	       !(n->types & ~STEPS_UNSEEN);
}

static bool is_simple(struct nsenter2 *n)
{
	struct plan exec_alone = PLAN_INIT;
	bool simple;

	steps_add(n, &exec_alone);
	simple = exec_alone.n == 1 && !n->follow && !n->context && !n->explain;
	plan_free(&exec_alone);
	return simple;
}

static pid_t start_child(struct begin *b, struct nserr *e)
{
	pid_t pid;

	if (in_place(b->each, b->n)) {
		int rc = target_hold(b->n, e);

		if (rc < 0)
			return rc;
		steps_add(b->n, &b->plan);
		pid = sys_vfork(0, be_child_in_place, b);
		/* no room for its stack */
		if (pid == -ENOMEM && (pid = sys_clone(0, -1, NULL)) == 0)
			be_child_in_place(b);
		plan_free(&b->plan);
	} else {
		pid = sys_clone(0, -1, NULL);
		if (pid == 0)
			be_child(b);
	}
	return pid < 0 ? nserr_set(e, pid, "cannot create a process") : pid;
}

/* Opens one reference. A namespace has only its own type, so other options of the target are
 * dropped. */
static int open_ref(struct nsenter2 *n, const struct nsref *ref, struct nserr *e)
{
	n->target = ref->text;
	n->ref = *ref;
	if (!nsref_is_process(ref)) {
		n->types = 0;
		memset(n->files, 0, sizeof(n->files));
		n->all = false;
		n->net_socket = -1;
		if (n->root.from == DIR_TARGET)
			n->root.from = DIR_UNSET;
		if (n->wd.from == DIR_TARGET)
			n->wd.from = DIR_UNSET;
	} else if (!n->all && !n->types && n->net_socket < 0) {
		return nserr_set(e, 0, "process given, but no namespace type selected");
	}
	return target_open(n, e);
}

static int open_pipes(struct job *job, int theirs[STREAMS])
{
	for (int i = 0; i < STREAMS; i++) {
		int pair[2];

		if (pipe2(pair, O_CLOEXEC) < 0)
			return -errno;
		job->pipe[i] = file_above_std(pair[0]);
		theirs[i] = file_above_std(pair[1]);
		fcntl(job->pipe[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static void fail(struct each *each, const struct nsref *ref, struct nserr *e)
{
	nserr_prefix(e, "%s", ref->text);
	cli_warn_nserr(e);
	each->worst = MAX(each->worst, CLI_EXIT_OWN);
}

static void start(struct each *each, struct job *job)
{
	const struct nsref *ref = &each->refs.ref[each->next++];
	struct nsenter2 n = *each->n;
	struct nserr e = NSERR_INIT;
	int theirs[STREAMS] = { -1, -1 }, rc;

	*job = (struct job){ .ref = ref, .pipe = { -1, -1 } };
	rc = open_ref(&n, ref, &e);
	if (rc == 0 && n.each.prefix) {
		rc = open_pipes(job, theirs);
		if (rc < 0)
			nserr_set(&e, rc, "cannot create a pipe");
	}
	if (rc == 0)
		job->pid = start_child(&(struct begin){ each, &n, theirs, PLAN_INIT }, &e);
	for (int i = 0; i < STREAMS; i++)
		util_close(&theirs[i]);
	nsjoin_close(&n.join);
	if (job->pid > 0) {
		each->running++;
		return;
	}
	for (int i = 0; i < STREAMS; i++)
		util_close(&job->pipe[i]);
	job->pid = 0;
	fail(each, ref, &e);
}

/* ---- Output */

/* Writes all whole lines of the buffer, each after its reference; with rest, also a partial line.
 */
static void write_lines(struct each *each, struct job *job, int stream, bool rest)
{
	struct buf *b = &job->line[stream];
	struct buf out = BUF_INIT;
	char name[512];
	size_t done = 0;
	int rc = 0;

	str_escape(name, sizeof(name), job->ref->text, strlen(job->ref->text));
	while (done < b->len) {
		const char *nl = memchr(b->s + done, '\n', b->len - done);
		size_t n = nl ? (size_t)(nl - b->s) - done : b->len - done;

		if (!nl && !rest)
			break;
		buf_printf(&out, "%s: ", name);
		buf_add(&out, b->s + done, n);
		buf_addc(&out, '\n');
		done += n + (nl ? 1 : 0);
	}
	if (out.len)
		rc = out.err ? out.err : file_write_all(stream + 1, out.s, out.len);
	if (rc < 0 && each->lost == 0)
		each->lost = rc;
	buf_free(&out);
	if (done < b->len)
		memmove(b->s, b->s + done, b->len - done);
	b->len -= done;
}

#define LINE_MAX_KEPT (64u << 10) /* a longer line is written in pieces */

static void read_output(struct each *each, struct job *job, int stream)
{
	char buf[8192];

	for (;;) {
		ssize_t n = RETRY_EINTR(read(job->pipe[stream], buf, sizeof(buf)));

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && each->lost == 0)
			each->lost = -errno;
		if (n <= 0)
			break;
		buf_add(&job->line[stream], buf, (size_t)n);
		write_lines(each, job, stream, job->line[stream].len > LINE_MAX_KEPT);
	}
	util_close(&job->pipe[stream]);
}

/* ---- All of them */

static int exit_status(int wstatus)
{
	return WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
}

/* Reads the remaining output of a job that has ended. Nobody reads later output of its background
 * processes. */
static void end_job(struct each *each, struct job *job, int wstatus)
{
	for (int i = 0; i < STREAMS; i++) {
		if (job->pipe[i] >= 0)
			read_output(each, job, i);
		write_lines(each, job, i, true);
		util_close(&job->pipe[i]);
		buf_free(&job->line[i]);
	}
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

/* Handles a signal that ends nsenter2: no other program is started, and the signal is sent to the
 * running ones, except a signal of the terminal, which they have received already. */
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
				read_output(each, &each->jobs[i], k);
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
	/* if SIGCHLD is ignored, children vanish before they are waited for */
	each->on_child = signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, &each->mask);
	each->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	each->signals = file_above_std(each->signals);
	if (each->signals < 0)
		cli_die(errno, "cannot create a signal descriptor");
}

/* Starts programs while a job is free. */
static void start_some(struct each *each)
{
	for (unsigned i = 0; i < each->n_jobs && each->next < each->refs.n; i++)
		while (!each->jobs[i].pid && each->next < each->refs.n)
			start(each, &each->jobs[i]);
}

int each_run(struct nsenter2 *n)
{
	struct each each = {
		.n = n,
		.n_jobs = MAX(n->each.parallel, 1),
		.simple = is_simple(n),
	};

	each_read(n, &each.refs);
	each.jobs = calloc(each.n_jobs, sizeof(*each.jobs));
	each.polled = calloc(1 + STREAMS * each.n_jobs, sizeof(*each.polled));
	if (!each.jobs || !each.polled)
		cli_die(ENOMEM, "cannot allocate the jobs");
	watch_signals(&each);
	for (start_some(&each); each.running > 0; start_some(&each))
		wait_some(&each);
	if (each.lost < 0) {
		cli_warn(each.lost, "cannot copy the output of the programs");
		each.worst = MAX(each.worst, CLI_EXIT_OWN);
	}
	cli_warn(0, "%zu of %zu succeeded, worst exit status %d", each.good, each.refs.n,
		 each.worst);
	if (each.ended_by)
		exec_end_as(each.ended_by);
	return each.worst;
}
