// SPDX-License-Identifier: GPL-2.0-or-later
/* timeoff: parsing, arithmetic and range of time namespace offsets. */
#include "timeoff.h"

#include <stdio.h>

#include "num.h"

#define NSEC_PER_SEC 1000000000L

/* No clock can be moved by more, so what is longer is cut here and refused where the allowed
 * interval is known. */
#define LONGEST (2 * TIMEOFF_READ_MAX)

const char *const timeoff_names[TIMEOFF_CLOCKS] = { "monotonic", "boottime" };
const clockid_t timeoff_ids[TIMEOFF_CLOCKS] = { CLOCK_MONOTONIC, CLOCK_BOOTTIME };

struct timespec timeoff_add(struct timespec a, struct timespec b)
{
	a.tv_sec += b.tv_sec;
	a.tv_nsec += b.tv_nsec;
	if (a.tv_nsec >= NSEC_PER_SEC) {
		a.tv_nsec -= NSEC_PER_SEC;
		a.tv_sec++;
	}
	return a;
}

struct timespec timeoff_sub(struct timespec a, struct timespec b)
{
	a.tv_sec -= b.tv_sec;
	a.tv_nsec -= b.tv_nsec;
	if (a.tv_nsec < 0) {
		a.tv_nsec += NSEC_PER_SEC;
		a.tv_sec--;
	}
	return a;
}

void timeoff_add_seconds(struct buf *out, struct timespec ts, bool plus)
{
	unsigned long sec = (unsigned long)ts.tv_sec;
	long nsec = ts.tv_nsec;

	if (ts.tv_sec < 0) {
		sec = -sec;
		if (nsec > 0) {
			sec--;
			nsec = NSEC_PER_SEC - nsec;
		}
		buf_addc(out, '-');
	} else if (plus) {
		buf_addc(out, '+');
	}
	buf_addu(out, sec);
	if (nsec > 0) {
		char digits[16];
		int n = snprintf(digits, sizeof(digits), ".%09ld", nsec);

		while (digits[n - 1] == '0')
			n--;
		buf_add(out, digits, (size_t)n);
	}
}

static int bad_duration(const char *s, int rc, struct nserr *e)
{
	if (rc == -ERANGE)
		return nserr_set(e, 0, "'%s' is too long or finer than a nanosecond", s);
	nserr_set(e, 0, "'%s' is not a time", s);
	nserr_hint(e,
		   "times are +DUR, -DUR, =DUR, =@REF or DUR, with DUR like 90, .5, 1d2h, 500ms");
	return -EINVAL;
}

int timeoff_parse(const char *s, struct timeoff_want *w, struct nserr *e)
{
	const char *dur = s;
	int rc;

	*w = (struct timeoff_want){ .kind = TIMEOFF_OFFSET, .text = s };
	if (*s == '+' || *s == '-') {
		w->kind = TIMEOFF_RELATIVE;
		w->minus = *dur++ == '-';
	} else if (*s == '=') {
		w->kind = TIMEOFF_READING;
		dur++;
		if (*dur == '@') {
			w->kind = TIMEOFF_LIKE;
			return nsref_parse(dur + 1, &w->like, e);
		}
	}
	rc = num_duration(dur, &w->by);
	if (rc < 0)
		return bad_duration(s, rc, e);
	if (w->by.tv_sec > LONGEST)
		w->by = (struct timespec){ LONGEST, 0 };
	return 0;
}

int timeoff_option(enum timeoff_clock c, const char *s, struct timeoff_want *w, struct nserr *e)
{
	int rc = timeoff_parse(s, w, e);

	if (rc < 0)
		nserr_prefix(e, "--%s", timeoff_names[c]);
	return rc;
}

/* 0, or -ERANGE: whether the clock would read 0 to TIMEOFF_READ_MAX seconds now, which is what the
 * kernel asks when the offset is written (time_namespaces(7)). */
static int check_reading(struct timespec initial, struct timespec off)
{
	struct timespec reads = timeoff_add(initial, off);

	return reads.tv_sec < 0 || reads.tv_sec > TIMEOFF_READ_MAX ? -ERANGE : 0;
}

/* The sentence of -ERANGE. The interval is given as what was written would have to be: an offset
 * added to what `from` is ahead of the initial clock, or a reading. */
static int out_of_range(enum timeoff_clock c, const char *text, enum timeoff_kind kind,
			const struct timeoff_now *now, struct timespec from, struct nserr *e)
{
	static const struct timespec most = { TIMEOFF_READ_MAX, NSEC_PER_SEC - 1 };
	struct timespec initial = now->initial[c];
	struct timespec zero = kind == TIMEOFF_READING ? now->anchor[c] : (struct timespec){ 0 };
	cleanup_buf struct buf b = BUF_INIT;
	bool signs = kind != TIMEOFF_READING;

	if (kind == TIMEOFF_READING)
		from = (struct timespec){ 0 };
	/* zero + T - from + (initial - zero) is read now; T is what we name the bounds of */
	initial = timeoff_sub(timeoff_add(initial, from), zero);
	if (signs)
		timeoff_add_seconds(&b, timeoff_sub((struct timespec){ 0 }, initial), true);
	else
		buf_addc(&b, '0');
	buf_adds(&b, " to ");
	timeoff_add_seconds(&b, timeoff_sub(most, initial), signs);
	nserr_set(e, 0, "%s '%s' is outside the allowed interval, %s seconds", timeoff_names[c],
		  text, b.err ? "?" : b.s);
	return -ERANGE; /* as the kernel would, but the sentence says it all */
}

