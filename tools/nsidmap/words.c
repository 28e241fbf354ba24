// SPDX-License-Identifier: GPL-2.0-or-later
/* words: collects the arguments of a verb that are not options. */
#include "verb.h"

int verb_next(struct cli *c, struct words *w)
{
	/* the front of argv stores the words: getopt_long(3) does not read it again */
	w->v = c->argv + 1;
	for (;;) {
		int key = cli_next(c);

		if (key >= 0)
			return key;
		if (optind > 1 && streq(c->argv[optind - 1], "--")) {
			w->program = c->argv + optind;
			break;
		}
		if (optind >= c->argc)
			break;
		w->v[w->n++] = c->argv[optind++];
	}
	if (w->program && !w->program[0])
		w->program = NULL;
	w->v[w->n] = NULL;
	return -1;
}

void verb_count(const struct words *w, int min, int max, const char *missing)
{
	if (w->n < min)
		cli_die_usage("missing argument %s", missing);
	if (w->n > max)
		cli_die_usage("unexpected argument '%s'", w->v[max]);
	if (w->program)
		cli_die_usage("unexpected argument '%s'", w->program[0]);
}
