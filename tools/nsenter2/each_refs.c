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

/* Adds a reference. Exits if it is invalid. label is the text after it, or NULL. */
static void add(struct each_refs *refs, const char *s, const char *label, size_t line)
{
	struct nserr e = NSERR_INIT;

	if (refs->n == refs->size) {
		refs->size = refs->size ? 2 * refs->size : 16;
		refs->ref = reallocarray(refs->ref, refs->size, sizeof(*refs->ref));
		refs->label = reallocarray(refs->label, refs->size, sizeof(*refs->label));
		if (!refs->ref || !refs->label)
			cli_die(ENOMEM, "cannot allocate memory for the references");
	}
	refs->label[refs->n] = label && *label ? label : s;
	if (nsref_parse(s, &refs->ref[refs->n++], &e) < 0) {
		nserr_prefix(&e, "standard input: line %zu", line);
		cli_die_nserr(&e);
	}
}

/*
 * Adds a line "REF" or "REF LABEL". The first blank ends REF, which contains no blank itself,
 * because nslist --raw prints a blank in a value as \x20. With --null, all of the text is the
 * reference.
 */
static void add_line(struct each_refs *refs, char *s, bool nul, size_t line)
{
	char *blank = nul ? NULL : strpbrk(s, " \t");

	if (blank)
		*blank++ = '\0';
	if (!nul)
		unescape(s);
	if (blank)
		unescape(blank);
	add(refs, s, blank, line);
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
			cli_die(0, "standard input: line %zu: invalid NUL byte", line);
		*stop = '\0';
		if (*s)
			add_line(refs, s, o->each.nul, line);
		s = stop + 1;
	}
}
