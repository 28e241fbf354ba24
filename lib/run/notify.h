/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notify: writes a line to a descriptor. If the reader has ended, the write does not raise SIGPIPE;
 * if the reader does not read, a signal can interrupt the wait. */
#ifndef NSU_RUN_NOTIFY_H
#define NSU_RUN_NOTIFY_H

#include <stddef.h>

#include "base/util.h"

/* The text of the line that --ready-fd writes. */
#define READY_LINE "ready\n"

/*
 * Writes a line of n bytes to fd. If the pipe is full, waits until there is room or until HUP, INT,
 * QUIT or TERM is pending; the caller must have blocked these signals. Raises no SIGPIPE. Returns
 * 0, -EINTR if such a signal arrived first, or another negative errno.
 */
int notify_line(int fd, const char *line, size_t n) must_check;

#endif
