// SPDX-License-Identifier: GPL-2.0-or-later
/* plan_run: executes the steps of a plan in up to three processes. */
#include "run/plan.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "kernel/proc_stat.h"
#include "kernel/sys_filter.h"
#include "kernel/sys_pidfd.h"
#include "run/interrupt.h"
#include "run/line.h"
#include "run/plan_vfork.h"

/* A message between two processes of a plan. The caller requests the steps from index `at` on, and
 * the helper or child that runs these steps answers with the result. */
struct plan_message {
	size_t at;
	/* in messages to the helper, the pid of the child when it exists; otherwise 0 */
	pid_t child;
	int rc;
	struct nserr err;
};

struct plan_walk {
	struct plan *p;
	void *ctx;
	enum plan_actor self;
	/* sockets to the other processes; helper and child have only line[PLAN_CALLER] */
	int line[PLAN_ACTORS];
	pid_t pid[PLAN_ACTORS];
	/* the steps of this process below this index have run and may have to be undone */
	size_t begun;
	/* a new process runs the steps from this index on without a message from the caller; 0 if
	 * there are no such steps */
	size_t runs_already;
	int interrupt_fd; /* signalfd of p->interrupts, or negative */
	/* descriptor of the caller's /proc, opened before the first step, or negative */
	int proc;
	bool vforked; /* plan_vfork() has run all remaining steps */
};

static struct plan_walk new_walk(struct plan *p, void *ctx, enum plan_actor self, int line)
{
	return (struct plan_walk){ .p = p,
				   .ctx = ctx,
				   .self = self,
				   .line = { line, -1, -1 },
				   .interrupt_fd = -1,
				   .proc = -1 };
}

/* Stores the descriptors that the run needs in p->own, so that the steps of the caller do not close
 * them. */
static void note_own(const struct plan_walk *w)
{
	int *own = w->p->own;

	memcpy(own, w->line, sizeof(w->line));
	own[PLAN_ACTORS] = w->interrupt_fd;
	own[PLAN_ACTORS + 1] = w->proc;
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

/* Returns the end (exclusive) of the group of consecutive steps from i on that the same process
 * runs. A step with kind->stays, which is the last step of its process, is a separate group. */
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
	return line_send(line, m, sizeof(*m));
}

/* Receives a message. Returns 1, 0 for EOF (the other process has ended or has executed its
 * program), or a negative errno. */
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

static int fork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e);
static int vfork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e);
static void tell_others(const struct plan_walk *w, int rc);

/* Runs the steps from i to end (exclusive), all of which belong to this process. Returns 0, or a
 * negative errno with e set. Returns 0 in a process that one of the steps has created, too. */
static int run_own(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	for (; i < end; i++) {
		const struct plan_step *s = &w->p->steps[i];
		int rc;

		if (i == w->p->n - 1 && w->self == PLAN_CALLER)
			tell_others(w, 0);
		if (plan_may_vfork(w->p, s))
			rc = vfork_step(w, s, e);
		else if (s->kind->fork)
			rc = fork_step(w, s, e);
		else
			rc = plan_run_step(w->p, i, w->ctx, e);
		/* ignore the failure of a step after vfork(2), because the program is running
		 * already */
		if (rc < 0 && !(w->vforked && s->kind->afterwards))
			return rc;
		w->begun = i + 1;
		if (w->self != s->actor)
			return 0; /* return in the new process, which has run its own steps */
	}
	return 0;
}

/* Receives the next message of the caller. If keeper is not NULL, calls keeper->heard() whenever
 * keeper->watch is readable, until the message arrives. Returns the result of receive_message(). */
static int next_message(const struct plan_walk *w, const struct plan_keeper *keeper,
			struct plan_message *m)
{
	if (keeper)
		plan_keeper_watch(keeper, w->ctx, w->line[PLAN_CALLER]);
	return receive_message(w->line[PLAN_CALLER], m);
}

/*
 * The main loop of the helper and of the child. Ends the process. A process that has run all its
 * steps waits, because it must undo them if the caller sends an error or ends before the last step
 * of the plan. After the caller has announced the last step, EOF means success, because the exec of
 * the caller closes the socket.
 */
