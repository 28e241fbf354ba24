// SPDX-License-Identifier: GPL-2.0-or-later
/* cpu-burner.c: keeps N processors busy for some seconds, for tests of a loaded machine. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void burn(time_t seconds)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec - start.tv_sec < seconds);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: cpu-burner N SECONDS\n", stderr);
		return 1;
	}
	for (int i = atoi(argv[1]); i > 0; i--) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("cpu-burner: fork");
			return 1;
		}
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			burn(atoi(argv[2]));
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
