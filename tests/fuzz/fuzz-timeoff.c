// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-timeoff: checks that an accepted offset is in the range of the kernel and that formatting
 * does not change it.
 */
#include "fuzz.h"
#include "ns/timens.h"

static const struct timens_now now = {
	.initial = { { 1000, 250000000 }, { 1001, 999999999 } },
	.own = { { -3600, 1 }, { 3600, 999999999 } },
	.anchor = { { 900, 500000000 }, { 0, 0 } },
};

static void in_range(const struct timens *t)
{
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		struct timespec reads = timens_add(now.initial[c], t->off[c]);

		if (!t->set[c])
			continue;
		HOLDS(t->off[c].tv_nsec >= 0 && t->off[c].tv_nsec < 1000000000);
		HOLDS(reads.tv_sec >= 0 && reads.tv_sec <= TIMENS_READ_MAX);
	}
}

static void one_stream(const char *text, size_t n)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct timens t, again;

	if (timens_parse_stream(text, n, &t, NULL) < 0)
		return;
	timens_format(&t, &b);
	HOLDS(timens_parse_stream(b.s, b.len, &again, NULL) == 0);
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		HOLDS(t.set[c] == again.set[c]);
		HOLDS(!t.set[c] || (t.off[c].tv_sec == again.off[c].tv_sec &&
				    t.off[c].tv_nsec == again.off[c].tv_nsec));
	}
	if (timens_check(&t, &now, NULL) == 0)
		in_range(&t);
}

static void one_time(const char *text, enum timens_base base)
{
	const struct timespec like = { 1, 2 };
	struct timens t = { .set = { true, true } };
	struct timens_want w;

	if (timens_parse(text, &w, NULL) < 0)
		return;
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		if (timens_resolve(&w, (enum timens_clock)c, base, &now, &like, &t.off[c], NULL) <
		    0)
			return;
	in_range(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);

	one_stream((const char *)data, size);
	one_time(s, TIMENS_BASE_OWN);
	one_time(s, TIMENS_BASE_INITIAL);
	free(s);
	return 0;
}
