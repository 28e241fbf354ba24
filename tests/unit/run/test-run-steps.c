// SPDX-License-Identifier: GPL-2.0-or-later
/* test-run-steps: explains and runs the steps around the execution of a program. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "../plan.h"
#include "run/exec.h"
#include "run/init.h"
#include "run/plan_time.h"

UNIT_LEAVES_MEMORY

/* ---- Explanations */

static char *const words[] = { (char *)"prog", (char *)"an arg", NULL };

static const char *init_text(struct init *i)
{
	struct plan p = PLAN_INIT;

	init_plan(i, &p);
	init_plan_exec(i, &p);
	return unit_explain(&p);
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
	CHECK_STR(unit_explain(&p), "");
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
	CHECK_STR(unit_explain(&p),
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
	CHECK_STR(unit_explain(&p),
		  " 1 caller create a socket that reports the execution of the program: "
		  "socketpair(2)\n"
		  " 2 child  let nspivot inherit the socket, which it closes after the change of "
		  "the root: fcntl(F_SETFD)\n");
}

static const char *exec_text(const struct program *program)
{
	struct plan p = PLAN_INIT;

	plan_add(&p, PLAN_CHILD, &step_exec, program, 0);
	return unit_explain(&p);
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
		unit_explain(&plan),
		" 1 caller create a time namespace for the children: unshare(CLONE_NEWTIME)\n"
		" 2 caller move monotonic by +5, boottime by -0.5 seconds relative to the initial "
		"clock: write(timens_offsets)\n"
		" 3 caller enter the time namespace: setns(time_for_children)\n");
	t.set[0] = false;
	plan_add(&plan, PLAN_CALLER, &plan_time_write, &t, 0);
	CHECK_STR(unit_explain(&plan), " 1 caller move boottime by -0.5 seconds relative to the "
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
	CHECK_INT(unit_run_step(&p, "subreaper", &e), 0);
	CHECK(prctl(PR_GET_CHILD_SUBREAPER, &now) == 0 && now == 1);
	CHECK_INT(unit_run_step(&p, "pdeathsig", &e), 0);
	CHECK(prctl(PR_GET_PDEATHSIG, &now) == 0 && now == SIGTERM);
	i.parent_pid = getpid();
	CHECK_INT(unit_run_step(&p, "pdeathsig", &e), -EINVAL);
	CHECK_STR(unit_message(&e), "the parent process has ended");
	CHECK_INT(unit_run_step(&p, "notify-name", &e), 0);
	CHECK_STR(getenv("NOTIFY_SOCKET"), "@abc");
	/* only process 1 becomes undumpable, and only if it is guarded */
	CHECK_INT(unit_run_step(&p, "retire", &e), 0);
	CHECK_STR(getcwd(cwd, sizeof(cwd)), "/");
	i.guarded = false;
	i.first = true;
	CHECK_INT(unit_run_step(&p, "retire", &e), 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
	i.guarded = true;
	CHECK_INT(unit_run_step(&p, "retire", &e), 0);
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
	CHECK_INT(unit_run_step(&p, "ready", &e), 0);
	CHECK_INT(read(line[0], text, sizeof(text)), 6);
	CHECK(memcmp(text, "ready\n", 6) == 0);
	close(line[0]);
	signal(SIGPIPE, SIG_DFL);
	CHECK_INT(unit_run_step(&p, "ready", &e), -EPIPE);
	CHECK(str_after(e.what, "cannot write to descriptor "));
	close(line[1]);
	plan_free(&p);
}

static void the_steps_of_an_init_process_take_effect(void)
{
	CHECK_INT(unit_in_child(runs_the_init_steps), 0);
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
	CHECK_INT(unit_run_step(&p, "descriptors", &e), 0);
	CHECK_INT(read(line[0], text, sizeof(text)), 6);
	CHECK((fcntl(line[1], F_GETFD) & FD_CLOEXEC) && (fcntl(start[0], F_GETFD) & FD_CLOEXEC));
	CHECK(!(fcntl(other, F_GETFD) & FD_CLOEXEC) && !(fcntl(line[0], F_GETFD) & FD_CLOEXEC));
	/* the byte of --start-fd was read */
	CHECK(fcntl(start[0], F_SETFL, O_NONBLOCK) == 0 && read(start[0], text, 1) < 0);
	close(start[1]);
	h.close_fds = true;
	h.keep[h.nkeep++] = kept;
	CHECK_INT(unit_run_step(&p, "descriptors", &e), 0);
	CHECK((fcntl(other, F_GETFD) & FD_CLOEXEC) && !(fcntl(kept, F_GETFD) & FD_CLOEXEC));
	/* a descriptor of an option stays open if --keep-fd names it */
	h.close_fds = false;
	h.keep[0] = line[1];
	CHECK_INT(fcntl(line[1], F_SETFD, 0), 0);
	CHECK_INT(unit_run_step(&p, "descriptors", &e), 0);
	CHECK(!(fcntl(line[1], F_GETFD) & FD_CLOEXEC));
	/* the line is not written for a program that is missing */
	CHECK_INT(fcntl(line[0], F_SETFL, O_NONBLOCK), 0);
	CHECK(read(line[0], text, sizeof(text)) > 0);
	h.program = "/none";
	CHECK_INT(unit_run_step(&p, "descriptors", &e), -ENOENT);
	CHECK_STR(e.what, "cannot execute '/none'");
	CHECK(read(line[0], text, sizeof(text)) < 0);
	h.program = "sh";
	close(line[0]);
	CHECK_INT(unit_run_step(&p, "descriptors", &e), -EPIPE);
	close(line[1]);
	h.nkeep = 0;
	CHECK_INT(unit_run_step(&p, "descriptors", &e), -EBADF);
	CHECK(str_after(e.what, "cannot use descriptor "));
	h.ready_fd = -1;
	CHECK_INT(unit_run_step(&p, "descriptors", &e), 0);
	/* a signal ends the wait */
	CHECK_INT(pipe(start), 0);
	h.start_fd = start[0];
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	kill(getpid(), SIGTERM);
	CHECK_INT(unit_run_step(&p, "descriptors", &e), -EINTR);
	plan_free(&p);
}

static void the_handles_are_closed_before_exec(void)
{
	CHECK_INT(unit_in_child(closes_and_waits), 0);
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
		status = unit_in_child(execute);
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
		CHECK_INT(unit_in_child(end_as), rows[i]);
	}
}

UNIT_MAIN(CASE(explains_an_init_process), CASE(explains_the_handles),
	  CASE(explains_the_program_and_the_clocks), CASE(the_steps_of_an_init_process_take_effect),
	  CASE(the_handles_are_closed_before_exec), CASE(executes_a_program_or_a_shell),
	  CASE(the_tool_ends_like_the_program))
