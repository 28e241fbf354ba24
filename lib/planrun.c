// SPDX-License-Identifier: GPL-2.0-or-later
/* planrun: executing the steps, by up to three processes. */
#include "plan.h"

#include <poll.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "file.h"
#include "procstat.h"

BIND_EARLY(poll)
BIND_EARLY(recv)
BIND_EARLY(signalfd)
BIND_EARLY(socketpair)

/* What goes over a line: to an actor "run from step `at`", back "done" or the error. */
struct plan_message {
	size_t at;
	int rc;
	struct nserr err;
};

struct plan_walk {
	const struct plan *p;
	void *ctx;
	enum plan_actor self;
	int line[PLAN_ACTORS]; /* to each other actor; the others have only [PLAN_CALLER] */
	pid_t pid[PLAN_ACTORS];
	size_t begun;        /* own steps below this have run and may be undone */
	size_t runs_already; /* the step from which a process just made runs without being told */
	int interrupt_fd;    /* signalfd of what ends the run early, or negative */
};

static void undo(const struct plan_walk *w)
{
	for (size_t i = w->begun; i-- > 0;) {
		const struct plan_step *s = &w->p->steps[i];

		if (s->actor == w->self && s->kind->undo)
			s->kind->undo(w->ctx, s);
	}
}

/* The end of the run of steps that begins at i and has one actor. A step that stays is a run of its
 * own. */
static size_t run_end(const struct plan *p, size_t i)
{
	enum plan_actor actor = p->steps[i].actor;

	do
		i++;
	while (i < p->n && p->steps[i].actor == actor && !p->steps[i].kind->stays);
	return i;
}

static int send_message(int line, const struct plan_message *m)
{
	ssize_t n;

	/* what is short of memory now need not be so for long, and nobody else can undo it */
	for (int tries = 0; tries < 100; tries++) {
		n = RETRY_EINTR(send(line, m, sizeof(*m), MSG_NOSIGNAL));
		if (n >= 0 || errno == EPIPE || errno == ECONNRESET)
			break;
	}
	return n == (ssize_t)sizeof(*m) ? 0 : -EPIPE;
}

/* 1 for a message, 0 for EOF (the other side ended or executed its program), or a negative errno.
 */
static int receive_message(int line, struct plan_message *m)
{
	ssize_t n = -1;

	for (int tries = 0; tries < 100 && n < 0; tries++) {
		n = RETRY_EINTR(recv(line, m, sizeof(*m), 0));
		if (n < 0 && errno == ECONNRESET)
			return 0;
	}
	return n < 0 ? -errno : n == (ssize_t)sizeof(*m);
}

/* Takes a signal from the signalfd. True when it is one that would end us: it is pending again, so
 * that it does so when it is unblocked. One that is ignored is gone, as it should be. */
static bool is_interrupted(const struct plan_walk *w)
{
	struct signalfd_siginfo info;
	struct sigaction now;

	if (read(w->interrupt_fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	    sigaction((int)info.ssi_signo, NULL, &now) < 0 || now.sa_handler == SIG_IGN)
		return false;
	kill(getpid(), (int)info.ssi_signo);
	return true;
}

/* Waits until the line has something to say: 0, or -EINTR when the caller is to end. */
static int wait_line(const struct plan_walk *w, int line)
{
	struct pollfd p[2] = { { .fd = line, .events = POLLIN },
			       { .fd = w->interrupt_fd, .events = POLLIN } };

	if (w->interrupt_fd < 0)
		return 0;
	/* without poll(2) the line is waited for alone: what runs there may be the program already
	 */
	do {
		if (RETRY_EINTR(poll(p, 2, -1)) < 0)
			return 0;
		/* what the other has done comes first: it may be the program already. poll(2) looks
		 * at one after the other, and before a signal came there may be time for both */
		if (p[0].revents == 0 && RETRY_EINTR(poll(p, 1, 0)) < 0)
			return 0;
	} while (p[0].revents == 0 && !(p[1].revents & POLLIN && is_interrupted(w)));
	return p[0].revents == 0 ? -EINTR : 0;
}

static int fork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e);
static void tell_others(const struct plan_walk *w, int rc);

/* Runs the steps from i to end, all of this actor. */
static int run_own(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	for (; i < end; i++) {
		const struct plan_step *s = &w->p->steps[i];
		int rc;

		if (i == w->p->n - 1 && w->self == PLAN_CALLER)
			tell_others(w, 0);
		rc = s->kind->fork ? fork_step(w, s, e) : s->kind->run(w->ctx, s, e);
		if (rc < 0) {
			if (e->what[0] == '\0')
				nserr_set(e, rc, "%s", s->kind->call);
			return rc;
		}
		w->begun = i + 1;
		if (w->self != s->actor)
			return 0; /* this is the new process now */
	}
	return 0;
}

/*
 * The loop of every process but the caller; it ends the process. One that has done all its steps
 * stays, since it may have to take them back: when the caller says so, or is gone before the last
 * step of the plan. From there on EOF is the good end, for it is what an exec looks like.
 */
static _Noreturn void follow(struct plan_walk *w, size_t at)
{
	struct plan_message m = { .at = at };
	bool last = false;

	/* its first steps, when they come right behind its making, need no word from the caller */
	bool told = at < w->p->n && w->p->steps[at].actor == w->self;

	while (told || receive_message(w->line[PLAN_CALLER], &m) > 0) {
		told = false;
		if (m.at == w->p->n) {
			last = m.rc == 0;
			if (!last)
				break;
			continue;
		}
		m.err = NSERR_INIT;
		m.rc = run_own(w, m.at, run_end(w->p, m.at), &m.err);
		if (m.rc < 0) {
			undo(w);
			(void)!send_message(w->line[PLAN_CALLER], &m);
			_exit(125);
		}
		if (send_message(w->line[PLAN_CALLER], &m) < 0)
			break;
	}
	if (!last)
		undo(w);
	_exit(last ? 0 : 125);
}

