// SPDX-License-Identifier: GPL-2.0-or-later
/* stream: translates the ids in a text by a map. nsidmap spends most of its time here for large
 * inputs. */
#include "idmap/stream.h"

#include <endian.h>

#include "base/num.h"

#define BUCKETS 1024

int idmap_stream_init(struct idmap_stream *s, const struct idmap *m)
{
	size_t at = 0;

	*s = (struct idmap_stream){ .ext = m->ext, .n = m->n };
	s->start = calloc(BUCKETS + 1, sizeof(*s->start));
	if (!s->start)
		return -ENOMEM;
	if (s->n == 0)
		return 0;
	s->first = s->ext[0].inside;
	while ((s->ext[s->n - 1].inside - s->first) >> s->shift >= BUCKETS)
		s->shift++;
	for (uint64_t i = 0; i <= BUCKETS; i++) {
		while (at + 1 < s->n && s->ext[at + 1].inside <= s->first + (i << s->shift))
			at++;
		s->start[i] = (uint32_t)at;
	}
	return 0;
}

void idmap_stream_free(struct idmap_stream *s)
{
	free(s->start);
	s->start = NULL;
}

/* Returns the extent that maps the id, or NULL. The bucket of the id limits the search, in most
 * cases to one extent. */
static inline const struct idmap_extent *find(const struct idmap_stream *s, uint32_t id)
{
	uint32_t bucket = (id - s->first) >> s->shift;
	const struct idmap_extent *x;
	size_t n;

	if (id < s->first || s->n == 0)
		return NULL;
	if (bucket >= BUCKETS)
		bucket = BUCKETS - 1;
	x = s->ext + s->start[bucket];
	/* binary search for the last extent that begins at or below id, without unpredictable
	 * branches */
	for (n = s->start[bucket + 1] - s->start[bucket] + 1; n > 1; n -= n / 2)
		x += x[n / 2].inside <= id ? n / 2 : 0;
	return id - x->inside < x->count ? x : NULL;
}

/* Writes v in decimal, two digits at a time from the right. Writes up to 10 bytes. Returns the end
 * of the number. */
static inline char *put_u32(char *out, uint32_t v)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char digits[20], *end = digits + 10, *p = end;

	while (v >= 100) {
		memcpy(p -= 2, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v >= 10)
		memcpy(p -= 2, pairs + 2 * v, 2);
	else
		*--p = (char)('0' + v);
	/* always copy ten bytes, because a constant length compiles to two moves */
	memcpy(out, p, 10);
	return out + (end - p);
}

/* Writes the output line for an id. Returns the end of the line. */
static inline char *answer(struct idmap_stream *s, uint32_t id, char *out)
{
	const struct idmap_extent *x = find(s, id);

	s->lines++;
	if (x) {
		out = put_u32(out, x->outside + (id - x->inside));
	} else {
		s->unmapped++;
		*out++ = '-';
	}
	*out++ = '\n';
	return out;
}

/* Appends n digits to the value v. Returns a number above NUM_ID_MAX if the result exceeds
 * NUM_ID_MAX. */
static uint64_t saturate(uint64_t v, const char *in, size_t n)
{
	for (size_t i = 0; i < n && v <= NUM_ID_MAX; i++)
		v = v * 10 + (unsigned char)(in[i] - '0');
	return v;
}

/* Returns the number of digits at the beginning of the eight bytes at `in`, and sets *value to the
 * number that they represent. Checks all eight bytes at once. Computes the number in three steps,
 * from groups of two, four and eight digits. */
static inline size_t eight_digits(const char *in, uint64_t *value)
{
	uint64_t c, other;
	size_t n = 8;

	memcpy(&c, in, sizeof(c));
	/* the XOR turns the digits '0' to '9' into 0 to 9 */
	c = le64toh(c) ^ UINT64_C(0x3030303030303030);
	other = (((c & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x7676767676767676)) | c) &
		UINT64_C(0x8080808080808080);
	if (other) {
		n = (size_t)__builtin_ctzll(other) / 8;
		/* replace the bytes that are not digits by leading zeros */
		c = n ? c << (64 - 8 * n) : 0;
	}
	c = c * 10 + (c >> 8);
	c = (c & UINT64_C(0x00ff00ff00ff00ff)) * 100 + ((c & UINT64_C(0x00ff00ff00ff00ff)) >> 16);
	c &= UINT64_C(0x0000ffff0000ffff);
	*value = (c * 10000 + (c >> 32)) & UINT64_C(0xffffffff);
	return n;
}

/* Reads the digits between `in` and `end` and appends them to the value *v. Returns their
 * number. */
static inline size_t read_digits(const char *in, const char *end, uint64_t *v)
{
	const char *start = in;
	unsigned digit;
	uint64_t value;

	if (*v == 0 && end - in >= 8) {
		in += eight_digits(in, v);
		if (in - start < 8)
			return (size_t)(in - start);
	}
	for (value = *v; in < end && (digit = (unsigned)*in - '0') < 10; in++)
		value = value * 10 + digit;
	*v = value;
	return (size_t)(in - start);
}

size_t idmap_stream_feed(struct idmap_stream *s, const char *in, size_t n, char *out)
{
	const char *end = in + n;
	char *at = out;

	while (in < end && !s->bad) {
		uint64_t v = s->value;
		size_t len = read_digits(in, end, &v), digits = s->digits + len;

		/* with more than 19 digits, the value may have overflowed, so compute it again */
		if (digits > 19)
			v = saturate(s->value, in, len);
		in += len;
		if (v > NUM_ID_MAX || (in < end && (*in != '\n' || digits == 0))) {
			s->bad = s->lines + 1;
		} else if (in < end) {
			at = answer(s, (uint32_t)v, at);
			v = 0;
			digits = 0;
			in++;
		}
		s->value = v;
		s->digits = (unsigned)MIN(digits, 20);
	}
	return (size_t)(at - out);
}

size_t idmap_stream_end(struct idmap_stream *s, char *out)
{
	return s->digits > 0 && !s->bad ? (size_t)(answer(s, (uint32_t)s->value, out) - out) : 0;
}
