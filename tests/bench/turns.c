// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * turns.c: turns ROUNDS COMMAND…: measures short commands. Runs the commands alternately, so that
 * the load of the machine affects all of them equally. A command is one argument with words
 * separated by blanks.
 *
 * Prints a line for each command: wall time in microseconds (lowest decile, median), processor time
 * including the processes that the command waited for (lowest decile, median), and the ratio of
 * each of these four values to the value of the last command. Load can only increase wall time, so
 * compare the deciles if the machine is not idle.
 */
#define _GNU_SOURCE
#include <err.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WALL, CPU, KINDS, WORDS = 32 };

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec * 1e6 + (double)t->tv_usec;
}

static void run(char **argv, double *taken[KINDS])
{
	struct timespec begin, end;
	struct rusage used;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    wait4(pid, &status, 0, &used) != pid)
		err(1, "%s", argv[0]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (status != 0)
		errx(1, "%s: wait status %d", argv[0], status);
	*taken[WALL] = (double)(end.tv_sec - begin.tv_sec) * 1e6 +
		       (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
	*taken[CPU] = seconds(&used.ru_utime) + seconds(&used.ru_stime);
}

static int compare(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1
						       : *(const double *)a > *(const double *)b;
}

int main(int argc, char **argv)
{
	int n = argc - 2, rounds = argc > 2 ? atoi(argv[1]) : 0;
	char *word[n > 0 ? n : 1][WORDS + 1];
	double *time[KINDS];

	for (int k = 0; k < KINDS; k++)
		time[k] = rounds < 10 ? NULL : calloc((size_t)n * (size_t)rounds, sizeof(double));
	if (!time[WALL] || !time[CPU])
		errx(2, "usage: turns ROUNDS COMMAND... (10 rounds at least)");
	for (int c = 0; c < n; c++) {
		char *rest = strdup(argv[2 + c]);

		for (int w = 0; w <= WORDS; w++)
			word[c][w] = w < WORDS ? strsep(&rest, " ") : NULL;
		/* the first round fills the caches and is not measured */
		run(word[c], (double *[]){ time[WALL], time[CPU] });
	}
	/* each round begins with another command, so that each command has each possible
	 * predecessor */
	for (int r = 0; r < rounds; r++)
		for (int i = 0, c = r % n; i < n; i++, c = (c + 1) % n)
			run(word[c], (double *[]){ &time[WALL][c * rounds + r],
						   &time[CPU][c * rounds + r] });
	for (int c = 0; c < n; c++)
		for (int k = 0; k < KINDS; k++)
			qsort(time[k] + c * rounds, (size_t)rounds, sizeof(double), compare);
	for (int c = 0; c < n; c++) {
		for (int k = 0; k < KINDS; k++)
			for (int at = rounds / 10; at <= rounds / 2; at += rounds / 2 - rounds / 10)
				printf("%.0f ", time[k][c * rounds + at]);
		for (int k = 0; k < KINDS; k++)
			for (int at = rounds / 10; at <= rounds / 2; at += rounds / 2 - rounds / 10)
				printf(" %.3f",
				       time[k][c * rounds + at] / time[k][(n - 1) * rounds + at]);
		putchar('\n');
	}
	return 0;
}
