// SPDX-License-Identifier: GPL-2.0-or-later
/* request: sends requests in batches, and formats addresses for commands of ip(8). */
#include "request.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 600 /* bytes of the longest message, which sets an alias */

int request_flush(struct net *n, struct nserr *e)
{
	struct pending *p = &n->pending;
	unsigned failed = 0;
	int rc;

	if (!p->nl)
		return 0;
	rc = netlink_send(p->nl, &p->batch, &failed, e);
	p->nl = NULL;
	if (rc == 0)
		return 0;
	/* do not use nserr_set(), which would clear the hint with the error text of the kernel */
	e->errnum = -rc;
	snprintf(e->what, sizeof(e->what), "%s", p->what[failed]);
	return net_denied(rc, e);
}

struct netlink_batch *request_begin(struct net *n, struct netlink *nl, struct nserr *e)
{
	struct pending *p = &n->pending;
	/* a step adds at most two messages */
	bool full = p->batch.n + 2 > NETLINK_BATCH_MAX ||
		    p->batch.len + 2 * MESSAGE_MAX > NETLINK_BATCH_SIZE;

	if (p->nl && (p->nl != nl || full))
		p->failed = request_flush(n, e);
	if (!p->nl) {
		netlink_batch_init(&p->batch);
		p->named = 0;
	}
	p->nl = nl;
	return &p->batch;
}

int request_add(struct net *n, const char *fmt, ...)
{
	struct pending *p = &n->pending;
	va_list ap;

	if (p->failed < 0) {
		p->nl = NULL;
		return p->failed;
	}
	for (; p->named < p->batch.n && p->named < NETLINK_BATCH_MAX; p->named++) {
		va_start(ap, fmt);
		vsnprintf(p->what[p->named], sizeof(p->what[0]), fmt, ap);
		va_end(ap);
	}
	return 0;
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
