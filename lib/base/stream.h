/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream: reads text that is passed between tools: "-" (standard input), "fd:N", or a path. */
#ifndef NSU_BASE_STREAM_H
#define NSU_BASE_STREAM_H

#include "base/nserr.h"

#define STREAM_MAX (16u << 20) /* no map, offset or reference list is larger */

/*
 * Reads the whole stream into memory that the caller frees. "-" may be named once per process;
 * afterwards descriptor 0 is /dev/null, so that a program at the end of the chain does not find a
 * drained pipe. "fd:N" is closed after reading. Returns the length, or a negative errno with e set.
 */
ssize_t stream_read(const char *name, char **out, struct nserr *e) must_check;

/* Puts /dev/null on descriptor 0. Returns 0 or a negative errno. */
int stream_null_stdin(void) must_check;

#endif
