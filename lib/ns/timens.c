// SPDX-License-Identifier: GPL-2.0-or-later
/* timens: parses, adds and checks the offsets of time namespaces. */
#include "ns/timens.h"

#include <stdio.h>

#include "base/choice.h"
#include "base/num.h"

#define NSEC_PER_SEC 1000000000L

/* The limit to which longer durations are reduced, in seconds. No offset can be so large, so
 * timens_resolve() refuses this value with a message that contains the allowed interval. */
#define LONGEST (2 * TIMENS_READ_MAX)

const char *const timens_names[TIMENS_CLOCKS] = { "monotonic", "boottime" };
const clockid_t timens_ids[TIMENS_CLOCKS] = { CLOCK_MONOTONIC, CLOCK_BOOTTIME };

struct timespec timens_add(struct timespec a, struct timespec b)
{
	a.tv_sec += b.tv_sec;
	a.tv_nsec += b.tv_nsec;
	if (a.tv_nsec >= NSEC_PER_SEC) {
		a.tv_nsec -= NSEC_PER_SEC;
		a.tv_sec++;
	}
	return a;
}

struct timespec timens_sub(struct timespec a, struct timespec b)
{
	a.tv_sec -= b.tv_sec;
	a.tv_nsec -= b.tv_nsec;
	if (a.tv_nsec < 0) {
		a.tv_nsec += NSEC_PER_SEC;
		a.tv_sec--;
	}
	return a;
}

void timens_add_seconds(struct buf *out, struct timespec ts, bool plus)
{
	uint64_t sec = (uint64_t)ts.tv_sec;
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
		return nserr_set(e, 0, "invalid time '%s': too large, or finer than a nanosecond",
				 s);
	nserr_set(e, 0, "invalid time '%s'", s);
	nserr_hint(e,
		   "use +DURATION, -DURATION, =DURATION, =@REF or DURATION; a duration is 90, .5, "
		   "1d2h or 500ms");
	return -EINVAL;
}

