// SPDX-License-Identifier: GPL-2.0-or-later
/* notify: writes a line to a descriptor. */
#include "run/notify.h"

#include <poll.h>
#include <signal.h>

#include "base/file.h"
#include "run/interrupt.h"

/*
 * Waits until the descriptor is writable. Returns false if a signal of interrupt_open_ending()
 * arrived first. A writable pipe takes PIPE_BUF bytes at once, and every line is shorter (pipe(7)).
 */
static bool wait_for_room(int fd)
{
	cleanup_fd int signals = interrupt_open_ending();
	struct pollfd p[2] = { { .fd = fd, .events = POLLOUT },
			       { .fd = signals, .events = POLLIN } };

	return RETRY_EINTR(poll(p, 2, -1)) < 0 || p[0].revents != 0;
}

int notify_line(int fd, const char *line, size_t n)
{
	const struct timespec now = { 0 };
	sigset_t broken, old;
	int rc;

	if (!wait_for_room(fd))
		return -EINTR;
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &broken, &old) < 0)
		return -errno;
	rc = file_write_all(fd, line, n);
	/* remove the SIGPIPE of this write, which is pending for the thread. sigtimedwait(2) takes
	 * it before a SIGPIPE that another process has sent to the process. */
	if (rc == -EPIPE)
		sigtimedwait(&broken, NULL, &now);
	if (sigprocmask(SIG_SETMASK, &old, NULL) < 0)
		return -errno;
	return rc;
}
