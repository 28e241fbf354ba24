/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signame: parses and formats signals by name, as kill(1) does. */
#ifndef NSU_BASE_SIGNAME_H
#define NSU_BASE_SIGNAME_H

#include "base/util.h"

/* Parses the n bytes at s: "TERM", "SIGTERM" (in any case), "15", "RTMIN", "RTMIN+3" or "RTMAX-1".
 * Returns the number of the signal, or -EINVAL. */
int signame_parse(const char *s, size_t n) must_check;

#define SIGNAME_SIZE 16

/* Writes the name of a signal to buf: "TERM", "RTMIN+3", or its number if it has no name. Returns
 * buf. */
const char *signame_format(int sig, char buf[SIGNAME_SIZE]);

#endif
