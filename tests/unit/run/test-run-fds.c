// SPDX-License-Identifier: GPL-2.0-or-later
/* test-run-fds: checks that functions of lib/run close their descriptors, also if a system call
 * fails. */
#include <sched.h>
#include <sys/socket.h>
#include <termios.h>

#include "../fault.h"
#include "../sandbox.h"
#include "run/cloned_binary.h"
#include "run/foreground.h"
#include "run/handle.h"
#include "run/plan.h"
#include "run/plan_time.h"
#include "run/readiness.h"
#include "run/report.h"
#include "run/shutdown.h"
#include "run/supervise.h"

/* ---- Supervision */

/* Opens and reads the files in /proc of the supervised child, which is this process here. */
static int try_files_of_child(void)
{
	struct supervise s = { .escalate = true, .pid = getpid() };
	bool must;

	s.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s.child_status = s.child_syscall = -1;
	fault_begin();
	must = supervise_must_kill(&s, SIGTERM);
	supervise_hold_child(&s);
	fault_end();
	util_close(&s.child_status);
	util_close(&s.child_syscall);
	return must || s.proc >= 0 ? 1 : 0;
}

/* Checks that a child and a grandchild are descendants of this process, and that its parent is
 * not. */
static int try_descends(void)
{
	const struct supervise s = { .pid = 0 };
	pid_t child, grandchild = -1;
	bool does, foreign;
	int pair[2];

	if (pipe(pair) < 0)
		return 1;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		grandchild = sandbox_child(0);
		(void)!write(pair[1], &grandchild, sizeof(grandchild));
		pause();
	}
	(void)!read(pair[0], &grandchild, sizeof(grandchild));
	close(pair[0]);
	close(pair[1]);
	fault_begin();
	does = shutdown_descends(&s, child) && shutdown_descends(&s, grandchild);
	foreign = shutdown_descends(&s, getppid());
	fault_end();
	sandbox_end_child(child);
	return foreign ? 1 : does ? 0 : -ECHILD;
}

/* Opens the pidfd of the parent. supervise_wait() and supervise_unblock() must close it. */
static int try_parent(void)
{
	struct supervise s = { .death_signal = SIGTERM };
	struct nserr e = NSERR_INIT;
	sigset_t before;
	bool closed;
	int rc;

	sigprocmask(SIG_BLOCK, NULL, &before);
	fault_begin();
	rc = supervise_block(&s, &e);
	fault_end();
	s.pid = fork();
	if (s.pid == 0)
		_exit(0);
	fault_begin();
	if (rc == 0)
		rc = supervise_wait(&s, &e);
	fault_end();
	waitpid(s.pid, NULL, 0);
	if (rc < 0)
		util_close(&s.parent);
	closed = s.parent < 0;
	s.parent = dup(1);
	supervise_unblock(&s);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return closed ? fault_result(rc, &e, true) : 1;
}

/* Opens the terminal when this process is in the foreground process group, and when it is not. */
static int try_terminal(void)
{
	int pair[2], rc = 1, tty;
	pid_t child;

	if (setsid() < 0)
		return 1;
	pair[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pair[0] < 0 || grantpt(pair[0]) < 0 || unlockpt(pair[0]) < 0)
		return 1;
	pair[1] = open(ptsname(pair[0]), O_RDWR | O_CLOEXEC);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	fault_begin();
	tty = foreground_open();
	foreground_take(&tty);
	fault_end();
	child = sandbox_child(0);
	if (child > 0 && setpgid(child, child) == 0 && tcsetpgrp(pair[1], child) == 0) {
		fault_begin();
		tty = foreground_open();
		fault_end();
		rc = tty < 0 ? 0 : 1;
		util_close(&tty);
	}
	if (child > 0)
		sandbox_end_child(child);
	close(pair[1]);
	close(pair[0]);
	return rc;
}

/* ---- Reports */

static bool accept_none(const void *ctx, pid_t pid)
{
	(void)ctx;
	(void)pid;
	return false;
}

/* Receives a message with a descriptor. */
static int try_notification(void)
{
	struct readiness r = { .socket = -1 };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = "" };
	struct iovec part = { (char[]){ "BARRIER=1" }, 9 };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int pair[2], fd = 1;
	bool sent;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		return 1;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	sent = sendmsg(pair[1], &m, 0) == 9;
	r.socket = pair[0];
	fault_begin();
	(void)!readiness_receive(&r, accept_none, NULL);
	fault_end();
	close(pair[0]);
	close(pair[1]);
	return sent ? 0 : 1;
}

/* Closes the descriptors of --ready-fd and --status-fd, and receives the end of file after the init
 * process has ended. */
static int try_init(void)
{
	struct handle h = HANDLE_INIT;
	struct nserr e = NSERR_INIT;
	int rc = report_open(h.report, &e);

	h.status_fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	h.ready_fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	signal(SIGRTMAX, SIG_IGN);
	fault_begin();
	handle_let_go(&h);
	handle_served(&h);
	if (rc == 0)
		rc = handle_watch_init(&h);
	if (rc == 0 && (!handle_hear_init(&h, NULL, NULL) || h.report[0] >= 0))
		rc = -EAGAIN;
	fault_end();
	if (rc < 0)
		util_close(&h.report[0]);
	return h.report[1] >= 0 || h.status_fd >= 0 || h.ready_fd >= 0 ? 1 : rc;
}

/* ---- Plans */