int timens_parse(const char *s, struct timens_want *w, struct nserr *e)
{
	const char *dur = s;
	int rc;

	*w = (struct timens_want){ .kind = TIMENS_OFFSET, .text = s };
	if (*s == '+' || *s == '-') {
		w->kind = TIMENS_RELATIVE;
		w->minus = *dur++ == '-';
	} else if (*s == '=') {
		w->kind = TIMENS_READING;
		dur++;
		if (*dur == '@') {
			w->kind = TIMENS_LIKE;
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

int timens_option(enum timens_clock c, const char *s, struct timens_want *w, struct nserr *e)
{
	int rc = timens_parse(s, w, e);

	if (rc < 0)
		nserr_prefix(e, "--%s", timens_names[c]);
	return rc;
}

/* Checks that the clock would read 0 to TIMENS_READ_MAX seconds now. The kernel requires this when
 * the offset is written (time_namespaces(7)). Returns 0 or -ERANGE. */
static int check_reading(struct timespec initial, struct timespec off)
{
	struct timespec reads = timens_add(initial, off);

	return reads.tv_sec < 0 || reads.tv_sec > TIMENS_READ_MAX ? -ERANGE : 0;
}

/*
 * Sets e to the message that a time is outside of the allowed interval, and returns -ERANGE. The
 * message contains the interval in the form of the argument: as readings of the clock, or as
 * offsets from another clock. `from` is the difference between that clock and the initial clock.
 */
static int out_of_range(enum timens_clock c, const char *text, enum timens_kind kind,
			const struct timens_now *now, struct timespec from, struct nserr *e)
{
	static const struct timespec most = { TIMENS_READ_MAX, NSEC_PER_SEC - 1 };
	struct timespec initial = now->initial[c];
	struct timespec zero = kind == TIMENS_READING ? now->anchor[c] : (struct timespec){ 0 };
	cleanup_buf struct buf b = BUF_INIT;
	bool signs = kind != TIMENS_READING;

	if (kind == TIMENS_READING)
		from = (struct timespec){ 0 };
	/* with the argument T, the clock reads T + initial when it is set, so print the smallest
	 * and the largest T for which this reading is permitted */
	initial = timens_sub(timens_add(initial, from), zero);
	if (signs)
		timens_add_seconds(&b, timens_sub((struct timespec){ 0 }, initial), true);
	else
		buf_addc(&b, '0');
	buf_adds(&b, " to ");
	timens_add_seconds(&b, timens_sub(most, initial), signs);
	nserr_set(e, 0, "%s '%s' is outside the allowed interval, %s seconds", timens_names[c],
		  text, b.err ? "?" : b.s);
	/* return the same errno as the kernel; its text is not part of the message */
	return -ERANGE;
}

int timens_resolve(const struct timens_want *w, enum timens_clock c, enum timens_base base,
		   const struct timens_now *now, const struct timespec *like, struct timespec *out,
		   struct nserr *e)
{
	struct timespec from = { 0 };

	switch (w->kind) {
	case TIMENS_UNSET:
		return nserr_set(e, 0, "missing time for the %s clock", timens_names[c]);
	case TIMENS_OFFSET:
		*out = w->by;
		break;
	case TIMENS_RELATIVE:
		if (base == TIMENS_BASE_OWN)
			from = now->own[c];
		*out = w->minus ? timens_sub(from, w->by) : timens_add(from, w->by);
		break;
	case TIMENS_READING:
		*out = timens_sub(w->by, now->anchor[c]);
		break;
	case TIMENS_LIKE:
		*out = *like;
		break;
	}
	if (check_reading(now->initial[c], *out) < 0)
		return out_of_range(c, w->text, w->kind, now, from, e);
	return 0;
}

int timens_check(const struct timens *t, const struct timens_now *now, struct nserr *e)
{
	for (int c = 0; c < TIMENS_CLOCKS; c++) {
		cleanup_buf struct buf text = BUF_INIT;

		if (!t->set[c] || check_reading(now->initial[c], t->off[c]) == 0)
			continue;
		timens_add_seconds(&text, t->off[c], true);
		return out_of_range((enum timens_clock)c, text.err ? "?" : text.s, TIMENS_OFFSET,
				    now, (struct timespec){ 0 }, e);
	}
	return 0;
}

/* Returns the next word of a line, sets *n to its length and advances *p to the word after it. */
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
	struct choice choice;

	for (int c = 0; c < TIMENS_CLOCKS; c++)
		if (strlen(timens_names[c]) == n && memcmp(timens_names[c], word, n) == 0)
			return c;
	if (n == 8 && memcmp(word, "realtime", n) == 0)
		return nserr_set(
			e, 0,
			"cannot set an offset for the realtime clock, only for the monotonic and "
			"boottime clocks");
	choice_init(&choice, word, n);
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		choice_add(&choice, timens_names[c]);
	return choice_unknown(&choice, "clock", e);
}

/* Parses a line "CLOCK SECONDS NANOSECONDS" of timens_offsets into t. The nanoseconds are never
 * negative. Returns 0, or a negative errno with e set. */
static int parse_line(const char *line, const char *end, struct timens *t, struct nserr *e)
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
		return nserr_set(e, 0, "%s is given twice", timens_names[c]);
	word = next_word(&line, end, &n);
	snprintf(number, sizeof(number), "%.*s", (int)MIN(n, sizeof(number) - 1), word);
	if (n >= sizeof(number) || num_s64(number, -LONGEST, LONGEST, &sec) < 0)
		return nserr_set(e, 0, "invalid seconds '%.*s'", (int)MIN(n, 64), word);
	word = next_word(&line, end, &n);
	if (num_u64n(word, n, 0, NSEC_PER_SEC - 1, &nsec) < 0)
		return nserr_set(e, 0, "invalid nanoseconds '%.*s', expected 0 to 999999999",
				 (int)MIN(n, 64), word);
	if (line < end)
		return nserr_set(e, 0, "unexpected text after the nanoseconds");
	t->off[c] = (struct timespec){ sec, (long)nsec };
	t->set[c] = true;
	return 0;
}

int timens_parse_stream(const char *text, size_t n, struct timens *t, struct nserr *e)
{
	const char *end = text + n;

	*t = (struct timens){ 0 };
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
	/* the program that should have written the stream has failed, or the file is not a stream
	 */
	if (!t->set[TIMENS_MONOTONIC] && !t->set[TIMENS_BOOTTIME])
		return nserr_set(e, 0, "missing offset for the monotonic or boottime clock");
	return 0;
}

void timens_format(const struct timens *t, struct buf *out)
{
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		if (t->set[c])
			buf_printf(out, "%s %lld %ld\n", timens_names[c],
				   (long long)t->off[c].tv_sec, t->off[c].tv_nsec);
}
