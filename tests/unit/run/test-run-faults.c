// SPDX-License-Identifier: GPL-2.0-or-later
/* test-run-faults: makes each system call of the functions in lib/run fail (fault.h). */
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_pidfd.h"
#include "run/cause.h"
#include "run/exec.h"
#include "run/foreground.h"
#include "run/handle.h"
#include "run/interrupt.h"
#include "run/line.h"
#include "run/notify.h"
#include "run/pty.h"
#include "run/readiness.h"
#include "run/shutdown.h"
#include "run/status.h"
#include "run/supervise.h"

static char path[64];

/* ---- Handles */

static struct handle handle;

static pid_t fork_child(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct handle *h = ctx;
	pid_t pid = fork();

	(void)s;
	if (pid < 0)
		return nserr_set(e, errno, "cannot fork");
	h->pid = pid;
	return pid;
}

/* Ends the child. The child executes no program, because the seccomp filter of fault.h would kill
 * the program. */
static int end_child(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	(void)e;
	_exit(0);
}

static const struct plan_kind kind_fork = {
	.name = "fork", .call = "fork(2)", .fork = fork_child, .forks = PLAN_CHILD
};
static const struct plan_kind kind_end = {
	.name = "end", .call = "exit(2)", .run = end_child, .stays = true
};

/* Runs a child with a status descriptor, a wait descriptor and a pid file. */
static int try_handles(void)
{
	char text[1024] = "", want[32], pid[32];
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT, ignored = NSERR_INIT;
	int status[2], wait[2], rc, wstatus;
	bool right = true;
	ssize_t n;

	handle = HANDLE_INIT;
	if (pipe(status) < 0 || pipe(wait) < 0 || write(wait[1], "x", 1) != 1)
		return 1;
	handle.status_fd = status[1];
	handle.wait_fd = wait[0];
	handle.pid_file = path;
	fault_begin();
	rc = handle_hold(&handle, &e);
	fault_end();
	plan_add(&p, PLAN_CALLER, &kind_fork, NULL, 0);
	handle_plan_wait(&handle, &p, PLAN_CALLER);
	handle_plan_created(&handle, &p);
	plan_add(&p, PLAN_CHILD, &kind_end, NULL, 0);
	fault_begin();
	if (rc == 0)
		rc = plan_run(&p, &handle, NULL, &e);
	fault_end();
	if (rc == 0) {
		snprintf(want, sizeof(want), "%d\n", (int)handle.pid);
		n = file_read_at(AT_FDCWD, path, pid, sizeof(pid));
		right = n > 0 && streq(pid, want);
		if (waitpid(handle.pid, &wstatus, 0) < 0)
			rc = 1;
		fault_begin();
		handle_running(&handle);
		if (handle_ended(&handle, wstatus, &ignored) < 0)
			right = right && ignored.what[0];
		else
			right = right && !unit_exists(path);
		fault_end();
		close(status[1]);
		n = read(status[0], text, sizeof(text) - 1);
		right = right && n > 0 && strstr(text, "\"created\"");
	} else {
		close(status[1]);
		right = !unit_exists(path) && e.what[0];
	}
	unlink(path);
	plan_free(&p);
	trustpath_free(&handle.pid_path);
	util_close(&handle.self);
	close(status[0]);
	if (fcntl(wait[0], F_GETFD) >= 0)
		close(wait[0]);
	close(wait[1]);
	return right ? fault_result(rc, &e, true) : 1;
}

/* Replaces the pid file of an earlier run. */
static int try_reuse(void)
{
	cleanup_fd int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);

	return dprintf(fd, "1234567890\n") > 0 ? try_handles() : 1;
}

static bool leaves_old_file(const char *why, const struct fault_run *f)
{
	(void)f;
	return streq(why, "neither did its work nor reported a failure");
}

static int try_status(void)
{
	struct nserr e = NSERR_INIT;
	char text[2048] = "";
	int line[2], rc;
	ssize_t n;

	if (pipe(line) < 0)
		return 1;
	fault_begin();
	rc = status_created(line[1], getpid(), 0, -1, &e);
	if (rc == 0)
		rc = status_exec(line[1], getpid(), 0);
	if (rc == 0)
		rc = notify_line(line[1], READY_LINE, strlen(READY_LINE));
	fault_end();
	close(line[1]);
	n = read(line[0], text, sizeof(text) - 1);
	close(line[0]);
	if (rc < 0)
		return rc;
	return n > 0 && strstr(text, "\"type\":\"uts\"") && strstr(text, "\"exec\"") &&
			       strstr(text, "\nready\n")
		       ? 0
		       : 1;
}