static _Noreturn void follow(struct plan_walk *w, size_t at)
{
	const struct plan_keeper *keeper = w->self == PLAN_HELPER ? w->p->keeper : NULL;
	struct plan_message m = { .at = at };
	bool last = false;

	/* steps that directly follow the creation of the process need no message from the caller */
	bool told = at < w->p->n && w->p->steps[at].actor == w->self;

	while (told || next_message(w, keeper, &m) > 0) {
		told = false;
		if (keeper && m.child > 0 && w->pid[PLAN_CHILD] == 0) {
			w->pid[PLAN_CHILD] = m.child;
			keeper->created(w->ctx, m.child);
		}
		if (m.at == w->p->n) {
			last = m.rc == 0;
			if (!last)
				break;
			if (keeper && keeper->stays)
				plan_keep(keeper, w->ctx, w->line[PLAN_CALLER], w->pid[PLAN_CHILD]);
			continue;
		}
		m.err = NSERR_INIT;
		m.rc = run_own(w, m.at, run_end(w->p, m.at), &m.err);
		if (m.rc < 0 && keeper) {
			/* undo the steps after the caller has ended the child, because the child
			 * may be in the cgroup */
			if (send_message(w->line[PLAN_CALLER], &m) == 0)
				(void)!receive_message(w->line[PLAN_CALLER], &m);
			break;
		}
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
		return nserr_set(e, errno, "cannot create a socket pair");
	pair[0] = file_above_std(pair[0]);
	pair[1] = file_above_std(pair[1]);
	if (pair[0] < 0 || pair[1] < 0) {
		util_close(&pair[0]);
		util_close(&pair[1]);
		return nserr_set(e, EMFILE, "cannot create a socket pair");
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
		sys_filter_explain(s->kind->call, e);
		return pid;
	}
	if (w->interrupt_fd < 0)
		w->interrupt_fd = interrupt_open(&w->p->interrupts);
	w->line[who] = pair[0];
	w->pid[who] = pid;
	note_own(w);
	w->runs_already = step_number(w->p, s) + 1;
	if (w->runs_already < w->p->n && w->p->steps[w->runs_already].actor != who)
		w->runs_already = 0;
	return 0;
}

static const char *actor_name(enum plan_actor actor)
{
	return actor == PLAN_HELPER ? "helper" : "child";
}

static int ended_early(const struct plan_walk *w, size_t i, struct nserr *e)
{
	return nserr_set(e, 0, "the %s process ended unexpectedly before the step '%s'",
			 actor_name(w->p->steps[i].actor), w->p->steps[i].kind->name);
}

/* Returns true if `actor` (the caller, helper or child) runs one of the first n steps of the plan
 * and can undo it. */
static bool has_undo(const struct plan *p, enum plan_actor actor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p->steps[i].actor == actor && p->steps[i].kind->undo)
			return true;
	return false;
}

/*
 * Returns false if the process, which has closed its socket to the caller, was killed before it
 * executed the program. Returns true if it has executed the program, or if this cannot be
 * determined. Uses the /proc that was opened at the start, because the /proc of an entered mount
 * namespace may be forged.
 */
static bool has_executed(const struct plan_walk *w, pid_t pid)
{
	struct proc_stat st;
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", pid);
	return w->proc < 0 || proc_stat_read(w->proc, path, &st) < 0 || !st.never_ran;
}

/* Returns true if a process that has closed its socket after the last step now runs its program. */
static bool has_begun(const struct plan_walk *w, enum plan_actor who)
{
	return w->p->steps[w->p->n - 1].kind->stays || !has_undo(w->p, w->self, w->begun) ||
	       has_executed(w, w->pid[who]);
}

static int vfork_step(struct plan_walk *w, const struct plan_step *s, struct nserr *e)
{
	enum plan_actor who = s->kind->forks;
	int rc = plan_vfork(w->p, s, w->ctx, &w->pid[who], e);

	if (rc == 0)
		return fork_step(w, s, e);
	if (rc < 0)
		return rc;
	w->vforked = true;
	return has_begun(w, who) ? 0 : ended_early(w, w->p->n - 1, e);
}

