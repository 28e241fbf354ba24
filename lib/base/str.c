// SPDX-License-Identifier: GPL-2.0-or-later
/* str: validates UTF-8 and escapes text that is unsafe on a terminal. */
#include "base/str.h"

size_t str_utf8_len(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c;
	size_t len;

	if (n == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		len = 2;
	else if (u[0] >= 0xe0 && u[0] <= 0xef)
		len = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	c = str_code_point(s, len);
	if ((len == 3 && c < 0x800) || (len == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

uint32_t str_code_point(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	uint32_t c = len == 1 ? u[0] : u[0] & (0xff >> (len + 1));

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (u[i] & 0x3f);
	return c;
}

bool str_is_unsafe(const char *s, size_t len)
{
	uint32_t c = str_code_point(s, len);

	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

size_t str_escape(char *dst, size_t size, const char *src, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	size_t out = 0;

	while (n > 0) {
		size_t len = str_utf8_len(src, n);

		if (len > 0 && !str_is_unsafe(src, len)) {
			if (out + len >= size)
				break;
			memcpy(dst + out, src, len);
			out += len;
		} else {
			len = len > 0 ? len : 1;
			if (out + 4 * len >= size)
				break;
			for (size_t i = 0; i < len; i++) {
				unsigned char c = (unsigned char)src[i];

				dst[out++] = '\\';
				dst[out++] = 'x';
				dst[out++] = hex[c >> 4];
				dst[out++] = hex[c & 15];
			}
		}
		src += len;
		n -= len;
	}
	if (size > 0)
		dst[out] = '\0';
	return out;
}

char *str_escape_dup(const char *src, size_t n)
{
	size_t size = 4 * n + 1;
	char *dst = malloc(size);

	if (dst)
		str_escape(dst, size, src, n);
	return dst;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void str_lower(char *dst, size_t size, const char *s)
{
	size_t i;

	for (i = 0; s[i] && i + 1 < size; i++)
		dst[i] = lower(s[i]);
	dst[i] = '\0';
}

bool str_same_name(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
		if (!a[i])
			break;
	}
	return true;
}
