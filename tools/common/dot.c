// SPDX-License-Identifier: GPL-2.0-or-later
/* dot: formats labels for the graphs that dot(1) draws. */
#include "common/dot.h"

void dot_label(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		buf_addc(out, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '?' : s[i]);
	}
}
