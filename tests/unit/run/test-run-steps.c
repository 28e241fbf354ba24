// SPDX-License-Identifier: GPL-2.0-or-later
/* test-run-steps: explains and runs the steps around the execution of a program, and receives the
 * reports of an init process and of a service. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../unit.h"
#include "base/file.h"
#include "run/exec.h"
#include "run/init.h"
#include "run/plan_time.h"
#include "run/report.h"

UNIT_LEAVES_MEMORY

/* Runs the step with this name. Returns its result, or 1 if the plan has no such step. */
static int run_step(const struct plan *p, const char *name, struct nserr *e)
{
	*e = NSERR_INIT;
	for (size_t i = 0; i < p->n; i++)
		if (streq(p->steps[i].kind->name, name))
			return p->steps[i].kind->run(NULL, &p->steps[i], e);
	return 1;
}

/* Returns the explanation of the plan, and frees the plan. */
static const char *explained(struct plan *p)
{
	static struct buf b = BUF_INIT;

	buf_reset(&b);
	buf_adds(&b, "");
	plan_explain(p, NULL, &b);
	plan_free(p);
	return b.s;
}

/* Runs child() in a child process. Returns its wait status. */
static int in_child(void (*child)(void))
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		unit_failures = 0;
		child();
		fflush(stdout);
		_exit(unit_failures ? 99 : 0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

/* ---- Explanations */

static char *const words[] = { (char *)"prog", (char *)"an arg", NULL };

static const char *init_text(struct init *i)
{
	struct plan p = PLAN_INIT;

	init_plan(i, &p);
	init_plan_exec(i, &p);
	return explained(&p);
}

#define ADOPT   " 1 caller adopt orphaned descendants: prctl(PR_SET_CHILD_SUBREAPER)\n"
#define SIGNALS "restore the caller's signal mask and actions: rt_sigaction(2), rt_sigprocmask(2)\n"
#define RETIRE  ": chdir(2), prctl(PR_SET_DUMPABLE)\n"

static void explains_an_init_process(void)
{
	struct init i = { .handle = HANDLE_INIT, .program = { .argv = words } };

	CHECK_STR(init_text(&i), ADOPT " 2 caller create the program's process: fork(2)\n"
				       " 3 caller change to /" RETIRE " 4 child  " SIGNALS
				       " 5 child  execute prog an arg: execve(2)\n");
	i.pdeathsig = SIGTERM;
	i.notify = i.reports = i.guarded = true;
	i.handle.pid_file = "pid";
	i.handle.wait_fd = 5;
	CHECK_STR(init_text(&i), ADOPT
		  " 2 caller receive SIGTERM when the parent dies: prctl(PR_SET_PDEATHSIG)\n"
		  " 3 caller create a socket for NOTIFY_SOCKET: socket(2), bind(2)\n"
		  " 4 caller create the program's process: fork(2)\n"
		  " 5 caller write the PID to 'pid': write(2)\n"
		  " 6 caller wait for a byte or end of file on descriptor 5: poll(2), read(2)\n"
		  " 7 caller change to / and, as PID 1, become undumpable" RETIRE
		  " 8 child  set NOTIFY_SOCKET: environ(7)\n"
		  " 9 child  send the PID of this process to nsunshare: send(2), recv(2)\n"
		  "10 child  " SIGNALS
		  "11 child  close the descriptors that the handle options name: "
		  "close_range(CLOSE_RANGE_CLOEXEC)\n"
		  "12 child  execute prog an arg: execve(2)\n");
	/* process 1 of nsunshare --init, which pauses */
	i = (struct init){ .handle = HANDLE_INIT, .outer = &i.supervise };
	i.supervise.pause = true;
	CHECK_STR(init_text(&i), " 1 caller change to /" RETIRE);
	i.handle.ready_fd = 0;
	CHECK_STR(init_text(&i),
		  " 1 caller change to /" RETIRE
		  " 2 caller write a line to the descriptor of --ready-fd: write(2)\n");
}

static void explains_the_handles(void)
{
	struct handle h = HANDLE_INIT;
	struct plan p = PLAN_INIT;

	handle_plan_created(&h, &p);
	handle_plan_wait(&h, &p, PLAN_CHILD);
	handle_plan_exec(&h, &p, PLAN_CHILD, "prog");
	handle_plan_report(&h, &p);
	handle_plan_pass(&h, &p, PLAN_CHILD);
	CHECK_STR(explained(&p), "");
	h.pid_file = "pid";
	h.status_fd = h.ready_fd = 0;
	h.start_fd = 0;
	h.close_fds = true;
	h.keep[h.nkeep++] = 2;
	h.keep[h.nkeep++] = 3;
	h.keep[h.nkeep++] = 9;
	h.waits_for_init = true;
	handle_plan_created_by(&h, &p, PLAN_HELPER);
	handle_plan_exec(&h, &p, PLAN_CHILD, "prog");
	handle_plan_report(&h, &p);
	handle_plan_pass(&h, &p, PLAN_CHILD);
	CHECK_STR(explained(&p),
		  " 1 helper prepare 'pid' and report the process and its namespaces to descriptor "
		  "0: write(2)\n"
		  " 2 child  close all descriptors except 0 to 2 and 3 and 9; write a line to "
		  "descriptor 0; wait for a byte or end of file on descriptor 0: "
		  "close_range(CLOSE_RANGE_CLOEXEC), write(2)\n"
		  " 3 caller create a socket that reports the execution of the program: "
		  "socketpair(2)\n"
		  " 4 child  pass the socket to the init in NSUTILS_REPORT_FD: fcntl(F_SETFD)\n");
	h.waits_for_init = false;
	h.waits_for_pivot = true;
	handle_plan_report(&h, &p);
	handle_plan_pass(&h, &p, PLAN_CHILD);
	CHECK_STR(explained(&p),
		  " 1 caller create a socket that reports the execution of the program: "
		  "socketpair(2)\n"
		  " 2 child  let nspivot inherit the socket, which it closes after the change of "
		  "the root: fcntl(F_SETFD)\n");
}

static const char *exec_text(const struct program *program)
{
	struct plan p = PLAN_INIT;

	plan_add(&p, PLAN_CHILD, &step_exec, program, 0);
	return explained(&p);
}

static void explains_the_program_and_the_clocks(void)
{
	char *none[] = { NULL };
	struct program p = { .argv = words };
	struct timens t = { .set = { true, true }, .off = { { 5, 0 }, { -1, 500000000 } } };
	struct plan plan = PLAN_INIT;

	CHECK_STR(exec_text(&p), " 1 child  execute prog an arg: execve(2)\n");
	CHECK_STR(program_name(&p), "prog");
	p.shell = "/bin/x";
	CHECK_STR(exec_text(&p), " 1 child  execute /bin/x as prog an arg: execve(2)\n");
	CHECK_STR(program_name(&p), "/bin/x");
	p.new_root = true;
	CHECK_STR(exec_text(&p), " 1 child  execute a shell: execve(2)\n");
	setenv("SHELL", "/bin/y", 1);
	p = (struct program){ .argv = none };
	CHECK_STR(exec_text(&p), " 1 child  execute /bin/y as -y: execve(2)\n");
	p.argv = NULL;
	CHECK_STR(program_name(&p), "/bin/y");
	plan_add(&plan, PLAN_CALLER, &plan_time_unshare, NULL, 0);
	plan_add(&plan, PLAN_CALLER, &plan_time_write, &t, 0);
	plan_add(&plan, PLAN_CALLER, &plan_time_enter, NULL, 0);
	CHECK_STR(
		explained(&plan),
		" 1 caller create a time namespace for the children: unshare(CLONE_NEWTIME)\n"
		" 2 caller move monotonic by +5, boottime by -0.5 seconds relative to the initial "
		"clock: write(timens_offsets)\n"
		" 3 caller enter the time namespace: setns(time_for_children)\n");
	t.set[0] = false;
	plan_add(&plan, PLAN_CALLER, &plan_time_write, &t, 0);
	CHECK_STR(explained(&plan), " 1 caller move boottime by -0.5 seconds relative to the "
				    "initial clock: write(timens_offsets)\n");
}

/* ---- The steps of an init process */

static void runs_the_init_steps(void)
{
	struct init i = { .handle = HANDLE_INIT,
			  .pdeathsig = SIGTERM,
			  .parent_pid = getppid(),
			  .notify = true,
			  .readiness = { .socket = -1, .name = "@abc" } };
	struct plan p = PLAN_INIT;
	struct nserr e;
	char cwd[8];
	int now = 0;

	init_plan(&i, &p);
	CHECK(!i.first);
	i.guarded = true;
	CHECK_INT(run_step(&p, "subreaper", &e), 0);
	CHECK(prctl(PR_GET_CHILD_SUBREAPER, &now) == 0 && now == 1);
	CHECK_INT(run_step(&p, "pdeathsig", &e), 0);
	CHECK(prctl(PR_GET_PDEATHSIG, &now) == 0 && now == SIGTERM);
	i.parent_pid = getpid();
	CHECK_INT(run_step(&p, "pdeathsig", &e), -EINVAL);
	CHECK_STR(unit_message(&e), "the parent process has ended");
	CHECK_INT(run_step(&p, "notify-name", &e), 0);
	CHECK_STR(getenv("NOTIFY_SOCKET"), "@abc");
	/* only process 1 becomes undumpable, and only if it is guarded */
	CHECK_INT(run_step(&p, "retire", &e), 0);
	CHECK_STR(getcwd(cwd, sizeof(cwd)), "/");
	i.guarded = false;
	i.first = true;
	CHECK_INT(run_step(&p, "retire", &e), 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
	i.guarded = true;
	CHECK_INT(run_step(&p, "retire", &e), 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 0);
	plan_free(&p);
}

static void a_pausing_init_is_ready(void)
{
	struct init i = { .handle = HANDLE_INIT, .outer = &i.supervise };
	struct plan p = PLAN_INIT;
	struct nserr e;
	char text[16];
	int line[2];

	CHECK_INT(pipe2(line, O_CLOEXEC), 0);
	i.supervise.pause = true;
	i.handle.ready_fd = line[1];
	init_plan_exec(&i, &p);
	CHECK_INT(run_step(&p, "ready", &e), 0);
	CHECK_INT(read(line[0], text, sizeof(text)), 6);
	CHECK(memcmp(text, "ready\n", 6) == 0);
	close(line[0]);
	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(run_step(&p, "ready", &e), -EPIPE);
	CHECK(str_after(e.what, "cannot write to descriptor "));
	close(line[1]);
	plan_free(&p);
}

static void the_steps_of_an_init_process_take_effect(void)
{
	CHECK_INT(in_child(runs_the_init_steps), 0);
	a_pausing_init_is_ready();
}

/* ---- The last step before exec */

static void closes_and_waits(void)
{
	struct handle h = HANDLE_INIT;
	struct plan p = PLAN_INIT;
	struct nserr e;
	char text[16];
	sigset_t term;
	int line[2], start[2], kept = fcntl(0, F_DUPFD, 10), other = fcntl(0, F_DUPFD, 10);

	CHECK(pipe(line) == 0 && pipe(start) == 0 && write(start[1], "x", 1) == 1);
	h.ready_fd = line[1];
	h.start_fd = start[0];
	handle_plan_exec(&h, &p, PLAN_CHILD, "sh");
	CHECK_INT(run_step(&p, "descriptors", &e), 0);
	CHECK_INT(read(line[0], text, sizeof(text)), 6);
	CHECK((fcntl(line[1], F_GETFD) & FD_CLOEXEC) && (fcntl(start[0], F_GETFD) & FD_CLOEXEC));
	CHECK(!(fcntl(other, F_GETFD) & FD_CLOEXEC) && !(fcntl(line[0], F_GETFD) & FD_CLOEXEC));
	/* the byte of --start-fd was read */
	CHECK(fcntl(start[0], F_SETFL, O_NONBLOCK) == 0 && read(start[0], text, 1) < 0);
	close(start[1]);
	h.close_fds = true;
	h.keep[h.nkeep++] = kept;
	CHECK_INT(run_step(&p, "descriptors", &e), 0);
	CHECK((fcntl(other, F_GETFD) & FD_CLOEXEC) && !(fcntl(kept, F_GETFD) & FD_CLOEXEC));
	/* a descriptor of an option stays open if --keep-fd names it */
	h.close_fds = false;
	h.keep[0] = line[1];
	CHECK_INT(fcntl(line[1], F_SETFD, 0), 0);
	CHECK_INT(run_step(&p, "descriptors", &e), 0);
	CHECK(!(fcntl(line[1], F_GETFD) & FD_CLOEXEC));
	/* the line is not written for a program that is missing */
	CHECK_INT(fcntl(line[0], F_SETFL, O_NONBLOCK), 0);
	CHECK(read(line[0], text, sizeof(text)) > 0);
	h.program = "/none";
	CHECK_INT(run_step(&p, "descriptors", &e), -ENOENT);
	CHECK_STR(e.what, "cannot execute '/none'");
	CHECK(read(line[0], text, sizeof(text)) < 0);
	h.program = "sh";
	close(line[0]);
	CHECK_INT(run_step(&p, "descriptors", &e), -EPIPE);
	close(line[1]);
	h.nkeep = 0;
	CHECK_INT(run_step(&p, "descriptors", &e), -EBADF);
	CHECK(str_after(e.what, "cannot use descriptor "));
	h.ready_fd = -1;
	CHECK_INT(run_step(&p, "descriptors", &e), 0);
	/* a signal ends the wait */
	CHECK_INT(pipe(start), 0);
	h.start_fd = start[0];
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	kill(getpid(), SIGTERM);
	CHECK_INT(run_step(&p, "descriptors", &e), -EINTR);
	plan_free(&p);
}

static void the_handles_are_closed_before_exec(void)
{
	CHECK_INT(in_child(closes_and_waits), 0);
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
	struct timespec soon = { 10, 0 };
	struct plan p = PLAN_INIT;
	struct nserr e;
	siginfo_t info;
	sigset_t io;
	int n = 0, status = -1;
	pid_t pid;

	tool = HANDLE_INIT;
	tool.waits_for_init = true;
	handle_plan_report(&tool, &p);
	handle_plan_pass(&tool, &p, PLAN_CALLER);
	CHECK_INT(run_step(&p, "report", &e), 0);
	sigemptyset(&io);
	sigaddset(&io, SIGRTMAX);
	sigprocmask(SIG_BLOCK, &io, NULL);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		unit_failures = 0;
		if (run_step(&p, "pass-report", &e) == 0)
			child();
		fflush(stdout);
		_exit(unit_failures ? 99 : 0);
	}
	plan_free(&p);
	tool.pid = pid;
	CHECK_INT(handle_watch_init(&tool), 0);
	CHECK_INT(tool.report[1], -1);
	CHECK(fcntl(tool.report[0], F_GETFL) & O_NONBLOCK);
	while (tool.report[0] >= 0) {
		/* each message raises a signal for the descriptor */
		if (handle_hear_init(&tool, identify, &identified_pid))
			n++;
		else if (sigtimedwait(&io, &info, &soon) != SIGRTMAX ||
			 info.si_fd != tool.report[0])
			break;
	}
	CHECK_INT(tool.report[0], -1);
	CHECK(!handle_hear_init(&tool, identify, &identified_pid));
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	soon.tv_sec = 0;
	while (sigtimedwait(&io, NULL, &soon) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &io, NULL);
	return n;
}

static void the_first_report_identifies_the_program(void)
{
	struct nserr e = NSERR_INIT;
	int status[2];
	char text[256];

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
	const struct timespec soon = { 10, 0 };
	struct readiness r = { .socket = -1 };
	struct nserr e = NSERR_INIT;
	siginfo_t info;
	sigset_t io;

	sigemptyset(&io);
	sigaddset(&io, SIGRTMAX);
	sigprocmask(SIG_BLOCK, &io, NULL);
	CHECK_INT(readiness_open(&r, &e), 0);
	CHECK(r.name[0] == '@' && strlen(r.name) == 6);
	CHECK(!readiness_receive(&r, accept_sender, &sender));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sender = 0;
		/* the descriptors that come with a message are closed */
		notify(&r, rows[i].text, i % 5);
		CHECK(sigtimedwait(&io, &info, &soon) == SIGRTMAX && info.si_fd == r.socket);
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
	while (sigtimedwait(&io, NULL, &(const struct timespec){ 0, 0 }) > 0)
		;
	sigprocmask(SIG_UNBLOCK, &io, NULL);
}

/* ---- Execution and the end */

static const struct program *program;

static void execute(void)
{
	const struct plan_step step = { &step_exec, PLAN_CHILD, program, 0 };
	struct nserr e = NSERR_INIT;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setenv("PATH", "/usr/bin:/bin", 1);
	dup2(null, 0);
	CHECK_INT(step_exec.run(NULL, &step, &e), -ENOENT);
	CHECK_STR(e.hint, program->new_root || program->other_root
				  ? "install the program in the new root, or specify a program "
				    "that exists there"
				  : "");
	_exit(unit_failures ? 99 : 127);
}

static void executes_a_program_or_a_shell(void)
{
	static char *const yes[] = { (char *)"true", NULL }, *const none[] = { (char *)"none",
									       NULL };
	const struct {
		struct program p;
		int exit;
	} rows[] = {
		{ { .argv = yes }, 0 },
		{ { .argv = none }, 127 },
		{ { .argv = none, .new_root = true }, 127 },
		{ { .argv = none, .other_root = true }, 127 },
		{ { .argv = yes, .shell = "/none" }, 127 },
		/* the shell is missing in the new root, so /bin/sh is executed */
		{ { .argv = yes, .shell = "/none", .new_root = true }, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;

		program = &rows[i].p;
		status = in_child(execute);
		CHECK(WIFEXITED(status));
		CHECK_INT(WEXITSTATUS(status), rows[i].exit);
	}
}

static int end_status;

static void end_as(void)
{
	const struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };
	sigset_t all;

	/* the signal must end the process even if it is blocked and ignored */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGTERM, SIG_IGN);
	(void)!setrlimit(RLIMIT_CORE, &core);
	exec_end_as(end_status);
}

static void the_tool_ends_like_the_program(void)
{
	/* wait(2): the exit status is in the second byte, and the signal in the first */
	static const int rows[] = { 0, 7 << 8, 255 << 8, SIGTERM, SIGKILL, SIGQUIT };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		end_status = rows[i];
		CHECK_INT(in_child(end_as), rows[i]);
	}
}

UNIT_MAIN(CASE(explains_an_init_process), CASE(explains_the_handles),
	  CASE(explains_the_program_and_the_clocks), CASE(the_steps_of_an_init_process_take_effect),
	  CASE(the_handles_are_closed_before_exec), CASE(the_first_report_identifies_the_program),
	  CASE(ready_must_be_a_line_of_a_message), CASE(executes_a_program_or_a_shell),
	  CASE(the_tool_ends_like_the_program))
