/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h: records the calls of replaced functions as a text, which a test compares. */
#ifndef NSU_UNIT_TRACE_H
#define NSU_UNIT_TRACE_H

#include <stdarg.h>

#include "base/signame.h"
#include "unit.h"

static char trace[1024];

/* Appends to the trace. */
static inline void note(const char *format, ...) printf_like(1, 2);
static inline void note(const char *format, ...)
{
	size_t n = strlen(trace);
	va_list args;

	va_start(args, format);
	vsnprintf(trace + n, sizeof(trace) - n, format, args);
	va_end(args);
}

/* Returns the name of a signal. The next call overwrites the result. */
static inline const char *name_of(int sig)
{
	static char name[SIGNAME_SIZE];

	return sig == SIGRTMAX ? "RTMAX" : signame_format(sig, name);
}

#endif
