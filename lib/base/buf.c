// SPDX-License-Identifier: GPL-2.0-or-later
/* buf: appends text to a growing buffer. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

static bool buf_room(struct buf *b, size_t n)
{
	size_t size = b->size ? b->size : 256;
	char *s;

	if (b->err)
		return false;
	if (n > (size_t)PTRDIFF_MAX - b->len - 1) {
		b->err = -ENOMEM;
		return false;
	}
	if (b->len + n + 1 <= b->size)
		return true;
	while (size < b->len + n + 1)
		size *= 2;
	s = realloc(b->s, size);
	if (!s) {
		b->err = -ENOMEM;
		return false;
	}
	b->s = s;
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t n)
{
	if (!buf_room(b, n))
		return;
	/* the pointer to an empty array may be NULL, which memcpy(3) does not permit */
	if (n > 0)
		memcpy(b->s + b->len, data, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addu(struct buf *b, uint64_t v)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(b, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->err = -ENOMEM;
		return;
	}
	if (!buf_room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->err = 0;
	if (b->s)
		b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = BUF_INIT;
}
