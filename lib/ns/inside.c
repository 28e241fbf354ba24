// SPDX-License-Identifier: GPL-2.0-or-later
/* inside: calls a function in a thread that has entered a namespace with setns(2). */
#include "ns/inside.h"

#include <pthread.h>

#include "kernel/sys_ns.h"

struct thread {
	int (*f)(void *arg);
	void *arg;
	int rc;
};

static void *run(void *arg)
{
	struct thread *t = arg;

	t->rc = t->f(t->arg);
	return NULL;
}

static int run_thread(int (*f)(void *arg), void *arg)
{
	struct thread t = { f, arg, 0 };
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, run, &t);

	if (rc != 0)
		/* return ENOMEM, because EAGAIN or EPERM would look like an error of setns(2) */
		return -ENOMEM;
	pthread_join(thread, NULL);
	return t.rc;
}

struct visit {
	int fd;
	const struct nstype *type;
	int (*f)(void *arg);
	void *arg;
};

static int enter_and_call(void *arg)
{
	const struct visit *v = arg;
	int rc = 0;

	/* a thread must not share its root and working directory with other threads when it enters
	 * a mount namespace (setns(2)), so unshare them first */
	if (v->type->flag == CLONE_NEWNS)
		rc = sys_unshare(CLONE_FS);
	if (rc == 0)
		rc = sys_setns(v->fd, v->type->flag);
	return rc < 0 ? rc : v->f(v->arg);
}

int nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg)
{
	struct visit v = { fd, type, f, arg };

	return run_thread(enter_and_call, &v);
}

static int unshare_and_call(void *arg)
{
	const struct visit *v = arg;
	int rc = sys_unshare(CLONE_FS);

	return rc < 0 ? rc : v->f(v->arg);
}

int nsinside_thread(int (*f)(void *arg), void *arg)
{
	struct visit v = { -1, NULL, f, arg };

	return run_thread(unshare_and_call, &v);
}
