// SPDX-License-Identifier: GPL-2.0-or-later
/* each_job: starts the program for one reference of --each. */
#include <fcntl.h>

#include "base/file.h"
#include "each.h"
#include "kernel/sys_pidfd.h"

/* Arguments for the function of the child. */
struct begin {
	const struct each *each;
	struct run *run;
	const int *pipe; /* write ends of the pipes of the job */
	struct plan plan;
};

/* Makes the pipes the standard streams of the child. Ends the child on failure, because its output
 * must not mix with that of other programs. */
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

/* Enters the namespaces and executes the program. Runs in the child. */
static _Noreturn void be_child(const struct begin *b)
{
	take_streams(b);
	cred_open_self(&b->run->cred);
	run_target(b->run);
}

/* Does the same as be_child(), but in a child that shares the memory of the parent. Never
 * returns. */
static int be_child_in_place(void *arg)
{
	struct begin *b = arg;
	struct nserr e;

	take_streams(b);
	(void)!plan_run(&b->plan, b->run, NULL, &e);
	cli_warn_nserr(&e);
	_exit(cli_status(&e));
}

/*
 * Returns true if the child may be created with vfork(2), because it only calls setns(2) and
 * execve(2). The kernel then does not copy the memory of the parent, which saves a sixth of the run
 * time of a small program. Returns false if the child uses files of another mount namespace,
 * because a file that blocks would also block the parent.
 */
static bool in_place(const struct each *each, const struct run *r)
{
	return SYS_HAS_VFORK && each->simple && !r->o->all && !r->o->user_parent &&
	       !((r->o->types | nsjoin_types(&r->join)) & ~TYPES_UNSEEN);
}

bool job_is_simple(const struct run *r)
{
	struct run copy = *r;
	struct plan exec_alone = PLAN_INIT;
	bool simple;

	build_plan(&copy, &exec_alone);
	simple = exec_alone.n == 1 && !r->o->follow && !r->o->context && !r->o->explain;
	plan_free(&exec_alone);
	return simple;
}

static pid_t start_child(struct begin *b, struct nserr *e)
{
	pid_t pid;

	if (in_place(b->each, b->run)) {
		int rc = resolve(b->run, e);

		if (rc < 0)
			return rc;
		build_plan(b->run, &b->plan);
		pid = sys_vfork(0, be_child_in_place, b);
		/* if the stack of the child cannot be allocated, create the child with fork(2)
		 * semantics */
		if (pid == -ENOMEM && (pid = sys_clone(0, NULL)) == 0)
			be_child_in_place(b);
		plan_free(&b->plan);
	} else {
		pid = sys_clone(0, NULL);
		if (pid == 0)
			be_child(b);
	}
	return pid < 0 ? nserr_set(e, pid, "cannot create a process") : pid;
}

/*
 * Makes the reference the target of o. If the reference is a namespace, only this namespace is
 * entered, so this function removes the options that select namespaces or directories of a process.
 * Returns 0, or a negative errno with e set.
 */
static int select_ref(struct opts *o, const struct nsref *ref, struct nserr *e)
{
	o->target = ref->text;
	o->ref = *ref;
	if (nsref_is_process(ref)) {
		if (!o->all && !o->types && o->net_socket < 0)
			return nserr_set(
				e, 0,
				"--each with a process requires a namespace type, such as --net");
		return 0;
	}
	o->types = 0;
	memset(o->files, 0, sizeof(o->files));
	o->all = false;
	o->net_socket = -1;
	if (o->root.from == DIR_TARGET)
		o->root.from = DIR_UNSET;
	if (o->wd.from == DIR_TARGET)
		o->wd.from = DIR_UNSET;
	return 0;
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

void job_start(struct each *each, struct job *job)
{
	const struct nsref *ref = &each->refs.ref[each->next];
	const char *label = each->refs.label[each->next++];
	struct opts o = *each->run->o;
	struct run r = *each->run;
	struct nserr e = NSERR_INIT;
	int theirs[STREAMS] = { -1, -1 }, rc;

	r.o = &o;
	*job = (struct job){ .ref = ref, .label = label, .pipe = { -1, -1 } };
	rc = select_ref(&o, ref, &e);
	if (rc == 0)
		rc = resolve_target(&r, &e);
	if (rc == 0 && o.each.prefix) {
		rc = open_pipes(job, theirs);
		if (rc < 0)
			nserr_set(&e, rc, "cannot create a pipe");
	}
	if (rc == 0)
		job->pid = start_child(&(struct begin){ each, &r, theirs, PLAN_INIT }, &e);
	for (int i = 0; i < STREAMS; i++)
		util_close(&theirs[i]);
	nsjoin_close(&r.join);
	if (job->pid > 0) {
		each->running++;
		return;
	}
	for (int i = 0; i < STREAMS; i++)
		util_close(&job->pipe[i]);
	job->pid = 0;
	fail(each, ref, &e);
}
