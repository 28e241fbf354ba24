// SPDX-License-Identifier: GPL-2.0-or-later
/* planrun: executing the steps, by up to three processes. */
#include "run/plan.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_pidfd.h"
#include "run/interrupt.h"

BIND_EARLY(recv)
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
	int interrupt_fd;    /* of what ends the run early, or negative */
	int status_fd;       /* of the caller, when we run in its memory, or negative */
	int proc;            /* the caller's /proc from before the first step, or negative */
	bool vforked;        /* the child has been let run all that was left */
};

static struct plan_walk new_walk(const struct plan *p, void *ctx, enum plan_actor self, int line)
{
	return (struct plan_walk){ .p = p,
				   .ctx = ctx,
				   .self = self,
				   .line = { line, -1, -1 },
				   .interrupt_fd = -1,
				   .status_fd = -1,
				   .proc = -1 };
}

static size_t step_number(const struct plan *p, const struct plan_step *s)
{
	return (size_t)(s - p->steps);
}

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

	/* a lack of memory may pass, and a message that is lost leaves steps that nobody undoes */
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

static bool may_vfork(const struct plan *p, const struct plan_step *s);
static int fork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e);
static int vfork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e);
static void tell_others(const struct plan_walk *w, int rc);

/* Runs the steps from i to end, all of this actor. */
static int run_own(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	for (; i < end; i++) {
		const struct plan_step *s = &w->p->steps[i];
		int rc;

		if (i == w->p->n - 1 && w->self == PLAN_CALLER)
			tell_others(w, 0);
		/* after the exec a signal is the program's, and lost on a process 1 that has no
		 * handler yet: this is the last moment in which it can end the run */
		if (i == w->p->n - 1 && w->status_fd >= 0 &&
		    interrupt_is_pending(w->status_fd, &w->p->interrupts))
			return interrupt_error(e);
		if (may_vfork(w->p, s))
			rc = vfork_step(w, s, e);
		else if (s->kind->fork)
			rc = fork_step(w, s, e);
		else
			rc = s->kind->run(w->ctx, s, e);
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
		util_close(&w->proc);
		close(pair[0]);
		*w = new_walk(w->p, w->ctx, who, pair[1]);
		follow(w, step_number(w->p, s) + 1);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	if (w->interrupt_fd < 0)
		w->interrupt_fd = interrupt_open(&w->p->interrupts);
	w->line[who] = pair[0];
	w->pid[who] = pid;
	w->runs_already = step_number(w->p, s) + 1;
	return 0;
}

static int ended_early(const struct plan_walk *w, size_t i, struct nserr *e)
{
	return nserr_set(e, 0, "the %s process ended unexpectedly before '%s'",
			 w->p->steps[i].actor == PLAN_HELPER ? "helper" : "child",
			 w->p->steps[i].kind->name);
}

/* Returns true if one of the first n steps is the actor's and can be undone. */
static bool has_undo(const struct plan *p, enum plan_actor actor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p->steps[i].actor == actor && p->steps[i].kind->undo)
			return true;
	return false;
}

/* Returns true if a process that closed its line did so by an exec, and was not killed just before
 * it. The /proc of the namespaces that were entered meanwhile may be a false one. */
static bool has_executed(const struct plan_walk *w, pid_t pid)
{
	struct proc_stat st;
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", pid);
	return w->proc < 0 || proc_stat_read(w->proc, path, &st) < 0 || !st.never_ran;
}

/* Whether a process that has done all its steps, the last of the plan, runs its program. */
static bool has_begun(const struct plan_walk *w, enum plan_actor who)
{
	return w->p->steps[w->p->n - 1].kind->stays || !has_undo(w->p, w->self, w->begun) ||
	       has_executed(w, w->pid[who]);
}

/* ---- A process in our memory */

/* Whether the process that this step makes does all that follows, and may do it there. */
static bool may_vfork(const struct plan *p, const struct plan_step *s)
{
	const struct plan_step *end = p->steps + p->n;

	if (!SYS_HAS_VFORK || !s->kind->vfork || s + 1 == end)
		return false;
	for (const struct plan_step *next = s + 1; next < end; next++)
		if (next->actor != s->kind->forks || !next->kind->brief)
			return false;
	return true;
}

struct vforked {
	struct plan_walk w;
	size_t at;
	struct nserr *e;
	int rc; /* 0: has executed its program, or was killed */
};

static int run_vforked(void *arg)
{
	struct vforked *v = arg;

	v->rc = run_own(&v->w, v->at, v->w.p->n, v->e);
	undo(&v->w);
	_exit(125);
}

static int vfork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e)
{
	enum plan_actor who = s->kind->forks;
	struct vforked v = { new_walk(w->p, w->ctx, who, -1), step_number(w->p, s) + 1, e, 0 };
	cleanup_fd int status_fd = interrupt_open_status();
	pid_t pid;

	if (status_fd < 0)
		return fork_step(w, s, e);
	v.w.status_fd = status_fd;
	pid = s->kind->vfork(w->ctx, s, run_vforked, &v, e);
	/* before Linux 6.2 none shares the memory of a caller whose children are to be in another
	 * time namespace, as unshare --time leaves it; and there may be no room for a stack */
	if (pid == -EINVAL || pid == -ENOMEM) {
		*e = NSERR_INIT;
		return fork_step(w, s, e);
	}
	if (pid < 0)
		return pid;
	w->pid[who] = pid;
	w->vforked = true;
	if (v.rc < 0)
		return v.rc;
	return has_begun(w, who) ? 0 : ended_early(w, w->p->n - 1, e);
}

/* ---- The run */

/* Lets another actor run the steps from i to end and waits for the answer. */
static int run_other(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	enum plan_actor who = w->p->steps[i].actor;
	struct plan_message m = { .at = i };
	int rc;

	if (w->runs_already != i && send_message(w->line[who], &m) < 0)
		return ended_early(w, i, e);
	/* behind a step that stays the program may run before the line has told us so: a signal
	 * may be for the program, and is left pending until we know */
	if (!w->p->steps[i].kind->stays && interrupt_wait(w->interrupt_fd, w->line[who]) < 0) {
		/* its step may take any time, and what a child has done goes with it */
		if (who == PLAN_CHILD)
			kill(w->pid[who], SIGKILL);
		return interrupt_error(e);
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
	if (end == w->p->n && has_begun(w, who))
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

int plan_run(const struct plan *p, void *ctx, pid_t *child, struct nserr *e)
{
	struct plan_walk w = new_walk(p, ctx, PLAN_CALLER, -1);
	int rc = p->err;

	*e = NSERR_INIT;
	if (rc < 0)
		return nserr_set(e, rc, "cannot make the plan");
	if (has_undo(p, PLAN_CALLER, p->n) && proc_stat_check(NULL) == 0)
		w.proc = file_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	for (size_t i = 0; i < p->n && rc == 0 && !w.vforked;) {
		size_t end = run_end(p, i);

		rc = p->steps[i].actor == PLAN_CALLER ? run_own(&w, i, end, e)
						      : run_other(&w, i, end, e);
		i = end;
	}
	end_others(&w, rc == 0);
	util_close(&w.interrupt_fd);
	util_close(&w.proc);
	if (rc < 0)
		undo(&w);
	else if (child)
		*child = w.pid[PLAN_CHILD];
	return rc < 0 ? rc : 0;
}
