// SPDX-License-Identifier: GPL-2.0-or-later
/* test-messages: receives the reports of an init process, and the notifications of a service. */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../plan.h"
#include "base/file.h"
#include "run/handle.h"
#include "run/readiness.h"
#include "run/report.h"

static sigset_t io;

static void handler(int sig)
{
	(void)sig;
}

/* Returns true if the kernel can send SIGRTMAX for each message. Otherwise skips the case:
 * qemu-user has no signal of the host that it could use for SIGRTMAX, and valgrind, which uses
 * SIGRTMAX itself, permits no handler for it. */
static bool has_signal(void)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (signal(SIGRTMAX, handler) != SIG_ERR) {
		signal(SIGRTMAX, SIG_DFL);
		if (fcntl(fd, F_SETSIG, SIGRTMAX) == 0 || errno != EINVAL)
			return true;
	}
	unit_skip("the program cannot use SIGRTMAX");
	return false;
}

/* Blocks the signal that the kernel sends for each message. */
static void begin(void)
{
	sigemptyset(&io);
	sigaddset(&io, SIGRTMAX);
	sigprocmask(SIG_BLOCK, &io, NULL);
}

/* Returns true if the signal for a message to this descriptor arrives. */
static bool arrives(int fd)
{
	const struct timespec limit = { 10, 0 };
	siginfo_t info;

	return sigtimedwait(&io, &info, &limit) == SIGRTMAX && info.si_fd == fd;
}

static void end(void)
{
	while (sigtimedwait(&io, NULL, &(const struct timespec){ 0, 0 }) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &io, NULL);
}

/* ---- The report of an init process */

static struct handle tool;
static pid_t identified_pid;
static int identified_calls;

static int identified(void *ctx, pid_t pid, struct nserr *e)
{
	(void)e;
	*(pid_t *)ctx = pid;
	identified_calls++;
	return 0;
}

static int refuse(void *ctx, pid_t pid, struct nserr *e)
{
	(void)ctx;
	(void)pid;
	return nserr_set(e, 0, "refused");
}

/* Reports the pid of the program twice. The second report gets no answer. */
static void report_twice(void)
{
	struct nserr e = NSERR_INIT;
	int fd = report_inherited();

	CHECK(fd >= 0);
	CHECK_INT(report_program(fd, &e), 0);
	CHECK_INT(send(fd, "pid", 3, 0), 3);
}

static void report_and_be_refused(void)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(report_program(report_inherited(), &e), -EINVAL);
	CHECK_STR(unit_message(&e), "refused");
}

static void fail(void)
{
	report_failed(report_inherited());
}

/* Starts the init process, and handles all its messages until it ends. Returns the number of
 * messages. */
static int hear(void (*child)(void), int (*identify)(void *, pid_t, struct nserr *))
{
	struct plan p = PLAN_INIT;
	struct nserr e;
	int n = 0;
	pid_t pid;

	tool = HANDLE_INIT;
	tool.waits_for_init = true;
	handle_plan_report(&tool, &p);
	handle_plan_pass(&tool, &p, PLAN_CALLER);
	CHECK_INT(unit_run_step(&p, "report", &e), 0);
	begin();
	pid = unit_fork();
	if (pid == 0) {
		CHECK_INT(unit_run_step(&p, "pass-report", &e), 0);
		child();
		unit_end_child();
	}
	plan_free(&p);
	tool.pid = pid;
	CHECK_INT(handle_watch_init(&tool), 0);
	CHECK_INT(tool.report[1], -1);
	CHECK(fcntl(tool.report[0], F_GETFL) & O_NONBLOCK);
	while (tool.report[0] >= 0) {
		if (handle_hear_init(&tool, identify, &identified_pid))
			n++;
		else if (!arrives(tool.report[0]))
			break;
	}
	CHECK_INT(tool.report[0], -1);
	CHECK(!handle_hear_init(&tool, identify, &identified_pid));
	CHECK_INT(unit_wait(pid), 0);
	end();
	return n;
}