/* ---- Running the plan */

/* Passes the pending signal on to the helper, whose step may wait for the reader of a pipe. Does
 * not wait for the helper if this process has no permission to signal it (--owner). */
static void interrupt_helper(struct plan_walk *w)
{
	if (kill(w->pid[PLAN_HELPER], interrupt_pending()) == 0)
		return;
	close(TAKE_FD(w->line[PLAN_HELPER]));
	w->pid[PLAN_HELPER] = 0;
}

/* Makes the helper or the child run the steps from i to end (exclusive) and waits for the result.
 * Returns 0, or a negative errno with e set. */
static int run_other(struct plan_walk *w, size_t i, size_t end, struct nserr *e)
{
	enum plan_actor who = w->p->steps[i].actor;
	struct plan_message m = { .at = i, .child = w->pid[PLAN_CHILD] };
	int rc;

	if (w->runs_already != i && send_message(w->line[who], &m) < 0)
		return ended_early(w, i, e);
	/*
	 * If the kind of the step has the flag `stays`, the program may run before the message
	 * about the step arrives. A signal may then be meant for the program, so it stays pending
	 * until the message has arrived.
	 */
	if (!w->p->steps[i].kind->stays && interrupt_wait(w->interrupt_fd, w->line[who]) < 0) {
		/* do not wait for the end of the step, because a step may take arbitrarily long.
		 * The child can be killed, because the effects of its steps end with the child. */
		if (who == PLAN_CHILD)
			kill(w->pid[who], SIGKILL);
		else if (w->p->keeper)
			interrupt_helper(w);
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
		return nserr_set(e, rc, "lost contact with the %s process", actor_name(who));
	}
	/* an exec closes the socket of its process, so EOF after the last step means success */
	if (end == w->p->n && has_begun(w, who))
		return 0;
	return ended_early(w, end == w->p->n ? end - 1 : i, e);
}

/* Sends the other processes of the plan a message that the last step begins (rc is 0), or that they
 * must undo their steps (rc is negative). */
static void tell_others(const struct plan_walk *w, int rc)
{
	const struct plan_message m = { .at = w->p->n, .child = w->pid[PLAN_CHILD], .rc = rc };

	for (size_t i = 0; i < PLAN_ACTORS; i++)
		if (w->line[i] >= 0)
			(void)!send_message(w->line[i], &m);
}

/* Closes the sockets and waits for the helper, unless the helper stays. After a failure, waits
 * until both other processes have undone their steps and have ended. */
static void end_others(struct plan_walk *w, bool well)
{
	struct plan_message m;

	tell_others(w, well ? 0 : -EPIPE);
	if (well && w->p->keeper && w->p->keeper->stays) {
		w->p->keeper->line = TAKE_FD(w->line[PLAN_HELPER]);
		w->p->keeper->pid = w->pid[PLAN_HELPER];
		w->pid[PLAN_HELPER] = 0;
	}
	for (size_t i = 0; i < PLAN_ACTORS; i++) {
		while (!well && w->line[i] >= 0 && receive_message(w->line[i], &m) > 0)
			;
		util_close(&w->line[i]);
	}
	for (size_t i = 0; i < PLAN_ACTORS; i++)
		if (w->pid[i] > 0 && !(well && i == PLAN_CHILD))
			(void)RETRY_EINTR(waitpid(w->pid[i], NULL, 0));
}

int plan_run(struct plan *p, void *ctx, pid_t *child, struct nserr *e)
{
	struct plan_walk w = new_walk(p, ctx, PLAN_CALLER, -1);
	int rc = p->err;

	*e = NSERR_INIT;
	if (rc < 0)
		return nserr_set(e, rc, "cannot allocate memory for the list of steps");
	if (has_undo(p, PLAN_CALLER, p->n) && proc_stat_check(NULL) == 0)
		w.proc = file_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	note_own(&w);
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