static int try_readiness(void)
{
	struct readiness r = { .socket = -1 };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = readiness_open(&r, &e);
	fault_end();
	if (rc == 0)
		close(r.socket);
	return fault_result(rc, &e, r.name[0] == '@');
}

static void handles(const char *in)
{
	snprintf(path, sizeof(path), "%s/pid", in);
	fault_all("handles", try_handles, NULL);
	fault_all("an old pid file", try_reuse, leaves_old_file);
	fault_all("status lines", try_status, NULL);
	fault_all("readiness_open", try_readiness, NULL);
}

static void a_failed_call_leaves_no_pid_file(void)
{
	if (fault_require())
		sandbox(0, handles);
}

/* ---- Terminals */

/* Copies a line from a new terminal to a file. */
static int try_pty(void)
{
	struct pty_relay r = PTY_RELAY_INIT;
	struct nserr e = NSERR_INIT;
	char text[16] = "";
	int saved[2] = { dup(0), dup(1) }, pair[2], slave = -1, rc;
	bool closed = false;
	ssize_t n = 0;

	if (pipe(pair) < 0)
		return 1;
	dup2(pair[1], 1);
	close(pair[1]);
	close(0);
	open("/dev/null", O_RDONLY);
	fault_begin();
	rc = pty_relay_start(&r, &e);
	if (rc == 0) {
		rc = slave = pty_open(&r, &e);
		closed = r.fds < 0;
		if (slave >= 0)
			(void)!write(slave, "hello\n", 6);
		util_close(&slave);
		pty_relay_end(&r);
	}
	fault_end();
	dup2(saved[0], 0);
	dup2(saved[1], 1);
	close(saved[0]);
	close(saved[1]);
	n = read(pair[0], text, sizeof(text) - 1);
	close(pair[0]);
	return fault_result(rc, &e, closed && n == 7 && streq(text, "hello\r\n"));
}

static int try_attach(void)
{
	struct nserr e = NSERR_INIT;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave, rc;
	int saved[3] = { dup(0), dup(1), dup(2) };
	pid_t pid, session = 0;
	int status = 0, to[2];

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || pipe(to) < 0)
		return 1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	pid = unit_fork();
	if (pid == 0) {
		fault_begin();
		rc = pty_attach(slave, &e);
		fault_end();
		session = tcgetsid(0);
		_exit(rc < 0 ? (e.what[0] ? 2 : 1) : session == getpid() ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	for (int i = 0; i < 3; i++)
		close(saved[i]);
	close(to[0]);
	close(to[1]);
	close(slave);
	close(master);
	return status == 0 ? 0 : WIFEXITED(status) && WEXITSTATUS(status) == 2 ? -EIO : 1;
}

/* Returns true for lost output, which is accepted. If a read(2) or write(2) of the relay fails,
 * output is lost, and the relay cannot report it. */
static bool output_is_lost(const char *why, const struct fault_run *f)
{
	return f->target && streq(why, "neither did its work nor reported a failure");
}

static void terminals(const char *in)
{
	(void)in;
	fault_all("pty_open", try_pty, output_is_lost);
	fault_all("pty_attach", try_attach, NULL);
}

static void a_failed_call_ends_the_relay(void)
{
	if (access("/dev/ptmx", R_OK | W_OK) < 0)
		unit_skip_except_root("no terminals here");
	else if (fault_require())
		sandbox(0, terminals);
}

/* ---- Supervision */

/* Begins a shutdown that ends a child and a grandchild, as nsinit does, and waits for the child. */
static int try_shutdown(void)
{
	struct supervise s = { .init = true, .grace = { 0, 50000000 } };
	struct nserr e = NSERR_INIT;
	int rc, pair[2];
	sigset_t before;
	char c;

	if (pipe(pair) < 0)
		return 1;
	sigprocmask(SIG_BLOCK, NULL, &before);
	fault_begin();
	rc = shutdown_adopt(&e);
	if (rc == 0)
		rc = supervise_block(&s, &e);
	fault_end();
	if (rc < 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		close(pair[0]);
		close(pair[1]);
		return e.what[0] ? rc : 1;
	}
	s.pid = fork();
	if (s.pid == 0) {
		sigprocmask(SIG_SETMASK, &s.mask, NULL);
		if (fork() > 0)
			(void)!write(pair[1], "", 1);
		for (;;)
			pause();
	}
	close(pair[1]);
	if (read(pair[0], &c, 1) != 1)
		rc = 1;
	close(pair[0]);
	fault_begin();
	shutdown_end(&s);
	rc = supervise_wait(&s, &e);
	fault_end();
	supervise_unblock(&s);
	if (rc < 0) {
		shutdown_kill(&s);
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	return rc < 0 ? (e.what[0] ? rc : 1) : WIFSIGNALED(rc) ? 0 : 1;
}

static int try_interrupt(void)
{
	sigset_t set;
	int line[2], fd, rc;

	if (pipe(line) < 0 || write(line[1], "", 1) != 1)
		return 1;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	fault_begin();
	fd = interrupt_open(&set);
	rc = interrupt_wait(fd, line[0]);
	(void)!interrupt_pending();
	fault_end();
	util_close(&fd);
	close(line[0]);
	close(line[1]);
	return rc;
}

static void supervision(const char *in)
{
	(void)in;
	fault_all("shutdown_end", try_shutdown, NULL);
	fault_all("interrupt_wait", try_interrupt, NULL);
}

static void a_failed_call_ends_all_processes(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, supervision);
}

/* ---- Causes */

static int refusal;

/* The search for the reason of a failure can fail, but the message and the error of that failure
 * must stay. */
static int try_causes(void)
{
	static const char *const programs[] = { "/bin/sh", "/etc/passwd", "/missing/x", "/etc" };
	bool right = true;

	fault_begin();
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct nserr e = NSERR_INIT;

		nserr_set(&e, refusal, "message");
		cause_exec(programs[i], &e);
		right = right && streq(e.what, "message") && e.errnum == refusal;
	}
	for (int i = 0; i < 2; i++) {
		struct nserr e = NSERR_INIT;

		nserr_set(&e, refusal, "message");
		cause_unshare(i ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNS | CLONE_NEWPID, &e);
		right = right && streq(e.what, "message") && e.errnum == refusal;
	}
	fault_end();
	return right ? 0 : 1;
}

