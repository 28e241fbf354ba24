/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit: plain C tests. A case is a function; CHECK() tells file, line and text of what is not so.
 * The program prints a line "ok NAME" or "FAIL NAME" a case. */
#ifndef NSU_UNIT_H
#define NSU_UNIT_H

#include <stdio.h>

#include "base/util.h"

static unsigned unit_failures;

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			unit_failures++; \
		} \
	} while (0)

#define CHECK_STR(got, want) \
	do { \
		const char *got_ = (got), *want_ = (want); \
		if (!got_ || !streq(got_, want_)) { \
			printf("# %s:%d: '%s', not '%s'\n", __FILE__, __LINE__, \
			       got_ ? got_ : "(null)", want_); \
			unit_failures++; \
		} \
	} while (0)

#define CHECK_INT(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) { \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, \
			       want_); \
			unit_failures++; \
		} \
	} while (0)

struct unit_case {
	const char *name;
	void (*run)(void);
};

#define CASE(f) \
	{ \
#f, f \
	}

static inline int unit_run(const struct unit_case *cases, size_t n)
{
	unsigned failed = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned before = unit_failures;

		cases[i].run();
		printf("%s %s\n", unit_failures == before ? "ok" : "FAIL", cases[i].name);
		failed += unit_failures != before;
	}
	return failed ? 1 : 0;
}

#define UNIT_MAIN(...) \
	int main(void) \
	{ \
		static const struct unit_case cases[] = { __VA_ARGS__ }; \
		return unit_run(cases, ARRAY_SIZE(cases)); \
	}

#endif
