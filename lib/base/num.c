// SPDX-License-Identifier: GPL-2.0-or-later
/* num: parses strict decimal numbers. strtoul(3) is not used, because it accepts blanks and
 * signs. */
#include "base/num.h"

#include <limits.h>

int num_u64n(const char *s, size_t n, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	bool over = false;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
			over = true;
	}
	if (over || v < min || v > max)
		return -ERANGE;
	*out = v;
	return 0;
}

int num_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	return num_u64n(s, strlen(s), min, max, out);
}

int num_s64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = s[0] == '-';
	uint64_t v;
	int rc;

	rc = num_u64(s + negative, 0, (uint64_t)INT64_MAX + negative, &v);
	if (rc < 0)
		return rc;
	if (negative && v == 0)
		return -EINVAL;
	/* 2^63 does not fit into an int64_t, so negate the unsigned value */
	int64_t value = negative ? (int64_t)(0 - v) : (int64_t)v;
	if (value < min || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

int num_int(const char *s, int min, int max, int *out)
{
	int64_t v;
	int rc = num_s64(s, min, max, &v);

	if (rc == 0)
		*out = (int)v;
	return rc;
}

int num_pid(const char *s, pid_t *out)
{
	return num_int(s, 1, NUM_PID_MAX, out);
}

int num_fd(const char *s, int *out)
{
	return num_int(s, 0, INT_MAX, out);
}

int num_id(const char *s, uint32_t *out)
{
	uint64_t v;
	int rc = num_u64(s, 0, NUM_ID_MAX, &v);

	if (rc == 0)
		*out = (uint32_t)v;
	return rc;
}

#define NSEC_PER_SEC UINT64_C(1000000000)

/* clang-format off */
static const struct duration_unit {
	const char *name;
	uint64_t nsec;
} duration_units[] = {
	{ "w",  604800 * NSEC_PER_SEC },
	{ "d",  86400 * NSEC_PER_SEC },
	{ "h",  3600 * NSEC_PER_SEC },
	{ "m",  60 * NSEC_PER_SEC },
	{ "s",  NSEC_PER_SEC },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};
/* clang-format on */
#define DURATION_SECONDS 4

/* Searches the units after the index `from` for the unit whose name is the n letters at s. Returns
 * its index, or -1 if there is none. */
static int unit_find(const char *s, size_t n, int from)
{
	for (size_t i = (size_t)(from + 1); i < ARRAY_SIZE(duration_units); i++)
		if (strlen(duration_units[i].name) == n &&
		    memcmp(duration_units[i].name, s, n) == 0)
			return (int)i;
	return -1;
}

/* Returns the value of 0.DIGITS units in nanoseconds, or -ERANGE if it is not a whole number of
 * nanoseconds. */
static int64_t duration_fraction(const char *digits, size_t n, uint64_t unit)
{
	uint64_t ns = 0;

	/* the sum ns cannot overflow: it is always smaller than the unit, and even a week has fewer
	 * than 2^50 nanoseconds */
	while (n > 0) {
		ns += (uint64_t)(digits[--n] - '0') * unit;
		if (ns % 10 != 0)
			return -ERANGE;
		ns /= 10;
	}
	return (int64_t)ns;
}

/* Adds whole units and a number of nanoseconds to *t. Returns 0, or -ERANGE if the sum does not fit
 * into a time_t or 64 bits. */
static int duration_add(struct timespec *t, uint64_t whole, uint64_t unit, uint64_t ns)
{
	uint64_t per_unit = unit / NSEC_PER_SEC, sec = (uint64_t)t->tv_sec;

	if (per_unit == 0) {
		uint64_t per_sec = NSEC_PER_SEC / unit;

		ns += whole % per_sec * unit;
		whole /= per_sec;
		per_unit = 1;
	}
	ns += (uint64_t)t->tv_nsec;
	if (__builtin_mul_overflow(whole, per_unit, &whole) ||
	    __builtin_add_overflow(sec, whole, &sec) ||
	    __builtin_add_overflow(sec, ns / NSEC_PER_SEC, &t->tv_sec))
		return -ERANGE;
	t->tv_nsec = (long)(ns % NSEC_PER_SEC);
	return 0;
}

int num_duration(const char *s, struct timespec *out)
{
	struct timespec sum = { 0 };
	int last = -1;

	if (*s == '\0')
		return -EINVAL;
	while (*s != '\0') {
		size_t nwhole = strspn(s, "0123456789"), nfrac = 0, nunit;
		const char *frac = NULL, *unit = s + nwhole;
		uint64_t whole = 0;
		int64_t ns;
		int rc, i = DURATION_SECONDS;

		if (*unit == '.') {
			frac = unit + 1;
			nfrac = strspn(frac, "0123456789");
			unit = frac + nfrac;
		}
		if ((frac || nwhole == 0) && nfrac == 0)
			return -EINVAL;
		nunit = strspn(unit, "wdhmsun");
		/* a number without a unit must be the only number of the duration, and only the
		 * last number may have a fraction */
		if (nunit == 0 ? *unit != '\0' || last >= 0 : frac && unit[nunit] != '\0')
			return -EINVAL;
		if (nunit > 0)
			i = unit_find(unit, nunit, last);
		if (i < 0)
			return -EINVAL;
		rc = nwhole ? num_u64n(s, nwhole, 0, UINT64_MAX, &whole) : 0;
		if (rc < 0)
			return rc;
		ns = duration_fraction(frac, nfrac, duration_units[i].nsec);
		if (ns < 0)
			return (int)ns;
		rc = duration_add(&sum, whole, duration_units[i].nsec, (uint64_t)ns);
		if (rc < 0)
			return rc;
		last = i;
		s = unit + nunit;
	}
	*out = sum;
	return 0;
}
