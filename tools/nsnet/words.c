// SPDX-License-Identifier: GPL-2.0-or-later
/* words: formats parts of the commands that --explain prints. */
#include <stdio.h>

#include "nsnet.h"

void shell_word(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-+=./,:@%";

	if (*s && strspn(s, plain) == strlen(s)) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\'");
		buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

const char *in_namespace(const char *label, bool ip)
{
	static char texts[4][160];
	static unsigned next;
	char *out = texts[next++ % ARRAY_SIZE(texts)];

	/* ip(8) accepts only names in /run/netns */
	if (strchr(label, '/'))
		snprintf(out, sizeof(texts[0]), "nsenter --net=%s %s", label, ip ? "ip " : "");
	else if (strchr(label, ':'))
		snprintf(out, sizeof(texts[0]), "nsenter2 -t %s -n -- %s", label, ip ? "ip " : "");
	else
		snprintf(out, sizeof(texts[0]), "ip %s %s ", ip ? "-n" : "netns exec", label);
	return out;
}

void ip_in(const struct net *n, struct buf *out)
{
	buf_adds(out, in_namespace(n->label, true));
}
