// SPDX-License-Identifier: GPL-2.0-or-later
/* line: sends messages between the processes of a plan. */
#include "run/line.h"

#include <sys/socket.h>

#include "base/util.h"

int line_send(int line, const void *message, size_t size)
{
	ssize_t n;

	/* Try again, because ENOMEM and ENOBUFS may be transient. If a message were lost, the other
	 * process would wait forever or not undo its steps. */
	for (int tries = 0; tries < 100; tries++) {
		n = RETRY_EINTR(send(line, message, size, MSG_NOSIGNAL));
		if (n >= 0 || errno == EPIPE || errno == ECONNRESET)
			break;
	}
	return n == (ssize_t)size ? 0 : -EPIPE;
}
