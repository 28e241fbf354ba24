// SPDX-License-Identifier: GPL-2.0-or-later
/* test-init: runs an init process that starts a program, receives its readiness notification and
 * ends all descendants. */
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../sandbox.h"
#include "run/init.h"

static int ready[2], status[2], report[2], alive[2];

/* Sends READY=1 twice to the socket in NOTIFY_SOCKET, creates a child that keeps running, and exits
 * with status 7. */
static int work(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *name = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	(void)ctx;
	(void)s;
	(void)e;
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	for (int i = 0; i < 2; i++)
		(void)!sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&a, len);
	if (fork() == 0) {
		sigset_t none;

		/* the caller waits until all copies of its socket are closed */
		for (int other = 3; other < 256; other++)
			if (other != alive[1])
				close(other);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		pause();
	}
	_exit(7);
}

static int fail(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	return nserr_set(e, EBUSY, "refused");
}

static const struct plan_kind kind_work = {
	.name = "work", .call = "exit(2)", .run = work, .stays = true
};
static const struct plan_kind kind_fail = { .name = "fail", .call = "none(2)", .run = fail };

/* Runs the init process and ends this child. */
static _Noreturn void run(const struct plan_kind *kind, bool share)
{
	struct init i = { .handle = HANDLE_INIT,
			  .supervise = { .grace = { 10, 0 } },
			  .notify = true,
			  .ready_fd = ready[1],
			  .report_fd = report[1] };
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;
	sigset_t mask;
	int rc;

	alarm(30);
	i.handle.status_fd = share ? ready[1] : status[1];
	init_plan(&i, &p);
	plan_add(&p, PLAN_CHILD, kind, NULL, 0);
	/* only the plan that fails sends a report */
	i.reports = kind == &kind_fail;
	rc = init_run(&i, &p, NULL, &e);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (i.reports) {
		CHECK_INT(rc, -EBUSY);
		CHECK_STR(e.what, "refused");
		/* the signals of the caller are unblocked */
		CHECK(!i.running && !i.is_ready && sigismember(&mask, SIGTERM) == 0);
	} else {
		CHECK_INT(rc, 7 << 8);
		CHECK_STR(e.what, "");
		CHECK(i.running && i.is_ready && sigismember(&mask, SIGTERM) == 1);
		CHECK_INT(i.ready_fd, share ? ready[1] : -1);
		CHECK_INT(fcntl(ready[1], F_GETFD) >= 0, share);
		/* all other descriptors are closed */
		CHECK(fcntl(ready[0], F_GETFD) < 0 && fcntl(report[1], F_GETFD) < 0);
		CHECK(unit_has_no_child());
	}
	unit_end_child();
}

/* Reads to the end of the file. Returns the text, which the next call overwrites. */
static const char *text_of(int fd)
{
	static char text[8192];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static unsigned occurrences(const char *text, const char *word)
{
	unsigned n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

/* Starts run() and checks its exit status. The reading ends of the pipes stay open. */
static void start(const struct plan_kind *kind, bool share)
{
	pid_t pid;

	CHECK(pipe2(ready, O_CLOEXEC) == 0 && pipe2(status, O_CLOEXEC) == 0);
	CHECK(pipe2(alive, O_CLOEXEC) == 0);
	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report), 0);
	pid = unit_fork();
	if (pid == 0)
		run(kind, share);
	close(ready[1]);
	close(status[1]);
	close(report[1]);
	close(alive[1]);
	CHECK_INT(unit_wait(pid), 0);
	/* no descendant is left */
	CHECK_STR(text_of(alive[0]), "");
}

static void finish(void)
{
	close(ready[0]);
	close(status[0]);
	close(report[0]);
	close(alive[0]);
}

static void runs(const char *in)
{
	const char *text;
	char byte;

	(void)in;
	start(&kind_work, false);
	CHECK_STR(text_of(ready[0]), "ready\n");
	text = text_of(status[0]);
	CHECK_INT(occurrences(text, "\"ready\""), 1);
	CHECK_INT(occurrences(text, "\"exec\""), 1);
	CHECK_INT(occurrences(text, "\"exit\""), 1);
	CHECK_INT(recv(report[0], &byte, 1, 0), 0);
	finish();
	/* ready_fd and status_fd are the same descriptor */
	start(&kind_work, true);
	text = text_of(ready[0]);
	CHECK_INT(occurrences(text, "ready\n"), 1);
	CHECK_INT(occurrences(text, "\"ready\""), 1);
	CHECK_INT(occurrences(text, "\"exit\""), 1);
	finish();
	start(&kind_fail, false);
	CHECK_STR(text_of(ready[0]), "");
	CHECK(recv(report[0], &byte, 1, 0) > 0);
	finish();
}

static void an_init_process_reports_and_ends_its_descendants(void)
{
	sandbox(CLONE_NEWPID, runs);
}

UNIT_MAIN(CASE(an_init_process_reports_and_ends_its_descendants))
