// SPDX-License-Identifier: GPL-2.0-or-later
/* choice: finds the valid word that resembles an unknown word. */
#include "base/choice.h"

#include <stdio.h>

#include "base/str.h"

enum { LONGEST = 31, MOST_WORDS = 12 };

void choice_init(struct choice *c, const char *word, size_t n)
{
	*c = (struct choice){
		.word = word, .len = n, .prefix = "", .suffix = "", .distance = LONGEST
	};
}

static bool is_same(char a, char b)
{
	return str_same_name(&a, &b, 1);
}

/*
 * Returns the number of changes that turn a into b: an inserted, deleted or replaced character, or
 * two exchanged neighbours (the optimal string alignment distance). Both words have at most LONGEST
 * bytes.
 */
static unsigned changes(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned d[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= na; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = d[i - 1][j - 1] + !is_same(a[i - 1], b[j - 1]);

			best = MIN(best, d[i - 1][j] + 1);
			best = MIN(best, d[i][j - 1] + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
			    is_same(a[i - 2], b[j - 1]))
				best = MIN(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	}
	return d[na][nb];
}

/* Returns true if the n bytes at `word` begin with the np bytes at `prefix`. */
static bool begins(const char *word, size_t n, const char *prefix, size_t np)
{
	size_t i = 0;

	while (i < np && i < n && is_same(word[i], prefix[i]))
		i++;
	return i == np;
}

void choice_add(struct choice *c, const char *valid)
{
	size_t n = strlen(valid), used = strlen(c->list);
	unsigned distance;

	c->count++;
	if (used + n + 3 < sizeof(c->list))
		snprintf(c->list + used, sizeof(c->list) - used, "%s%s", used ? ", " : "", valid);
	else
		c->silent = true;
	if (n > LONGEST || c->len > LONGEST || c->len < 2)
		return;
	distance = changes(c->word, c->len, valid, n);
	if (begins(valid, n, c->word, c->len) ||
	    (c->shortened && begins(c->word, c->len, valid, n)))
		distance = MIN(distance, 1);
	/* suggest nothing for a short word, because it resembles too many valid words */
	else if (c->len < 3)
		return;
	if (distance > (c->len + 1) / 3 || distance > c->distance)
		return;
	c->tie = distance == c->distance;
	c->distance = distance;
	snprintf(c->nearest, sizeof(c->nearest), "%s", valid);
}

void choice_hint(const struct choice *c, struct nserr *e)
{
	bool suggest = c->nearest[0] && !c->tie;
	bool list = !c->silent && c->count > 1 && c->count <= MOST_WORDS;

	if (suggest && list)
		nserr_hint(e, "did you mean %s%s%s? (%s)", c->prefix, c->nearest, c->suffix,
			   c->list);
	else if (suggest)
		nserr_hint(e, "did you mean %s%s%s?", c->prefix, c->nearest, c->suffix);
	else if (list)
		nserr_hint(e, "use one of %s", c->list);
}

int choice_unknown(const struct choice *c, const char *what, struct nserr *e)
{
	nserr_set(e, 0, "unknown %s '%.*s'", what, (int)MIN(c->len, 64u), c->word);
	choice_hint(c, e);
	return -EINVAL;
}
