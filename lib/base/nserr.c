// SPDX-License-Identifier: GPL-2.0-or-later
/* nserr: formats the error messages of the library. */
#include "base/nserr.h"

#include <stdarg.h>
#include <stdio.h>

int nserr_set(struct nserr *e, int err, const char *fmt, ...)
{
	va_list ap;

	if (err < 0)
		err = -err;
	if (e) {
		e->errnum = err;
		e->status = 0;
		e->hint[0] = '\0';
		va_start(ap, fmt);
		vsnprintf(e->what, sizeof(e->what), fmt, ap);
		va_end(ap);
	}
	return err ? -err : -EINVAL;
}

void nserr_hint(struct nserr *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
}

void nserr_prefix(struct nserr *e, const char *fmt, ...)
{
	char text[2 * sizeof(e->what) + 2];
	size_t len;
	va_list ap;
	int n;

	if (!e)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(e->what), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	len = MIN((size_t)n, sizeof(e->what) - 1);
	snprintf(text + len, sizeof(text) - len, ": %s", e->what);
	len = MIN(strlen(text), sizeof(e->what) - 1);
	memcpy(e->what, text, len);
	e->what[len] = '\0';
}
