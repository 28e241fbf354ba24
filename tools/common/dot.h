/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dot: escapes the text in the graphs that dot(1) draws. */
#ifndef NSU_COMMON_DOT_H
#define NSU_COMMON_DOT_H

#include "base/buf.h"

/* Appends n bytes of a text that comes from outside to a label in quotes. Replaces backslashes and
 * quotes, which have a special meaning in a label, and bytes that are not printable ASCII. */
void dot_label(struct buf *out, const char *s, size_t n);

#endif
