// SPDX-License-Identifier: GPL-2.0-or-later
/* each_refs: reads the references of --each from standard input. */
#include <stdio.h>

#include "base/stream.h"
#include "each.h"
#include "run/interrupt.h"

/* Decodes the escape sequences \xHH that nslist --raw prints, in place. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		unsigned byte;
		int used = 0;

		if (s[0] == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x%n", &byte, &used) == 1 &&
		    used == 2) {
			*to++ = (char)byte;
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

static void add(struct each_refs *refs, const char *s, size_t line)
{
	struct nserr e = NSERR_INIT;

	if (refs->n == refs->size) {
		refs->size = refs->size ? 2 * refs->size : 16;
		refs->ref = reallocarray(refs->ref, refs->size, sizeof(*refs->ref));
		if (!refs->ref)
			cli_die(ENOMEM, "cannot store the references");
	}
	if (nsref_parse(s, &refs->ref[refs->n++], &e) < 0) {
		nserr_prefix(&e, "standard input: %zu", line);
		cli_die_nserr(&e);
	}
}

void each_read(const struct opts *o, struct each_refs *refs)
{
	struct nserr e = NSERR_INIT;
	char *s, *end, separator = o->each.nul ? '\0' : '\n';
	ssize_t len;

	interrupt_as_init();
	len = stream_read("-", &refs->text, &e);
	if (len < 0)
		cli_die_nserr(&e);
	end = refs->text + len;
	s = refs->text;
	for (size_t line = 1; s < end; line++) {
		char *stop = memchr(s, separator, (size_t)(end - s));

		if (!stop)
			stop = end;
		if (memchr(s, '\0', (size_t)(stop - s)))
			cli_die(0, "standard input: %zu: invalid NUL byte in the line", line);
		*stop = '\0';
		if (!o->each.nul)
			unescape(s);
		if (*s)
			add(refs, s, line);
		s = stop + 1;
	}
}
