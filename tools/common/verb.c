// SPDX-License-Identifier: GPL-2.0-or-later
/* verb: runs a verb, lists verbs in --help, and collects the arguments of a verb. */
#include "common/verb.h"

#include "base/choice.h"

/* Returns the list of verbs as text for --help. */
static char *verb_notes(const struct verb *verbs, size_t n)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "Verbs:");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "\n %-10s %s", verbs[i].name, verbs[i].help);
	return b.s;
}

int verb_main(const struct cli_tool *tool, const struct verb *verbs, size_t n, int argc,
	      char **argv, const char *missing)
{
	struct cli_tool all = *tool;
	struct nserr e = NSERR_INIT;
	struct choice choice;
	struct cli c;

	for (size_t i = 0; argc > 1 && i < n; i++)
		if (streq(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	all.notes = verb_notes(verbs, n);
	cli_init(&c, &all, argc, argv);
	while (cli_next(&c) != -1)
		;
	if (!cli_rest(&c)[0])
		cli_die_usage("%s", missing);
	choice_init(&choice, cli_rest(&c)[0], strlen(cli_rest(&c)[0]));
	/* do not print the list, because --help lists the verbs with their purposes */
	choice.silent = true;
	for (size_t i = 0; i < n; i++)
		choice_add(&choice, verbs[i].name);
	choice_unknown(&choice, "verb", &e);
	cli_die_usage_nserr(&e);
}

int verb_next(struct cli *c, struct words *w)
{
	/* store the words at the front of argv, which getopt_long(3) does not read again */
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

char **verb_all_words(struct words *w)
{
	for (char **s = w->program; s && *s; s++)
		w->v[w->n++] = *s;
	w->v[w->n] = NULL;
	w->program = NULL;
	return w->v;
}

void verb_count(struct words *w, int min, int max, const char *missing)
{
	verb_all_words(w);
	if (w->n < min)
		cli_die_usage("missing argument%s", missing);
	if (w->n > max)
		cli_die_usage("unexpected argument '%s'", w->v[max]);
}
