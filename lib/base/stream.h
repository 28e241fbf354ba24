/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream: reads text that another tool has written, from standard input ("-"), from a descriptor
 * ("fd:N") or from a file (its path). */
#ifndef NSU_BASE_STREAM_H
#define NSU_BASE_STREAM_H

#include "base/nserr.h"

/* maximum size of a stream in bytes, more than any map, offset list or reference list needs */
#define STREAM_MAX (16u << 20)

/*
 * Reads the whole stream into *out, which the caller frees. "-" can be read once in a process;
 * afterwards descriptor 0 is /dev/null, so that the program that the tool executes does not inherit
 * an empty pipe. "fd:N" is closed after reading. Returns the length, or a negative errno with e
 * set.
 */
ssize_t stream_read(const char *name, char **out, struct nserr *e) must_check;

/* Replaces descriptor 0 by /dev/null. Returns 0 or a negative errno. */
int stream_null_stdin(void) must_check;

#endif