/* Ends a helper process that reports success. */
static int try_keeper(void)
{
	const struct {
		int rc;
		struct nserr err;
	} answer = { .err = NSERR_INIT };
	struct plan_keeper k = { .watch = -1 };
	struct nserr e = NSERR_INIT;
	int pair[2], rc, got;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return 1;
	k.line = pair[0];
	k.pid = unit_fork();
	if (k.pid == 0) {
		close(pair[0]);
		(void)!recv(pair[1], &got, sizeof(got), 0);
		(void)!send(pair[1], &answer, sizeof(answer), MSG_NOSIGNAL);
		_exit(0);
	}
	close(pair[1]);
	fault_begin();
	rc = plan_keeper_end(&k, 0, 0, &e);
	fault_end();
	waitpid(k.pid, NULL, 0);
	return fault_result(rc, &e, k.line < 0);
}

static int fds_before;

static pid_t fork_actor(void *ctx, const struct plan_step *s, struct nserr *e)
{
	pid_t pid = fork();

	(void)ctx;
	(void)s;
	return pid < 0 ? nserr_set(e, errno, "cannot fork") : pid;
}

/* Fails unless this process has s->num descriptors more than the caller of plan_run(). */
static int count(void *ctx, const struct plan_step *s, struct nserr *e)
{
	int more = unit_open_fds() - fds_before;

	(void)ctx;
	return more == (int)s->num ? 0 : nserr_set(e, EBADF, "%d descriptors", more);
}

static int end_child(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	_exit(0);
}

static void undo_nothing(void *ctx, const struct plan_step *s)
{
	(void)ctx;
	(void)s;
}

/* Creates a helper and a child while the descriptors 0 and 1 are closed. The sockets must have
 * numbers above 2 all the same. */
static int try_plan(void)
{
	static const struct plan_kind kind_helper = { .name = "helper",
						      .call = "fork(2)",
						      .fork = fork_actor,
						      .forks = PLAN_HELPER },
				      kind_child = { .name = "fork",
						     .call = "fork(2)",
						     .fork = fork_actor,
						     .forks = PLAN_CHILD },
				      kind_count = { .name = "count",
						     .call = "fcntl(2)",
						     .run = count,
						     .undo = undo_nothing },
				      kind_end = { .name = "end",
						   .call = "exit(2)",
						   .run = end_child,
						   .stays = true };
	int saved[2] = { fcntl(0, F_DUPFD_CLOEXEC, 3), fcntl(1, F_DUPFD_CLOEXEC, 3) }, rc;
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;
	pid_t child = 0;

	sigemptyset(&p.interrupts);
	sigaddset(&p.interrupts, SIGTERM);
	plan_add(&p, PLAN_CALLER, &kind_count, NULL, 1); /* the descriptor of /proc */
	plan_add(&p, PLAN_CALLER, &kind_helper, NULL, 0);
	plan_add(&p, PLAN_HELPER, &kind_count, NULL, 1); /* the socket */
	plan_add(&p, PLAN_CALLER, &kind_child, NULL, 0);
	plan_add(&p, PLAN_CHILD, &kind_count, NULL, 2); /* the socket and the signalfd */
	plan_add(&p, PLAN_CHILD, &kind_end, NULL, 0);
	close(0);
	close(1);
	fds_before = unit_open_fds();
	fault_begin();
	rc = plan_run(&p, NULL, &child, &e);
	fault_end();
	if (child > 0)
		waitpid(child, NULL, 0);
	plan_free(&p);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	return fault_result(rc, &e, true);
}

static int try_time(void)
{
	const struct timens t = { .set = { true, true }, .off = { { 100, 0 }, { 200, 5 } } };
	const struct plan_step step = { &plan_time_write, PLAN_CALLER, &t, 0 };
	struct nserr e = NSERR_INIT;
	int rc = plan_time_unshare.run(NULL, &step, &e);

	fault_begin();
	if (rc == 0)
		rc = plan_time_write.run(NULL, &step, &e);
	return fault_result(rc, &e, true);
}

/* ---- The protected copy of the binary */

/* Makes a copy of the binary, which is not executed, because execve(2) fails with ENOSYS. */
static int try_copy(void)
{
	char *argv[] = { (char[]){ "test" }, NULL };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = cloned_binary_enter(argv, CLONED_BINARY_NEW_USERNS, &e);
	fault_end();
	return rc == 0 || e.what[0] ? 0 : 1;
}

static void checks(const char *in)
{
	(void)in;
	fault_all("the files in /proc of a child", try_files_of_child, NULL);
	fault_all("shutdown_descends", try_descends, NULL);
	fault_all("the pidfd of the parent", try_parent, NULL);
	if (access("/dev/ptmx", R_OK | W_OK) == 0)
		fault_all("foreground_open", try_terminal, NULL);
	fault_all("readiness_receive", try_notification, NULL);
	fault_all("handle_hear_init", try_init, NULL);
	fault_all("plan_keeper_end", try_keeper, NULL);
	fault_all("a plan without standard streams", try_plan, NULL);
	if (access("/proc/self/ns/time", F_OK) == 0)
		fault_all("plan_time_write", try_time, NULL);
	fault_denied[0] = SYS_execveat;
	fault_denied[1] = SYS_execve;
	fault_all("a copy in memory", try_copy, NULL);
	fault_denied[2] = SYS_memfd_create;
	fault_all("a detached mount of the binary", try_copy, NULL);
	memset(fault_denied, 0, sizeof(fault_denied));
}

static void descriptors_are_closed(void)
{
	if (fault_require())
		sandbox(0, checks);
}

UNIT_MAIN(CASE(descriptors_are_closed))