int timeoff_resolve(const struct timeoff_want *w, enum timeoff_clock c, enum timeoff_base base,
		    const struct timeoff_now *now, const struct timespec *like,
		    struct timespec *out, struct nserr *e)
{
	struct timespec from = { 0 };

	switch (w->kind) {
	case TIMEOFF_UNSET:
		return nserr_set(e, 0, "no time for the %s clock", timeoff_names[c]);
	case TIMEOFF_OFFSET:
		*out = w->by;
		break;
	case TIMEOFF_RELATIVE:
		if (base == TIMEOFF_BASE_OWN)
			from = now->own[c];
		*out = w->minus ? timeoff_sub(from, w->by) : timeoff_add(from, w->by);
		break;
	case TIMEOFF_READING:
		*out = timeoff_sub(w->by, now->anchor[c]);
		break;
	case TIMEOFF_LIKE:
		*out = *like;
		break;
	}
	if (check_reading(now->initial[c], *out) < 0)
		return out_of_range(c, w->text, w->kind, now, from, e);
	return 0;
}

int timeoff_check(const struct timeoff *t, const struct timeoff_now *now, struct nserr *e)
{
	for (int c = 0; c < TIMEOFF_CLOCKS; c++) {
		cleanup_buf struct buf text = BUF_INIT;

		if (!t->set[c] || check_reading(now->initial[c], t->off[c]) == 0)
			continue;
		timeoff_add_seconds(&text, t->off[c], true);
		return out_of_range((enum timeoff_clock)c, text.err ? "?" : text.s, TIMEOFF_OFFSET,
				    now, (struct timespec){ 0 }, e);
	}
	return 0;
}

/* One word of a line: advances *p over it and the blanks behind, up to end. */
static const char *next_word(const char **p, const char *end, size_t *n)
{
	const char *word = *p;

	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	*n = (size_t)(*p - word);
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	return word;
}

static int parse_clock(const char *word, size_t n, struct nserr *e)
{
	for (int c = 0; c < TIMEOFF_CLOCKS; c++)
		if (strlen(timeoff_names[c]) == n && memcmp(timeoff_names[c], word, n) == 0)
			return c;
	if (n == 8 && memcmp(word, "realtime", n) == 0)
		return nserr_set(e, 0,
				 "the realtime clock cannot be moved, only monotonic and boottime");
	return nserr_set(e, 0, "unknown clock '%.*s'", (int)MIN(n, 64), word);
}

/* "-857 500000000": the kernel's two numbers, of which the second is never negative. */
static int parse_line(const char *line, const char *end, struct timeoff *t, struct nserr *e)
{
	char number[24];
	int64_t sec;
	uint64_t nsec;
	size_t n;
	const char *word = next_word(&line, end, &n);
	int c = parse_clock(word, n, e);

	if (c < 0)
		return c;
	if (t->set[c])
		return nserr_set(e, 0, "%s is given twice", timeoff_names[c]);
	word = next_word(&line, end, &n);
	snprintf(number, sizeof(number), "%.*s", (int)MIN(n, sizeof(number) - 1), word);
	if (n >= sizeof(number) || num_s64(number, -LONGEST, LONGEST, &sec) < 0)
		return nserr_set(e, 0, "'%.*s' are no seconds", (int)MIN(n, 64), word);
	word = next_word(&line, end, &n);
	if (num_u64n(word, n, 0, NSEC_PER_SEC - 1, &nsec) < 0)
		return nserr_set(e, 0, "'%.*s' are no nanoseconds, 0 to 999999999", (int)MIN(n, 64),
				 word);
	if (line < end)
		return nserr_set(e, 0, "more than a clock, seconds and nanoseconds");
	t->off[c] = (struct timespec){ sec, (long)nsec };
	t->set[c] = true;
	return 0;
}

int timeoff_parse_stream(const char *text, size_t n, struct timeoff *t, struct nserr *e)
{
	const char *end = text + n;

	*t = (struct timeoff){ 0 };
	for (unsigned number = 1; text < end; number++) {
		const char *next = memchr(text, '\n', (size_t)(end - text));
		const char *stop = next ? next : end;
		const char *hash = memchr(text, '#', (size_t)(stop - text));
		const char *last = hash ? hash : stop;
		int rc = 0;

		while (text < last && (*text == ' ' || *text == '\t'))
			text++;
		while (last > text && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if (text < last)
			rc = parse_line(text, last, t, e);
		if (rc < 0) {
			nserr_prefix(e, "line %u", number);
			return rc;
		}
		text = stop + 1;
	}
	/* the producer failed, or it is another file */
	if (!t->set[TIMEOFF_MONOTONIC] && !t->set[TIMEOFF_BOOTTIME])
		return nserr_set(e, 0, "no offset of monotonic or boottime in it");
	return 0;
}

void timeoff_format(const struct timeoff *t, struct buf *out)
{
	for (int c = 0; c < TIMEOFF_CLOCKS; c++)
		if (t->set[c])
			buf_printf(out, "%s %lld %ld\n", timeoff_names[c],
				   (long long)t->off[c].tv_sec, t->off[c].tv_nsec);
}
