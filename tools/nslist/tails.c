// SPDX-License-Identifier: GPL-2.0-or-later
/* tails: hides the text of the last column from libsmartcols, which needs a fifth of the run time
 * of nslist to find the widths of all command lines. Nothing depends on the width of the last
 * column if the output is not a terminal. The library gets a placeholder, which nslist_tails_end()
 * replaces by the text. */
#include "nslist.h"

#include "common/cli.h"

/* The placeholder has one character, so that the column is not wider than its heading. */
#define PLACEHOLDER "@"

void nslist_tails_begin(struct run *run)
{
	const struct opts *o = run->o;

	run->has_tails = o->format == NSLIST_TABLE && o->n_cols > 0 && !run->self_color &&
			 !(o->cols[o->n_cols - 1]->flags & COL_RIGHT) && !isatty(STDOUT_FILENO);
	/* do not use placeholders if a row can have several lines, because nslist_tails_end()
	 * replaces one placeholder in each line */
	for (size_t i = 0; i < o->n_cols; i++)
		run->has_tails &= !(o->wrap && o->cols[i]->flags & COL_WRAP);
	buf_reset(&run->tails);
}

const char *nslist_tail(struct run *run, const char *s)
{
	if (!run->has_tails)
		return s;
	buf_adds(&run->tails, s ? s : "");
	buf_addc(&run->tails, '\0');
	return s && *s ? PLACEHOLDER : s;
}

void nslist_tails_end(struct run *run, struct buf *out, const char *text)
{
	const char *tail = run->tails.s;
	bool heading = run->o->headings;

	if (run->tails.err)
		cli_die(ENOMEM, "cannot print namespaces");
	if (!tail) {
		buf_adds(out, text);
		return;
	}
	for (; *text; heading = false) {
		size_t len = strcspn(text, "\n");
		bool has_tail = !heading && *tail;

		buf_add(out, text, has_tail ? len - strlen(PLACEHOLDER) : len);
		if (!heading) {
			buf_adds(out, tail);
			tail += strlen(tail) + 1;
		}
		text += len;
		if (*text == '\n')
			buf_addc(out, *text++);
	}
}
