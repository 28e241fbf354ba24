// SPDX-License-Identifier: GPL-2.0-or-later
/* sigwait.c: waits for SIGTERM in a thread, in a loop of sigwait(3), and exits with 0 at the third
 * signal. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void *wait_for_signals(void *set)
{
	int sig;

	puts("ready");
	fflush(stdout);
	for (int n = 1; sigwait(set, &sig) == 0; n++) {
		printf("signal %d\n", n);
		fflush(stdout);
		if (n == 3)
			_exit(0);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	sigset_t set;

	(void)argv;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	/* with an argument, wait in the main thread instead of a second thread */
	if (argc > 1)
		wait_for_signals(&set);
	if (pthread_create(&thread, NULL, wait_for_signals, &set) != 0)
		return 1;
	for (;;)
		pause();
}
