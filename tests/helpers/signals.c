// SPDX-License-Identifier: GPL-2.0-or-later
/* signals.c: sends signals with a value, shows received signals, and acts as a job of a shell. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static int usage(FILE *to)
{
	fputs("usage: signals show UNTIL	a line for each signal that comes: number and, "
	      "where it\n"
	      "				was sent with one, value; ends when UNTIL has come\n"
	      "       signals count UNTIL	a line for each kind of signal: number, how many\n"
	      "       signals job [read]	says `running', `continued' for each CONT, and "
	      "from the\n"
	      "				first on `read LINE'; exits 130 on INT, 131 on QUIT\n"
	      "       signals send PID SIGNAL [COUNT [PER_SECOND]]	with the values 1 to "
	      "COUNT;\n"
	      "				where that rate was not kept, says so and fails\n"
	      "show and count write `ready' first. Signals are numbers.\n",
	      to);
	return to == stderr;
}

static int receive(int until, int each)
{
	static unsigned long n[65];
	sigset_t all;
	siginfo_t info;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (;;) {
		int sig = sigwaitinfo(&all, &info);

		if (sig < 0)
			continue;
		n[sig]++;
		if (each && info.si_code == SI_QUEUE)
			printf("%d %d\n", sig, info.si_value.sival_int);
		else if (each)
			printf("%d\n", sig);
		if (sig == until)
			break;
	}
	for (int sig = 1; !each && sig < 65; sig++)
		if (n[sig])
			printf("%d %lu\n", sig, n[sig]);
	return 0;
}

/*
 * Written in C, because the signal handler of a scripting language may run late, after the check
 * and before the wait. The wait would then miss the signal.
 */
static int job(int reads)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	struct signalfd_siginfo info;
	char line[256];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_SETMASK, &set, NULL);
	p[0].fd = signalfd(-1, &set, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("running");
	for (;;) {
		/* a stop interrupts poll(2) with EINTR, even with a signalfd */
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents && fgets(line, sizeof(line), stdin))
			printf("read %s", line);
		if (!p[0].revents || read(p[0].fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo != SIGCONT)
			return 128 + (int)info.ssi_signo;
		puts("continued");
		p[1].fd = reads ? 0 : -1;
	}
}

/*
 * Sends signals at fixed times and slightly too fast, so that late wake-ups do not lower the
 * average rate.
 */
static int send_them(pid_t pid, int sig, int count, int per_second)
{
	struct timespec began, now, next;
	double took;

	clock_gettime(CLOCK_MONOTONIC, &began);
	next = began;
	for (int i = 1; i <= count; i++) {
		/* EAGAIN means that the receiver's queue of signals is full */
		while (sigqueue(pid, sig, (union sigval){ .sival_int = i }) < 0) {
			if (errno != EAGAIN) {
				perror("signals: sigqueue");
				return 1;
			}
			sched_yield();
		}
		if (!per_second || i == count)
			continue;
		next.tv_nsec += 980000000 / per_second;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	took = (double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) / 1e9;
	if (!per_second || took * per_second <= count)
		return 0;
	fprintf(stderr, "signals: %d in %.3f s, which is %.0f a second\n", count, took,
		count / took);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "show") == 0)
		return receive(atoi(argv[2]), 1);
	if (argc == 3 && strcmp(argv[1], "count") == 0)
		return receive(atoi(argv[2]), 0);
	if (argc >= 2 && strcmp(argv[1], "job") == 0)
		return job(argc == 3 && strcmp(argv[2], "read") == 0);
	if (argc >= 4 && argc <= 6 && strcmp(argv[1], "send") == 0)
		return send_them(atoi(argv[2]), atoi(argv[3]), argc > 4 ? atoi(argv[4]) : 1,
				 argc > 5 ? atoi(argv[5]) : 0);
	return usage(stderr);
}
