/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line: sends messages between the processes of a plan. */
#ifndef NSU_RUN_LINE_H
#define NSU_RUN_LINE_H

#include <stddef.h>

#include "base/util.h"

/* Sends a message of `size` bytes to the socket `line` (see plan.h), and retries after a transient
 * failure. Returns 0 or -EPIPE. */
int line_send(int line, const void *message, size_t size) must_check;

#endif
