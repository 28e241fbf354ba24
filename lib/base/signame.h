/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signame: signals by name, as kill(1) takes and shows them. */
#ifndef NSU_BASE_SIGNAME_H
#define NSU_BASE_SIGNAME_H

#include "base/util.h"

/*
 * "TERM", "SIGTERM" (in any case), "15", "RTMIN", "RTMIN+3", "RTMAX-1": the first n bytes of s. The
 * number, or -EINVAL.
 */
int signame_parse(const char *s, size_t n) must_check;

#define SIGNAME_SIZE 16

/* Writes "TERM", "RTMIN+3" or, for what has no name, the number; returns buf. */
const char *signame_format(int sig, char buf[SIGNAME_SIZE]);

#endif
