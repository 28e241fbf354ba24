// SPDX-License-Identifier: GPL-2.0-or-later
/* request: errors of requests, and addresses in the commands of ip(8). */
#include "request.h"

#include <stdarg.h>
#include <stdio.h>

int request_failed(struct nserr *e, int rc, const char *fmt, ...)
{
	va_list ap;

	/* nserr_set() would drop the hint, which is the text of the kernel */
	e->errnum = -rc;
	va_start(ap, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	return net_denied(rc, e);
}

const char *text_of(const struct net_addr *a)
{
	static char text[NET_ADDR_TEXT];

	return net_addr_format(a, true, text);
}

void show_address(struct buf *out, const struct net_addr *a, const char *dev)
{
	buf_printf(out, "addr replace %s dev ", text_of(a));
	shell_word(out, dev);
	buf_adds(out, a->family == AF_INET6 ? " nodad\n" : "\n");
}
