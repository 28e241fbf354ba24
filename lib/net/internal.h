/* SPDX-License-Identifier: GPL-2.0-or-later */
/* internal: declares functions that the files of lib/net share, and definitions that older kernel
 * headers lack. */
#ifndef NSU_NET_INTERNAL_H
#define NSU_NET_INTERNAL_H

#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/nserr.h"

#ifndef RTEXT_FILTER_SKIP_STATS
#define RTEXT_FILTER_SKIP_STATS (1 << 3)
#endif

/* Makes room for one more element in *v, an array of n elements of `each` bytes with room for *size
 * elements. Returns true, or false if memory allocation fails. */
static inline bool net_grow(void **v, size_t n, size_t *size, size_t each)
{
	size_t want = n ? 2 * n : 16;
	void *more;

	if (n < *size)
		return true;
	more = reallocarray(*v, want, each);
	if (!more)
		return false;
	*v = more;
	*size = want;
	return true;
}

/* Sets the message and the errno of e, and keeps its hint, which contains the error text from the
 * kernel. Returns rc. */
static inline printf_like(3, 4) int net_failed(struct nserr *e, int rc, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return rc;
	e->errnum = -rc;
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	return rc;
}

#endif
