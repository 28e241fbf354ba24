/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nomem.h: runs a function once for each of its memory allocations and makes that allocation fail.
 * The linker replaces the calls of malloc(3) and of the other functions below, in the library and
 * in the test, by the functions __wrap_*() of this file (option --wrap in tests/Makemodule.am).
 */
#ifndef NSU_UNIT_NOMEM_H
#define NSU_UNIT_NOMEM_H

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* The number of allocations that succeed before one allocation fails, or -1 if none fails. */
static int nomem_after = -1;
static unsigned nomem_failures;

/* Returns true, and sets errno, if this allocation must fail. */
static bool nomem_fails(void)
{
	if (nomem_after < 0 || nomem_after-- > 0)
		return false;
	nomem_failures++;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return nomem_fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return nomem_fails() ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
	return nomem_fails() ? NULL : __real_realloc(p, size);
}

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return nomem_fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__wrap_strdup(const char *s)
{
	return nomem_fails() ? NULL : __real_strdup(s);
}

char *__real_strndup(const char *s, size_t n);
char *__wrap_strndup(const char *s, size_t n);
char *__wrap_strndup(const char *s, size_t n)
{
	return nomem_fails() ? NULL : __real_strndup(s, n);
}

/* asprintf(3) with the arguments as a va_list. */
static printf_like(2, 0) int nomem_vasprintf(char **out, const char *format, va_list args)
{
	int n, after;

	*out = NULL;
	if (nomem_fails())
		return -1;
	/* In a static program, vasprintf(3) calls the functions of this file. Do not count these
	 * calls, because vasprintf(3) ignores a failure to make its result shorter. */
	after = nomem_after;
	nomem_after = -1;
	n = vasprintf(out, format, args);
	nomem_after = after;
	return n;
}

int __wrap_asprintf(char **out, const char *format, ...) printf_like(2, 3);
int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = nomem_vasprintf(out, format, args);
	va_end(args);
	return n;
}

/* With _FORTIFY_SOURCE, the compiler calls this function instead of asprintf(3). */
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...) printf_like(3, 4);
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = nomem_vasprintf(out, format, args);
	va_end(args);
	return n;
}

/* Calls try() and makes its k-th allocation fail, counted from 1. Returns the result of try(), or 1
 * if try() makes fewer allocations. */
static inline int nomem_one(int (*try)(void), int k)
{
	int rc;

	nomem_failures = 0;
	nomem_after = k - 1;
	rc = try();
	nomem_after = -1;
	return nomem_failures ? rc : 1;
}

/* Calls try() once for each of its allocations, which fails, and once without a failure, which must
 * return 0. try() may also return 0 if it does without the memory. Returns the number of runs that
 * return -ENOMEM. */
static inline int nomem_count(int (*try)(void))
{
	int failures = 0;

	for (int k = 1;; k++) {
		int rc = nomem_one(try, k);

		if (!nomem_failures)
			break;
		CHECK(rc == 0 || rc == -ENOMEM);
		failures += rc == -ENOMEM;
	}
	CHECK_INT(try(), 0);
	return failures;
}

/* Calls try() once without a failure, which must return 0, and then once for each allocation of
 * try(), which fails. try() must return -ENOMEM in these runs, and must free all memory
 * (LeakSanitizer checks this in `./bootstrap check-long`). */
static inline void nomem_all(const char *name, int (*try)(void))
{
	unsigned runs = 0;
	int rc;

	for (;; runs++) {
		rc = nomem_one(try, (int)runs + 1);
		if (!nomem_failures)
			break;
		if (rc != -ENOMEM)
			printf("# %s: allocation %u fails: the result is %d\n", name, runs + 1, rc);
		CHECK_INT(rc, -ENOMEM);
	}
	printf("# %s: %u allocations\n", name, runs);
	CHECK_INT(try(), 0);
	CHECK(runs > 0);
}

#endif
