/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb: finds the verb of a tool with several verbs, and collects its arguments. */
#ifndef NSU_COMMON_VERB_H
#define NSU_COMMON_VERB_H

#include "common/cli.h"

struct verb {
	const char *name;
	int (*run)(int argc, char **argv); /* gets the verb in argv[0]; returns the exit status */
	const char *help;
};

/*
 * Runs the verb with the name argv[1] of the n verbs and returns its exit status. If argv[1] is not
 * a verb, parses the options of `tool`, whose --help lists the verbs, and ends the process.
 * `missing` is the message if there is no argument.
 */
int verb_main(const struct cli_tool *tool, const struct verb *verbs, size_t n, int argc,
	      char **argv, const char *missing);

/* The arguments of a verb that are not options. They may come before options ("translate 0 --from
 * self"). */
struct words {
	char **v; /* n words, then NULL */
	int n;
	char **program; /* arguments after "--", or NULL if there are none */
};

#define VERB_WORDS_MAX INT32_MAX

/* Parses the next option like cli_next(), and collects words between options in w. */
int verb_next(struct cli *c, struct words *w);

/* Adds the arguments after "--" to the words, for a verb that executes no program. Returns all
 * words, NULL-terminated. */
char **verb_all_words(struct words *w);

/* Ends the process unless the verb has min to max words and no program. The message is "missing
 * argument" followed by `missing`, for example " <map>". */
void verb_count(const struct words *w, int min, int max, const char *missing);

#endif
