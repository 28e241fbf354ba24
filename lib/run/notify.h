/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tell: a line for whoever holds us by a descriptor, who may have gone or may not read. */
#ifndef NSU_RUN_NOTIFY_H
#define NSU_RUN_NOTIFY_H

#include <stddef.h>

#include "base/util.h"

/*
 * Writes the line, waiting for room as long as no HUP, INT, QUIT or TERM is pending, where those
 * are blocked. No SIGPIPE comes of it. 0, -EINTR when such a signal came first, or a negative
 * errno.
 */
int notify_line(int fd, const char *line, size_t n) must_check;

#endif
