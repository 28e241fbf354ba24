// SPDX-License-Identifier: GPL-2.0-or-later
/* test-units: checks the format of times and sizes. */
#include "base/units.h"

#include "../unit.h"

/* Returns the text that `add` appends for n. The next call overwrites the result. */
static const char *text(void (*add)(struct buf *b, uint64_t n), uint64_t n)
{
	static char out[32];
	struct buf b = BUF_INIT;

	add(&b, n);
	snprintf(out, sizeof(out), "%s", b.s ? b.s : "");
	buf_free(&b);
	return out;
}

static void a_duration_has_its_largest_unit(void)
{
	CHECK_STR(text(units_add_duration, 0), "0s");
	CHECK_STR(text(units_add_duration, 59), "59s");
	CHECK_STR(text(units_add_duration, 60), "1m");
	CHECK_STR(text(units_add_duration, 3599), "59m");
	CHECK_STR(text(units_add_duration, 3600), "1h");
	CHECK_STR(text(units_add_duration, 86399), "23h");
	CHECK_STR(text(units_add_duration, 86400), "1d");
	CHECK_STR(text(units_add_duration, UINT64_MAX), "213503982334601d");
}

static void a_small_size_has_a_decimal(void)
{
	CHECK_STR(text(units_add_size, 0), "0B");
	CHECK_STR(text(units_add_size, 9), "9B");
	CHECK_STR(text(units_add_size, 1023), "1023B");
	CHECK_STR(text(units_add_size, 1024), "1.0K");
	CHECK_STR(text(units_add_size, 1536), "1.5K");
	CHECK_STR(text(units_add_size, 10239), "9.9K");
	CHECK_STR(text(units_add_size, 10240), "10K");
	CHECK_STR(text(units_add_size, 1048575), "1023K");
	CHECK_STR(text(units_add_size, 1048576), "1.0M");
	CHECK_STR(text(units_add_size, UINT64_C(3) << 30), "3.0G");
	CHECK_STR(text(units_add_size, UINT64_C(20) << 40), "20T");
	CHECK_STR(text(units_add_size, UINT64_MAX), "15E");
}

static void an_empty_array_may_be_null(void)
{
	struct buf b = BUF_INIT;

	buf_add(&b, NULL, 0);
	CHECK_INT(b.err, 0);
	CHECK_INT(b.len, 0);
	buf_free(&b);
}

UNIT_MAIN(CASE(a_duration_has_its_largest_unit), CASE(a_small_size_has_a_decimal),
	  CASE(an_empty_array_may_be_null))
