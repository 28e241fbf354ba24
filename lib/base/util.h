/* SPDX-License-Identifier: GPL-2.0-or-later */
/* util: defines macros and inline functions that every file uses. */
#ifndef NSU_BASE_UTIL_H
#define NSU_BASE_UTIL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define must_check             __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_SIZE(a)          (sizeof(a) / sizeof((a)[0]))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Returns the rest of s after prefix, or NULL if s does not begin with prefix. */
static inline const char *str_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* Automatic cleanup at the end of the scope. The variable must be initialized when it is declared.
 * TAKE_FD() and TAKE_PTR() return the value and clear the variable, so the caller becomes the
 * owner. */
#define TAKE_FD(fd) \
	({ \
		int taken_ = (fd); \
		(fd) = -1; \
		taken_; \
	})

#define TAKE_PTR(p) \
	({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

static inline void util_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(TAKE_FD(*fd));
	errno = saved;
}

static inline void util_free(void *p)
{
	free(*(void **)p);
}

#define cleanup_fd   __attribute__((cleanup(util_close)))
#define cleanup_free __attribute__((cleanup(util_free)))

/* Repeats a system call while it fails with EINTR. Evaluates to the result of the last attempt. */
#define RETRY_EINTR(expr) \
	({ \
		__typeof__(expr) retry_; \
		do \
			retry_ = (expr); \
		while (retry_ == -1 && errno == EINTR); \
		retry_; \
	})

#endif
