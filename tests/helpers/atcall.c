// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * atcall.c: stops a program before a chosen system call and runs a command at this point, so that
 * the result of a simulated attack does not depend on the timing.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

/* musl does not support extended patterns such as +(...), so a test that uses them fails with
 * musl */
#ifdef FNM_EXTMATCH
#define EXTENDED FNM_EXTMATCH
#else
#define EXTENDED 0
#endif

#define MAX_TASKS 128

static const char usage[] =
	"usage: atcall [-c CALL] [-p PATTERN] [-n] COMMAND -- PROGRAM [ARG...]\n"
	"\n"
	" -c CALL     only at this system call\n"
	" -p PATTERN  only if one of its first three arguments is a string that matches PATTERN\n"
	" -n          at every such call, not only at the first one\n"
	"\n"
	"COMMAND is run by sh while the process waits, with its number as $1. All processes of "
	"PROGRAM "
	"are\n"
	"followed until they execute another program. Exit status: the program's, 128+n for a "
	"signal, "
	"98 if\n"
	"no such call was made, 99 if atcall failed.\n";

struct task {
	pid_t pid;
	bool ours; /* executes the traced program */
};

static struct task tasks[MAX_TASKS];
static char exe[PATH_MAX];
static const char *pattern, *command;
static long call = -1;
static bool every, done;

static struct task *task_get(pid_t pid)
{
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tasks[i].pid == pid)
			return &tasks[i];
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (tasks[i].pid == 0) {
			tasks[i] = (struct task){ .pid = pid, .ours = true };
			return &tasks[i];
		}
	fputs("atcall: too many processes\n", stderr);
	exit(99);
}

/* Returns true if the string at this address of the process matches the pattern. */
static bool matches(pid_t pid, uint64_t address)
{
	char text[512] = "";
	struct iovec to = { text, sizeof(text) - 1 };
	struct iovec from = { (void *)(uintptr_t)address, sizeof(text) - 1 };

	if (address < 4096)
		return false;
	/* near the end of the mapped memory only a shorter read succeeds */
	while (process_vm_readv(pid, &to, 1, &from, 1, 0) <= 0) {
		if (from.iov_len <= 1)
			return false;
		from.iov_len = to.iov_len /= 2;
	}
	return fnmatch(pattern, text, EXTENDED) == 0;
}

static void call_begins(pid_t pid, const struct __ptrace_syscall_info *info)
{
	char number[16];
	int status;
	pid_t child;

	if ((done && !every) || (call >= 0 && (long)info->entry.nr != call))
		return;
	if (pattern && !matches(pid, info->entry.args[0]) && !matches(pid, info->entry.args[1]) &&
	    !matches(pid, info->entry.args[2]))
		return;
	done = true;
	snprintf(number, sizeof(number), "%d", pid);
	child = fork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, "sh", number, NULL);
		_exit(99);
	}
	while (waitpid(child, &status, 0) < 0)
		;
}

/*
 * Returns true if the process executes the program, or the program's copy of itself in memory or on
 * a detached mount.
 */
static bool runs_program(pid_t pid)
{
	char path[64], now[PATH_MAX] = "";

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (readlink(path, now, sizeof(now) - 1) <= 0)
		return false;
	if (!exe[0])
		strcpy(exe, now);
	return strcmp(now, exe) == 0 || strncmp(now, "/memfd:", 7) == 0 || strcmp(now, "/") == 0;
}

static void on_stop(struct task *t, int status)
{
	struct __ptrace_syscall_info info;
	int sig = WSTOPSIG(status), event = status >> 16;
	unsigned long child;

	if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
		ptrace(PTRACE_LISTEN, t->pid, 0, 0);
		return;
	}
	if (event == PTRACE_EVENT_EXEC)
		t->ours = runs_program(t->pid);
	if ((event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	     event == PTRACE_EVENT_CLONE) &&
	    ptrace(PTRACE_GETEVENTMSG, t->pid, 0, &child) == 0)
		task_get((pid_t)child)->ours = t->ours;
	if (event == 0 && sig == (SIGTRAP | 0x80) && t->ours &&
	    ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY)
		call_begins(t->pid, &info);
	if (event || sig == (SIGTRAP | 0x80))
		sig = 0;
	if (event == PTRACE_EVENT_EXEC && !t->ours) {
		ptrace(PTRACE_DETACH, t->pid, 0, 0);
		t->pid = 0;
		return;
	}
	ptrace(t->ours ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, 0, sig);
}

static pid_t start(char **argv)
{
	int go[2];
	pid_t pid;
	char c;

	if (pipe(go) < 0 || (pid = fork()) < 0)
		exit(99);
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &c, 1) != 0)
			_exit(99);
		close(go[0]);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(go[0]);
	if (ptrace(PTRACE_SEIZE, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC) < 0) {
		perror("atcall: PTRACE_SEIZE");
		exit(99);
	}
	task_get(pid)->ours = false;
	close(go[1]);
	return pid;
}

/* Returns the wait status of the program. Detaches from its remaining descendants. */
static int watch(pid_t program)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0)
			exit(99);
		if (pid == program && !WIFSTOPPED(status))
			return status;
		if (WIFSTOPPED(status)) {
			on_stop(task_get(pid), status);
			continue;
		}
		task_get(pid)->pid = 0;
	}
}

int main(int argc, char **argv)
{
	int c, status;

	while ((c = getopt(argc, argv, "+c:p:n")) != -1) {
		if (c == 'c')
			call = calls_number(optarg);
		else if (c == 'p')
			pattern = optarg;
		else if (c == 'n')
			every = true;
		if (c == '?' || (c == 'c' && call < 0)) {
			fputs(usage, stderr);
			return 99;
		}
	}
	if (argc - optind < 3 || strcmp(argv[optind + 1], "--")) {
		fputs(usage, stderr);
		return 99;
	}
	command = argv[optind];
	status = watch(start(argv + optind + 2));
	if (!done)
		return 98;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
