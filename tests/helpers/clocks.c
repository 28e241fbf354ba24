// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clocks.c: prints the clocks that a program in a time namespace reads, and waits for times of
 * these clocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define WAIT_NS 50000000 /* wait_all() waits until the current time plus this duration */

static const struct {
	const char *name;
	clockid_t id;
} clocks[] = {
	{ "monotonic", CLOCK_MONOTONIC },
	{ "boottime", CLOCK_BOOTTIME },
	{ "realtime", CLOCK_REALTIME },
};

static int usage(void)
{
	fputs("usage: clocks read | wait | hold FIFO PROGRAM [ARG...]\n"
	      "  read	what each clock reads, `NAME SECONDS` a line\n"
	      "  wait	whether timerfd and clock_nanosleep meet a moment of each clock\n"
	      "  hold	unshare a time namespace, write a line to descriptor 3, and when FIFO\n"
	      "	was written and closed, enter the time namespace and execute PROGRAM\n",
	      stderr);
	return 1;
}

static int fail(const char *what)
{
	fprintf(stderr, "clocks: %s: %s\n", what, strerror(errno));
	return 1;
}

static int64_t now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int read_clocks(void)
{
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		struct timespec ts;

		clock_gettime(clocks[i].id, &ts);
		printf("%s %lld.%09ld\n", clocks[i].name, (long long)ts.tv_sec, ts.tv_nsec);
	}
	return 0;
}

static struct timespec at(int64_t ns)
{
	return (struct timespec){ ns / 1000000000, ns % 1000000000 };
}

static int by_timerfd(clockid_t id, int64_t moment)
{
	struct itimerspec when = { .it_value = at(moment) };
	int fd = timerfd_create(id, TFD_CLOEXEC);
	uint64_t times;

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		return -1;
	return read(fd, &times, sizeof(times)) == sizeof(times) ? close(fd) : -1;
}

static int by_nanosleep(clockid_t id, int64_t moment)
{
	struct timespec when = at(moment);

	errno = clock_nanosleep(id, TIMER_ABSTIME, &when, NULL);
	return errno ? -1 : 0;
}

/*
 * Waits for a time of each clock, and prints whether each wait ended too early, in time, or more
 * than a second too late. If the kernel applied the time to another clock, the wait would end at
 * once or take days; in the second case the alarm ends the process. Returns 0, or 1 if a system
 * call fails.
 */
static int wait_all(void)
{
	static const struct {
		const char *name;
		int (*wait)(clockid_t, int64_t);
	} ways[] = { { "timerfd", by_timerfd }, { "clock_nanosleep", by_nanosleep } };

	alarm(10);
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
			int64_t moment = now(clocks[i].id) + WAIT_NS, late;

			if (ways[w].wait(clocks[i].id, moment) < 0)
				return fail(ways[w].name);
			late = now(clocks[i].id) - moment;
			printf("%s %s %s\n", ways[w].name, clocks[i].name,
			       late < 0            ? "too early"
			       : late > 1000000000 ? "too late"
						   : "in time");
		}
	}
	return 0;
}

static int hold(char **argv)
{
	char byte;
	int fifo, ns;

	if (unshare(CLONE_NEWTIME) < 0)
		return fail("unshare");
	if (write(3, "held\n", 5) != 5)
		return fail("descriptor 3");
	close(3);
	fifo = open(argv[0], O_RDONLY);
	if (fifo < 0)
		return fail(argv[0]);
	/* read up to the end of file, because a writer without a reader gets SIGPIPE */
	while (read(fifo, &byte, 1) > 0)
		continue;
	close(fifo);
	/* before Linux 6.3, execve(2) does not enter the time namespace */
	ns = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWTIME) < 0)
		return fail("/proc/self/ns/time_for_children");
	execvp(argv[1], argv + 1);
	return fail(argv[1]);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "read") == 0)
		return read_clocks();
	if (argc == 2 && strcmp(argv[1], "wait") == 0)
		return wait_all();
	if (argc > 3 && strcmp(argv[1], "hold") == 0)
		return hold(argv + 2);
	return usage();
}
