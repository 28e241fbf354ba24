/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb: finds the verb (the first argument) of a tool with several verbs, and collects the
 * arguments of the verb. */
#ifndef NSU_COMMON_VERB_H
#define NSU_COMMON_VERB_H

#include "common/cli.h"

struct verb {
	const char *name;
	/* runs the verb; argv[0] is the name of the verb; returns the exit status */
	int (*run)(int argc, char **argv);
	const char *help;
};

/*
 * Finds argv[1] among the names of the n verbs, runs this verb and returns its exit status. If
 * argv[1] is not a verb, parses the options of `tool`, whose --help lists the verbs, and ends the
 * process. `missing` is the message that is printed if there is no argument.
 */
int verb_main(const struct cli_tool *tool, const struct verb *verbs, size_t n, int argc,
	      char **argv, const char *missing);

/* The arguments of a verb that are not options, called words. They may precede options ("translate
 * 0 --from self"). */
struct words {
	char **v; /* the n words, and NULL after them */
	int n;
	char **program; /* arguments after "--", or NULL if there are none */
};

#define VERB_WORDS_MAX INT32_MAX

/* Parses the next option and returns its key or -1, as cli_next() does. Adds the words before this
 * option to w. */
int verb_next(struct cli *c, struct words *w);

/* Adds the arguments after "--" to the words. Used by a verb that executes no program. Returns all
 * words; the last element is NULL. */
char **verb_all_words(struct words *w);

/* Calls verb_all_words(), and ends the process with a message unless the verb has min to max words.
 * If words are missing, the message is "missing argument" and the text `missing`, which begins with
 * a blank. Otherwise the message contains the first unexpected argument. */
void verb_count(struct words *w, int min, int max, const char *missing);

#endif