static void the_first_report_identifies_the_program(void)
{
	struct nserr e = NSERR_INIT;
	int status[2];
	char text[256];

	if (!has_signal())
		return;
	/* the last message is the end of file */
	CHECK_INT(hear(report_twice, identified), 3);
	CHECK_INT(identified_calls, 1);
	CHECK(tool.pid == identified_pid && tool.init_pid == tool.pid && !tool.not_executed);
	CHECK_INT(hear(report_and_be_refused, refuse), 2);
	CHECK(tool.init_pid > 0 && !tool.not_executed);
	CHECK_INT(hear(fail, NULL), 2);
	CHECK(tool.not_executed && tool.init_pid == 0);
	tool.status_fd = 7;
	/* without an init process, the pid file was written before */
	tool.waits_for_init = false;
	tool.pid_file = "/none/pid";
	CHECK_INT(handle_init_executed(&tool, &e), 0);
	CHECK_INT(tool.status_fd, -1);
	CHECK_INT(pipe2(status, O_CLOEXEC), 0);
	tool = HANDLE_INIT;
	tool.status_fd = status[1];
	tool.waits_for_init = true;
	tool.pid = 42;
	CHECK_INT(handle_init_executed(&tool, &e), 0);
	CHECK(tool.pid == 42 && tool.status_fd == status[1]);
	CHECK(read(status[0], text, sizeof(text)) > 0 && strstr(text, "exec"));
	close(status[0]);
	close(status[1]);
}

/* ---- READY=1 */

static pid_t sender;

static bool accept_sender(const void *ctx, pid_t pid)
{
	sender = pid;
	return ctx == &sender;
}

/* Sends a message with n descriptors to the socket. */
static void notify(const struct readiness *r, const char *text, size_t n)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(r->name));
	cleanup_fd int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (char *)text, strlen(text) };
	struct msghdr m = { .msg_name = &a, .msg_namelen = len, .msg_iov = &part, .msg_iovlen = 1 };

	memcpy(a.sun_path + 1, r->name + 1, strlen(r->name) - 1);
	if (n > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		CMSG_FIRSTHDR(&m)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&m)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&m)->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)) + i * sizeof(int), &s, sizeof(int));
	}
	CHECK_INT(sendmsg(s, &m, 0), strlen(text));
}

static void ready_must_be_a_line_of_a_message(void)
{
	static const struct {
		const char *text;
		bool ready;
	} rows[] = {
		{ "READY=1", true },   { "READY=1\n", true },   { "A=1\nREADY=1\nB=2", true },
		{ "READY=12", false }, { "XREADY=1", false },   { "READY=0\nREADY=1", true },
		{ "READY", false },    { "\n\nREADY=1", true }, { "A=1\n READY=1", false },
	};
	struct readiness r = { .socket = -1 };
	struct nserr e = NSERR_INIT;

	if (!has_signal())
		return;
	begin();
	CHECK_INT(readiness_open(&r, &e), 0);
	CHECK(r.name[0] == '@' && strlen(r.name) == 6);
	CHECK(!readiness_receive(&r, accept_sender, &sender));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sender = 0;
		/* the descriptors that come with a message are closed */
		notify(&r, rows[i].text, i % 5);
		CHECK(arrives(r.socket));
		CHECK_INT(readiness_receive(&r, accept_sender, &sender), rows[i].ready);
		CHECK_INT(sender, rows[i].ready ? getpid() : 0);
	}
	/* a sender that is not accepted; the messages after it are received, too */
	notify(&r, "READY=1", 0);
	CHECK(!readiness_receive(&r, accept_sender, NULL));
	notify(&r, "READY=1", 0);
	notify(&r, "STATUS=x", 0);
	CHECK(readiness_receive(&r, accept_sender, &sender));
	CHECK(!readiness_receive(&r, accept_sender, &sender));
	close(r.socket);
	end();
}

UNIT_MAIN(CASE(the_first_report_identifies_the_program), CASE(ready_must_be_a_line_of_a_message))
