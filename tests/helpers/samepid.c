// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * samepid.c: runs a program in a process that has the PID of a process that has ended. Uses set_tid
 * of clone3(2).
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t number = argc > 2 ? atoi(argv[1]) : 0;
	struct clone_args args = {
		.flags = CLONE_PARENT, /* the parent of samepid waits for the new process */
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	long pid;

	if (number <= 0) {
		fputs("usage: samepid PID PROGRAM [ARG...]\n", stderr);
		return 99;
	}
	/* the PID becomes free when the parent of the ended process has waited for it */
	do
		pid = syscall(SYS_clone3, &args, sizeof(args));
	while (pid < 0 && errno == EEXIST);
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0)
		fprintf(stderr, "samepid: %s\n", strerror(errno));
	return pid < 0 ? 99 : 0;
}
