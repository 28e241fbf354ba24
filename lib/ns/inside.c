// SPDX-License-Identifier: GPL-2.0-or-later
/* inside: calls a function in a thread that has entered a namespace with setns(2). */
#include "ns/inside.h"

#include <pthread.h>

#include "kernel/sys_ns.h"

struct visit {
	int fd;
	const struct nstype *type;
	int (*f)(void *arg);
	void *arg;
	int rc;
};

static void *run(void *arg)
{
	struct visit *v = arg;

	/* setns(2): a thread must not share its root and working directory with other threads when
	 * it enters a mount namespace */
	v->rc = v->type->flag == CLONE_NEWNS ? sys_unshare(CLONE_FS) : 0;
	if (v->rc == 0)
		v->rc = sys_setns(v->fd, v->type->flag);
	if (v->rc == 0)
		v->rc = v->f(v->arg);
	return NULL;
}

int nsinside_call(int fd, const struct nstype *type, int (*f)(void *arg), void *arg)
{
	struct visit v = { fd, type, f, arg, 0 };
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, run, &v);

	if (rc != 0)
		/* return ENOMEM, because EAGAIN or EPERM would look like an error of setns(2) */
		return -ENOMEM;
	pthread_join(thread, NULL);
	return v.rc;
}