static void causes(const char *in)
{
	static const int errors[] = {
		EPERM, EACCES, ENOENT, ENOSPC, EAGAIN, ENOMEM, EINVAL, ENOEXEC
	};

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		refusal = errors[i];
		fault_all(strerror(refusal), try_causes, NULL);
	}
}

static void a_failed_search_for_a_cause_keeps_the_message(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, causes);
}

/* ---- Messages between the processes of a plan */

static int try_send(void)
{
	int pair[2], rc;
	char text[8] = "";

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return 1;
	fault_begin();
	rc = line_send(pair[0], "text", 5);
	fault_end();
	if (rc == 0 &&
	    (recv(pair[1], text, sizeof(text), MSG_DONTWAIT) != 5 || !streq(text, "text")))
		rc = 1;
	close(pair[0]);
	close(pair[1]);
	return rc;
}

/* send(2): ENOBUFS and ENOMEM may be transient. EPIPE and ECONNRESET mean that the other process
 * has closed its end. */
static void a_message_is_sent_again_after_a_transient_error(void)
{
	static const struct fault_row rows[] = {
		{ "line_send", try_send, SYS_sendto, 1, ENOBUFS, 0 },
		{ "line_send", try_send, SYS_sendto, 1, ENOMEM, 0 },
		{ "line_send", try_send, SYS_sendto, 1, EINTR, 0 },
		{ "line_send", try_send, SYS_sendto, 1, EIO, 0 },
		{ "line_send", try_send, SYS_sendto, 1, EPIPE, -EPIPE },
		{ "line_send", try_send, SYS_sendto, 1, ECONNRESET, -EPIPE },
		{ "line_send", try_send, SYS_sendto, FAULT_EACH, ENOBUFS, -EPIPE },
	};

	if (fault_require())
		fault_table(rows, ARRAY_SIZE(rows));
}

UNIT_MAIN(CASE(a_message_is_sent_again_after_a_transient_error),
	  CASE(a_failed_call_leaves_no_pid_file), CASE(a_failed_call_ends_the_relay),
	  CASE(a_failed_call_ends_all_processes),
	  CASE(a_failed_search_for_a_cause_keeps_the_message))
