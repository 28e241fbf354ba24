/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choice: reports an unknown word, and suggests the valid word that resembles it. All tools use
 * these functions for options, verbs, types, columns, signals and other fixed words.
 */
#ifndef NSU_BASE_CHOICE_H
#define NSU_BASE_CHOICE_H

#include "base/nserr.h"

struct choice {
	const char *word; /* the unknown word, borrowed from the caller */
	size_t len;
	const char *prefix; /* text before the suggested word, such as "--"; default "" */
	const char *suffix; /* text after the suggested word; default "" */
	/* if the unknown word begins with a valid word, suggest that valid word */
	bool shortened;
	bool silent; /* do not print the list of the valid words, because it is long */
	/* the members below are private */
	char nearest[32], list[160];
	unsigned distance, count;
	bool tie;
};

/* Initializes c for an unknown word of n bytes. */
void choice_init(struct choice *c, const char *word, size_t n);

/* Adds a valid word to c. The string is not used after the call. */
void choice_add(struct choice *c, const char *valid);

/*
 * Sets the hint of e. The hint is "did you mean NAME?" if exactly one valid word is nearest to the
 * unknown word and resembles it. Otherwise the hint lists the valid words if there are at most 12
 * and they are short. If neither applies, does not change e.
 */
void choice_hint(const struct choice *c, struct nserr *e);

/* Sets e to "unknown WHAT 'WORD'" with the hint of choice_hint(). Returns -EINVAL. */
int choice_unknown(const struct choice *c, const char *what, struct nserr *e);

#endif
