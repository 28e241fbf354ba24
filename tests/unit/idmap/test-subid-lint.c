// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-subid-lint: compares the reported overlaps with a model that compares every line with every
 * other line.
 */
#include "idmap/subid_lint.h"

#include <stdio.h>

#include "../unit.h"

#define CASES 20000
#define LINES 8

static unsigned rnd(unsigned below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

/* A range is reported if its start is in a range that begins before it, or at the same id on an
 * earlier line. */
static void reports_each_overlap(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		struct {
			unsigned start, count;
		} r[LINES];
		struct buf text = BUF_INIT, out = BUF_INIT;
		int want = 0, got;

		for (int i = 0; i < LINES; i++) {
			r[i].start = rnd(60);
			r[i].count = 1 + rnd(9);
			buf_printf(&text, "u%d:%u:%u\n", i, r[i].start, r[i].count);
		}
		for (int i = 0; i < LINES; i++) {
			bool covered = false;

			for (int k = 0; k < LINES; k++)
				if (k != i && r[k].start + r[k].count > r[i].start &&
				    (r[k].start < r[i].start ||
				     (r[k].start == r[i].start && k < i)))
					covered = true;
			want += covered;
		}
		got = subid_lint_text("f", text.s, text.len, NULL, 0, &out);
		CHECK_INT(got, want);
		buf_free(&text);
		buf_free(&out);
		if (got != want)
			return;
	}
}

static void reports_accounts_in_ranges(void)
{
	static const struct subid_lint_account accounts[] = { { 0, "root" },
							      { 1000, "alice" },
							      { 4294967294, "last" } };
	static const char text[] = "a:1:999\nb:1000:1\nc:500:501\nd:4294967294:1\ne:2000:10\n";
	struct buf out = BUF_INIT;

	CHECK_INT(subid_lint_text("f", text, sizeof(text) - 1, accounts, 3, &out), 5);
	CHECK(strstr(out.s, "f: line 2: b's range 1000-1000 contains 1000, the id of alice\n"));
	CHECK(strstr(out.s, "f: line 3: c's range 500-1000 contains 1000, the id of alice\n"));
	CHECK(strstr(out.s, "f: line 4: d's range 4294967294-4294967294 contains 4294967294, the "
			    "id of last\n"));
	buf_free(&out);
}

static void accepts_an_empty_file(void)
{
	struct buf out = BUF_INIT;

	CHECK_INT(subid_lint_text("f", "", 0, NULL, 0, &out), 0);
	CHECK_INT(subid_lint_text("f", "\n#x\n\n", 5, NULL, 0, &out), 0);
	CHECK(out.len == 0);
	buf_free(&out);
}

UNIT_MAIN(CASE(reports_each_overlap), CASE(reports_accounts_in_ranges), CASE(accepts_an_empty_file))
