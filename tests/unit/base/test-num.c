// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/num.h"

#include <limits.h>

#include "../unit.h"

static void accepts_plain_decimals(void)
{
	uint64_t u;
	int64_t s;
	pid_t pid;
	uint32_t id;
	int fd;

	CHECK_INT(num_u64("0", 0, 9, &u), 0);
	CHECK_INT(num_u64("18446744073709551615", 0, UINT64_MAX, &u), 0);
	CHECK(u == UINT64_MAX);
	CHECK_INT(num_u64("010", 0, 99, &u), 0);
	CHECK_INT(u, 10);
	CHECK_INT(num_s64("-9223372036854775808", INT64_MIN, INT64_MAX, &s), 0);
	CHECK(s == INT64_MIN);
	CHECK_INT(num_s64("9223372036854775807", INT64_MIN, INT64_MAX, &s), 0);
	CHECK_INT(num_pid("4194304", &pid), 0);
	CHECK_INT(num_pid("1", &pid), 0);
	CHECK_INT(num_fd("0", &fd), 0);
	CHECK_INT(fd, 0);
	CHECK_INT(num_fd("2147483647", &fd), 0);
	CHECK_INT(fd, INT_MAX);
	CHECK_INT(num_int("-5", -5, 5, &fd), 0);
	CHECK_INT(fd, -5);
	CHECK_INT(num_int("-6", -5, 5, &fd), -ERANGE);
	CHECK_INT(num_int("6", -5, 5, &fd), -ERANGE);
	CHECK_INT(fd, -5);
	CHECK_INT(num_u64("9", 9, 9, &u), 0);
	CHECK_INT(u, 9);
	CHECK_INT(num_u64("8", 9, 9, &u), -ERANGE);
	CHECK_INT(num_u64("10", 9, 9, &u), -ERANGE);
	CHECK_INT(u, 9);
	CHECK_INT(num_id("4294967294", &id), 0);
	CHECK(id == 4294967294u);
}

static void refuses_text_that_is_not_a_number(void)
{
	static const char *const bad[] = { "",   " 1",  "1 ",  "+1",  "-1",       "-0", "0x10",
					   "1k", "1e3", "1.5", "1\n", "\xd9\xa1", "-",  "1x" };
	uint64_t u = 7;
	int64_t n;
	pid_t pid;
	int fd;

	CHECK_INT(num_s64("-0", INT64_MIN, INT64_MAX, &n), -EINVAL);
	CHECK_INT(num_fd("-0", &fd), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(num_u64(bad[i], 0, UINT64_MAX, &u), -EINVAL);
	CHECK_INT(u, 7);
	CHECK_INT(num_pid("+1", &pid), -EINVAL);
}

static void refuses_numbers_that_would_wrap(void)
{
	uint64_t u;
	int64_t s;
	int i;
	pid_t pid;
	uint32_t id;

	CHECK_INT(num_u64("18446744073709551616", 0, UINT64_MAX, &u), -ERANGE);
	CHECK_INT(num_u64("99999999999999999999999999999", 0, UINT64_MAX, &u), -ERANGE);
	CHECK_INT(num_s64("9223372036854775808", INT64_MIN, INT64_MAX, &s), -ERANGE);
	CHECK_INT(num_s64("-9223372036854775809", INT64_MIN, INT64_MAX, &s), -ERANGE);
	CHECK_INT(num_int("2147483648", 0, INT_MAX, &i), -ERANGE);
	CHECK_INT(num_pid("4294967297", &pid), -ERANGE);
	CHECK_INT(num_pid("4194305", &pid), -ERANGE);
	CHECK_INT(num_pid("0", &pid), -ERANGE);
	CHECK_INT(num_id("4294967295", &id), -ERANGE);
	CHECK_INT(num_id("4294967296", &id), -ERANGE);
}

static void reads_durations(void)
{
	/* clang-format off */
	static const struct { const char *s; long long sec; long nsec; } good[] = {
		{ "90", 90, 0 }, { ".5", 0, 500000000 }, { "0.000000001", 0, 1 }, { "1d2h", 93600, 0 },
		{ "1w2d3h4m5.5s", 604800 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5, 500000000 },
		{ "500ms", 0, 500000000 }, { "10us", 0, 10000 }, { "7ns", 0, 7 }, { "1.5h", 5400, 0 },
		{ "1.0000000000", 1, 0 }, { "2.5us", 0, 2500 }, { "0", 0, 0 }, { "3s4ms", 3, 4000000 },
		{ "9223372036854775807", 9223372036854775807, 0 }, { "0.0000001w", 0, 60480000 },
	};
	/* clang-format on */
	struct timespec ts;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CHECK_INT(num_duration(good[i].s, &ts), 0);
		CHECK_INT(ts.tv_sec, good[i].sec);
		CHECK_INT(ts.tv_nsec, good[i].nsec);
	}
}

static void refuses_invalid_durations(void)
{
	static const char *const bad[] = { "",    ".",    "5.",   "s",       "-1",   "+1",
					   "1x",  "2h1d", "1h1h", "1.5h30m", "1h30", "1 h",
					   "1.s", "1mss", "1e3",  "5.ms" };
	static const char *const range[] = { "1.0000000001",           "0.5ns",
					     "9223372036854775808",    "1.0005us",
					     "99999999999999999999w",  "18446744073709551615w",
					     "1d18446744073709551615s" };
	char tiny[96];
	struct timespec ts;

	/* a divisor of 10^70 would become 0 in 64 bits */
	snprintf(tiny, sizeof(tiny), "0.%070dw", 5);
	CHECK_INT(num_duration(tiny, &ts), -ERANGE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(num_duration(bad[i], &ts), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(range); i++)
		CHECK_INT(num_duration(range[i], &ts), -ERANGE);
}

UNIT_MAIN(CASE(accepts_plain_decimals), CASE(refuses_text_that_is_not_a_number),
	  CASE(refuses_numbers_that_would_wrap), CASE(reads_durations),
	  CASE(refuses_invalid_durations))
