// SPDX-License-Identifier: GPL-2.0-or-later
/* words: parts of the commands that --explain prints. */
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

void ip_in(const struct net *n, struct buf *out)
{
	buf_adds(out, "ip -n ");
	shell_word(out, n->label);
	buf_addc(out, ' ');
}