static int fork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e)
{
	enum plan_actor who = s->kind->forks;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return nserr_set(e, errno, "cannot make a socket pair");
	pair[0] = file_above_std(pair[0]);
	pair[1] = file_above_std(pair[1]);
	if (pair[0] < 0 || pair[1] < 0) {
		util_close(&pair[0]);
		util_close(&pair[1]);
		return nserr_set(e, EMFILE, "cannot make a socket pair");
	}
	pid = s->kind->fork(w->ctx, s, e);
	if (pid == 0) {
		for (size_t i = 0; i < PLAN_ACTORS; i++)
			if (w->line[i] >= 0)
				close(w->line[i]);
		close(pair[0]);
		*w = (struct plan_walk){ w->p, w->ctx, who, { pair[1], -1, -1 }, { 0 }, 0, 0, -1 };
		follow(w, (size_t)(s - w->p->steps) + 1);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	if (w->interrupt_fd < 0 && sigisemptyset(&w->p->interrupts) == 0)
		w->interrupt_fd = file_above_std(
			signalfd(-1, &w->p->interrupts, SFD_CLOEXEC | SFD_NONBLOCK));
	w->line[who] = pair[0];
	w->pid[who] = pid;
	w->runs_already = (size_t)(s - w->p->steps) + 1;
	return 0;
}

static int ended_early(const struct plan_walk *w, size_t i, struct nserr *e)
{
	return nserr_set(e, 0, "the %s process ended unexpectedly before '%s'",
			 w->p->steps[i].actor == PLAN_HELPER ? "helper" : "child",
			 w->p->steps[i].kind->name);
}

static bool has_undo(const struct plan_walk *w)
{
	for (size_t i = 0; i < w->begun; i++)
		if (w->p->steps[i].actor == w->self && w->p->steps[i].kind->undo)
			return true;
	return false;
}

/* Whether a process that closed its line did so by an exec, and was not killed just before it. */
static bool has_executed(pid_t pid)
{
	struct procstat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return procstat_read(AT_FDCWD, path, &st) < 0 || !st.fresh;
}

/* Lets another actor run the steps from i to end and waits for the answer. */
static int run_other(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	enum plan_actor who = w->p->steps[i].actor;
	struct plan_message m = { .at = i };
	int rc;

	if (w->runs_already != i && send_message(w->line[who], &m) < 0)
		return ended_early(w, i, e);
	/* below a step that stays the program may run before the line tells: a signal is for it
	 * then, and waits until that is known */
	if (!w->p->steps[i].kind->stays && wait_line(w, w->line[who]) < 0) {
		/* what it does may take any time, and it holds nothing outside of itself */
		if (who == PLAN_CHILD)
			kill(w->pid[who], SIGKILL);
		return nserr_set(e, EINTR, "ended by a signal before the program ran");
	}
	rc = receive_message(w->line[who], &m);
	if (rc > 0) {
		if (m.rc < 0)
			*e = m.err;
		return m.rc;
	}
	if (rc < 0) {
		if (who == PLAN_CHILD)
			kill(w->pid[who], SIGKILL);
		return nserr_set(e, rc, "cannot hear of the other process");
	}
	/* an exec closes the line: for the last steps that is the good end */
	close(TAKE_FD(w->line[who]));
	if (end == w->p->n &&
	    (w->p->steps[end - 1].kind->stays || !has_undo(w) || has_executed(w->pid[who])))
		return 0;
	return ended_early(w, end == w->p->n ? end - 1 : i, e);
}

/* Tells the others that the last step begins (0), or that they are to take back what they did. */
static void tell_others(const struct plan_walk *w, int rc)
{
	const struct plan_message m = { .at = w->p->n, .rc = rc };

	for (size_t i = 0; i < PLAN_ACTORS; i++)
		if (w->line[i] >= 0)
			(void)!send_message(w->line[i], &m);
}

/* Lets go of the others, after a failure not before they have taken back everything. */
static void end_others(struct plan_walk *w, bool well)
{
	struct plan_message m;

	tell_others(w, well ? 0 : -EPIPE);
	for (size_t i = 0; i < PLAN_ACTORS; i++) {
		while (!well && w->line[i] >= 0 && receive_message(w->line[i], &m) > 0)
			;
		util_close(&w->line[i]);
	}
	for (size_t i = 0; i < PLAN_ACTORS; i++)
		if (w->pid[i] > 0 && !(well && i == PLAN_CHILD))
			(void)RETRY_EINTR(waitpid(w->pid[i], NULL, 0));
}

int plan_run(const struct plan *p, void *ctx, struct plan_result *result, struct nserr *e)
{
	struct plan_walk w = { p, ctx, PLAN_CALLER, { -1, -1, -1 }, { 0 }, 0, 0, -1 };
	int rc = p->err;

	*e = NSERR_INIT;
	if (rc < 0)
		return nserr_set(e, rc, "cannot make the plan");
	for (size_t i = 0; i < p->n && rc == 0;) {
		size_t end = run_end(p, i);

		rc = p->steps[i].actor == PLAN_CALLER ? run_own(&w, i, end, e)
						      : run_other(&w, i, end, e);
		i = end;
	}
	end_others(&w, rc == 0);
	util_close(&w.interrupt_fd);
	if (rc < 0)
		undo(&w);
	else
		result->child = w.pid[PLAN_CHILD];
	return rc < 0 ? rc : 0;
}
