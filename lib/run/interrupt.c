// SPDX-License-Identifier: GPL-2.0-or-later
/* interrupt: detects blocked signals that are pending. */
#include "run/interrupt.h"

#include <poll.h>
#include <sys/signalfd.h>

#include "base/file.h"

int interrupt_open(const sigset_t *signals)
{
	if (sigisemptyset(signals))
		return -1;
	return file_above_std(signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

static bool is_ignored(int sig)
{
	struct sigaction now;

	return sigaction(sig, NULL, &now) < 0 || now.sa_handler == SIG_IGN;
}

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* The set also contains ignored signals: take() checks whether a signal is ignored when it arrives,
 * which saves four system calls at each start. */
void interrupt_ending(const sigset_t *mask, sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (!sigismember(mask, ending[i]))
			sigaddset(set, ending[i]);
}

int interrupt_open_ending(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (!is_ignored(ending[i]))
			sigaddset(&set, ending[i]);
	return interrupt_open(&set);
}

static void end(int sig)
{
	_exit(128 + sig);
}

void interrupt_as_init(void)
{
	const struct sigaction ends = { .sa_handler = end };

	if (getpid() != 1)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (!is_ignored(ending[i]))
			sigaction(ending[i], &ends, NULL);
}

int interrupt_pending(void)
{
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (sigismember(&pending, ending[i]) && !is_ignored(ending[i]))
			return ending[i];
	return 0;
}

/* Reads a signal from the signalfd. If the signal would end this process, makes it pending again
 * and returns true. Discards an ignored signal and returns false. */
static bool take(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info) ||
	    is_ignored((int)info.ssi_signo))
		return false;
	kill(getpid(), (int)info.ssi_signo);
	return true;
}

int interrupt_wait(int fd, int line)
{
	struct pollfd p[2] = { { .fd = line, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

	if (fd < 0)
		return 0;
	/* if poll(2) fails, return 0, so that the caller waits only for a message on the socket
	 * `line`; the program may be running already */
	do {
		if (RETRY_EINTR(poll(p, 2, -1)) < 0)
			return 0;
		/*
		 * check the socket `line` before the signal, because the program may be running
		 * already. poll(2) checks one descriptor after the other, so a message on the
		 * socket may have arrived after its check and before the signal.
		 */
		if (p[0].revents == 0 && RETRY_EINTR(poll(p, 1, 0)) < 0)
			return 0;
	} while (p[0].revents == 0 && !(p[1].revents & POLLIN && take(fd)));
	return p[0].revents == 0 ? -EINTR : 0;
}

int interrupt_open_status(void)
{
	return file_open_at(AT_FDCWD, "/proc/self/status", O_RDONLY, 0);
}

/* Returns the signal mask in the line `name` of /proc/PID/status. */
static uint64_t mask_of(const char *status, const char *name)
{
	const char *s = strstr(status, name);

	return s ? strtoull(s + strlen(name), NULL, 16) : 0;
}

bool interrupt_is_pending(int fd, const sigset_t *signals)
{
	char text[4096];
	size_t kept = 0;
	off_t at = 0;
	uint64_t pending;

	/* one read(2) is enough, unless the Groups line, which precedes the signal masks, is very
	 * long */
	do {
		ssize_t n;

		memmove(text, text + kept - MIN(kept, 128), MIN(kept, 128));
		kept = MIN(kept, 128);
		n = pread(fd, text + kept, sizeof(text) - kept - 1, at);
		if (n <= 0)
			return false;
		at += n;
		kept += (size_t)n;
		text[kept] = '\0';
	} while (!strstr(text, "\nSigPnd:") || !strstr(text, "\nSigBlk:"));
	pending = mask_of(text, "\nSigPnd:") | mask_of(text, "\nShdPnd:");
	for (int sig = 1; pending; sig++, pending >>= 1)
		if ((pending & 1) && sigismember(signals, sig) == 1 && !is_ignored(sig))
			return true;
	return false;
}

int interrupt_error(struct nserr *e)
{
	return nserr_set(e, EINTR, "a signal arrived before the program was executed");
}
