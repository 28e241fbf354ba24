/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dot: escapes the text in the graphs that dot(1) draws. */
#ifndef NSU_COMMON_DOT_H
#define NSU_COMMON_DOT_H

#include "base/buf.h"

/* Appends to out the n bytes of untrusted text at s, as a part of a quoted label. Replaces each
 * backslash and double quote, which have a special meaning in a label, and each byte that is not
 * printable ASCII by "?". */
void dot_label(struct buf *out, const char *s, size_t n);

#endif
