// SPDX-License-Identifier: GPL-2.0-or-later
/* signals.c: send signals with a value, show which have come. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int usage(FILE *to)
{
	fputs("usage: signals show UNTIL	a line for each signal that comes: number and, "
	      "where it\n"
	      "				was sent with one, value; ends when UNTIL has come\n"
	      "       signals count UNTIL	a line for each kind of signal: number, how many\n"
	      "       signals send PID SIGNAL [COUNT [PER_SECOND]]	with the values 1 to "
	      "COUNT\n"
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

static int send_them(pid_t pid, int sig, int count, int per_second)
{
	for (int i = 1; i <= count; i++) {
		struct timespec pause = { .tv_nsec = per_second ? 1000000000 / per_second : 0 };

		if (sigqueue(pid, sig, (union sigval){ .sival_int = i }) < 0) {
			perror("signals: sigqueue");
			return 1;
		}
		if (per_second)
			nanosleep(&pause, NULL);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "show") == 0)
		return receive(atoi(argv[2]), 1);
	if (argc == 3 && strcmp(argv[1], "count") == 0)
		return receive(atoi(argv[2]), 0);
	if (argc >= 4 && argc <= 6 && strcmp(argv[1], "send") == 0)
		return send_them(atoi(argv[2]), atoi(argv[3]), argc > 4 ? atoi(argv[4]) : 1,
				 argc > 5 ? atoi(argv[5]) : 0);
	return usage(stderr);
}
